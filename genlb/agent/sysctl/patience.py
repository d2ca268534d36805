"""How long to let a value stand that somebody else keeps writing: two programs that correct each other never rest.

The first correction is free, each further one waits twice as long as the one before, up to five minutes. A value that
was found right after its time of waiting is at peace again.
"""

from __future__ import annotations

from typing import NamedTuple

FIRST = 1.0
LONGEST = 300.0


class _Quarrel(NamedTuple):
    pause: float
    until: float


class Patience:
    """By path, whether a correction is due; times are of one monotonic clock, in seconds."""

    def __init__(self, first: float = FIRST, longest: float = LONGEST) -> None:
        self._first = first
        self._longest = longest
        self._quarrels: dict[str, _Quarrel] = {}

    def allows(self, path: str, now: float) -> bool:
        """Whether ``path`` may be written again."""
        quarrel = self._quarrels.get(path)
        return quarrel is None or now >= quarrel.until

    def corrected(self, path: str, now: float) -> None:
        """``path`` was written."""
        quarrel = self._quarrels.get(path)
        pause = self._first if quarrel is None else min(quarrel.pause * 2, self._longest)
        self._quarrels[path] = _Quarrel(pause, now + pause)

    def in_peace(self, path: str, now: float) -> None:
        """``path`` was found as it shall be."""
        quarrel = self._quarrels.get(path)
        if quarrel is not None and now >= quarrel.until + quarrel.pause:
            del self._quarrels[path]

    def next_due(self, now: float) -> float:
        """When the next path that had to wait may be written; infinity where none waits."""
        return min((quarrel.until for quarrel in self._quarrels.values() if quarrel.until > now), default=float("inf"))

    @property
    def contested(self) -> tuple[str, ...]:
        """The paths that were corrected more than once in a row."""
        return tuple(sorted(path for path, quarrel in self._quarrels.items() if quarrel.pause > self._first))
