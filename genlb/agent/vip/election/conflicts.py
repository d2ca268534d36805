"""VIPs that this node would own if no other host had them: which, whose, and how often that was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from typing import NamedTuple

MOST = 100
"""VIPs whose conflicts are counted by name; a tenant may ask for thousands."""

OTHERS = "others"
"""Under which all further ones are counted."""

_MEMORY = 3
"""Lease durations after which a conflict that was not met again is over: every candidate tries once in one."""


class Conflict(NamedTuple):
    """A VIP, and the MAC address of the host that has it; "" where this node could not ask."""

    vip: str
    holder: str


class Conflicts:
    """What the probes before binding have found. The time is an argument."""

    def __init__(self, duration: float) -> None:
        self._memory = _MEMORY * duration
        self._open: dict[str, tuple[str, float]] = {}
        self._counts: Counter[str] = Counter()

    def refuse(self, vip: str, holder: str, now: float) -> None:
        """``vip`` was not bound."""
        self._open[vip] = (holder, now)
        self._counts[vip if vip in self._counts or len(self._counts) < MOST else OTHERS] += 1

    def settle(self, vip: str) -> None:
        """Nobody has ``vip`` any more."""
        self._open.pop(vip, None)

    def forget(self, wanted: Container[str], now: float) -> None:
        """Drop what is no ``wanted`` VIP any more, and what another node may have bound since."""
        for vip, (_, at) in list(self._open.items()):
            if vip not in wanted or now - at >= self._memory:
                del self._open[vip]

    def open(self) -> tuple[Conflict, ...]:
        """The conflicts that last."""
        return tuple(Conflict(vip, holder) for vip, (holder, _) in sorted(self._open.items()))

    def counts(self) -> Mapping[str, int]:
        """How often it was found since the start, by VIP: a hundred of them, and all others together."""
        return dict(self._counts)
