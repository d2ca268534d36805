"""When neighbours are told where a VIP is: three times when it comes, and once a minute while it stays.

A lost frame must not cost a minute, and a switch that has forgotten the address learns it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from genlb.agent.vip.plan import SetAddress
from genlb.agent.vip.pools import Address

BURST = (0.0, 0.5, 1.0)
"""Seconds after a VIP was bound at which neighbours are told."""

PERIOD = 60.0

_NEVER = float("inf")


class Announcer:
    """Keeps the times; ``send`` tells neighbours on an interface about an address, once."""

    def __init__(self, send: Callable[[str, Address], None]) -> None:
        self._send = send
        self._due: dict[Address, tuple[str, list[float]]] = {}

    def begin(self, step: SetAddress, now: float) -> None:
        """A VIP was bound."""
        self._due[step.address] = (step.interface, [now + delay for delay in BURST])

    def work(self, now: float, owned: Iterable[str]) -> float:
        """Tell what is due of the VIPs that are still ``owned``; when to come again."""
        kept = frozenset(owned)
        self._due = {address: entry for address, entry in self._due.items() if str(address) in kept}
        for address, (interface, times) in self._due.items():
            if times[0] <= now:
                self._send(interface, address)
                times[:] = [time for time in times if time > now] or [now + PERIOD]
        return min((times[0] for _, times in self._due.values()), default=_NEVER)
