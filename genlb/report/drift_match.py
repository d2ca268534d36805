"""Which items of two lists belong together: by their keys where they have some, else by what they hold."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from genlb.report.drift_values import shown

LONGEST_TEXT = 400
"""Lines of a text that are compared; time grows with the square of their number."""

Match: TypeAlias = tuple[int | None, int | None]
"""The places of what belongs together, None where a side has nothing."""


def identities(items: Sequence[Any], fields: tuple[str, ...]) -> list[str] | None:
    """Each item's key, None where these fields do not tell the items apart."""
    if not all(isinstance(item, dict) and fields[0] in item for item in items):
        return None
    keys = [shown([item.get(field) for field in fields]) for item in items]
    return keys if len(set(keys)) == len(keys) else None


def by_identity(left: list[str], right: list[str]) -> list[Match]:
    """Items with the same key, in git's order; then those that the cluster has alone."""
    where = {key: number for number, key in enumerate(right)}
    matched: list[Match] = [(number, where.pop(key, None)) for number, key in enumerate(left)]
    return [*matched, *((None, number) for number in where.values())]


def by_text(left: list[str], right: list[str]) -> list[Match]:
    """Items that are alike, as a diff finds them."""
    matched: list[Match] = []
    for _, low, high, start, end in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for offset in range(max(high - low, end - start)):
            number = low + offset if low + offset < high else None
            matched.append((number, start + offset if start + offset < end else None))
    return matched


def lines(text: Any) -> list[str]:
    """The lines of a text, of a very long one the first."""
    found: list[str] = text.rstrip("\n").split("\n") if isinstance(text, str) else []
    more = len(found) - LONGEST_TEXT
    return found if more <= 0 else [*found[:LONGEST_TEXT], f"… {more} more lines"]


def aligned(left: list[str], right: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Lines beside each other."""
    for one, other in by_text(left, right):
        yield (None if one is None else left[one], None if other is None else right[other])
