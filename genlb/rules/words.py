"""How findings speak."""

from __future__ import annotations

from collections.abc import Sequence

_FEW = 3


def first_few(items: Sequence[object]) -> str:
    """A list in a sentence; of a long one the beginning and how many more, since nobody reads a hundred."""
    told = ", ".join(map(str, items[:_FEW]))
    return told if len(items) <= _FEW else f"{told} and {len(items) - _FEW} more"
