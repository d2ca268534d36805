"""The rows of an object that are worth showing: those that differ, a few around them, and the keys they stand under."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from genlb.report.drift_pair import Row

AROUND = 2
LONGEST = 160


class Hunk(NamedTuple):
    """Rows that follow one another; ``skipped`` rows were left out before them."""

    skipped: int
    rows: tuple[Row, ...]


def hunks(rows: Sequence[Row], *, around: int = AROUND, longest: int = LONGEST) -> list[Hunk]:
    """What to show of ``rows``; all from the top, as far as ``longest`` allows, where nothing is marked."""
    seeds = [number for number, row in enumerate(rows) if row.severity is not None]
    wanted = _wanted(rows, seeds, around) if seeds else list(range(len(rows)))
    found: list[Hunk] = []
    last = -1
    for number in wanted[:longest]:
        if number == last + 1 and found:
            found[-1] = Hunk(found[-1].skipped, (*found[-1].rows, rows[number]))
        else:
            found.append(Hunk(number - last - 1, (rows[number],)))
        last = number
    if len(rows) - last - 1:
        found.append(Hunk(len(rows) - last - 1, ()))
    return found


def _wanted(rows: Sequence[Row], seeds: Sequence[int], around: int) -> list[int]:
    wanted: set[int] = set()
    for seed in seeds:
        wanted.update(range(max(seed - around, 0), min(seed + around + 1, len(rows))))
        wanted.update(_above(rows, seed))
    # A gap of one line takes as much room as the line.
    wanted.update(number + 1 for number in tuple(wanted) if number + 2 in wanted)
    return sorted(wanted)


def _above(rows: Sequence[Row], number: int) -> list[int]:
    """The rows of the keys that a row stands under."""
    found, indent = [], rows[number].indent
    for above in range(number - 1, -1, -1):
        if rows[above].indent < indent:
            found.append(above)
            indent = rows[above].indent
        if not indent:
            break
    return found
