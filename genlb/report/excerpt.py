"""One line of a source file with marks under a part of it, as wide as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from genlb.report.masking import STARS, Range
from genlb.report.visible import visible_character, width

WIDEST = 120
_BEFORE = 40
_GAP = "…"


class Excerpt(NamedTuple):
    """The line as shown, and the marks for the line below it."""

    line: str
    marks: str


def excerpt(line: str, start: int, end: int, *, hidden: Iterable[Range] = (), widest: int = WIDEST) -> Excerpt:
    """``line`` with ``start:end`` (code points from 0, end exclusive) marked; a long line is cut around the marks."""
    start = min(start, len(line))
    end = min(max(end, start + 1), max(len(line), start + 1))
    cells = _cells(line, hidden)
    low, high = _window([width(cell) for cell in cells], start, widest)
    before = (_GAP if low else "") + "".join(cells[low:start])
    marked = "".join(cells[start : min(end, high)])
    shown = (_GAP if low else "") + "".join(cells[low:high]) + (_GAP if high < len(cells) else "")
    return Excerpt(shown.rstrip(), " " * width(before) + "^" * max(width(marked), 1))


def _cells(line: str, hidden: Iterable[Range]) -> list[str]:
    """What each code point is shown as; of a hidden range the first one stands for all."""
    cells = [visible_character(character) for character in line]
    for first, last in hidden:
        cells[first:last] = [STARS if index == first else "" for index in range(first, min(last, len(cells)))]
    return cells


def _window(widths: Sequence[int], start: int, widest: int) -> Range:
    """The part of the line that fits: all of it, or from a little before the marks."""
    if sum(widths) <= widest:
        return 0, len(widths)
    low = start
    room = min(_BEFORE, widest // 3)
    while low and widths[low - 1] <= room:
        low -= 1
        room -= widths[low]
    high, room = low, widest
    while high < len(widths) and widths[high] <= room:
        room -= widths[high]
        high += 1
    return low, high
