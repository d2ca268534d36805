"""When neighbours are told where a VIP is: three times when it comes, and once a minute while it stays.

A lost frame must not cost a minute, and a switch that has forgotten the address learns it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from genlb.agent.vip.node.plan import SetAddress
from genlb.agent.vip.services.pools import Address

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

    def work(self, clock: Callable[[], float], owned: Mapping[str, float]) -> float:
        """Tell what is due of the VIPs that are still ``owned``, none after its time; when to come again.

        The clock is read before each one: a process may be stopped between any two, and wake up when others own them.
        """
        self._due = {address: entry for address, entry in self._due.items() if str(address) in owned}
        for address, (interface, times) in self._due.items():
            now = clock()
            if times[0] <= now < owned[str(address)]:
                self._send(interface, address)
                times[:] = [time for time in times if time > now] or [now + PERIOD]
        return min((times[0] for _, times in self._due.values()), default=_NEVER)
