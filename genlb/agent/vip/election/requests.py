"""Requests of the election that are under way: one that writes the own Lease, and one other, at a time.

Every request has a number. One without an answer in time has failed, whatever the API server made of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from genlb.agent.vip.election.claims import Claim


class Request:
    """A request under way; ``void`` once its success would mean nothing any more."""

    __slots__ = ("claims", "number", "sent", "void")

    def __init__(self, number: int, sent: float, claims: Mapping[str, Claim]) -> None:
        self.number, self.sent, self.claims = number, sent, claims
        self.void = False


class Requests:
    """What was asked and is not answered. ``other`` is reading, listing or deleting."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._number = 0
        self.write: Request | None = None
        self.other: Request | None = None

    def number(self) -> int:
        """A number that was not used before."""
        self._number += 1
        return self._number

    def begin_write(self, claims: Mapping[str, Claim], now: float) -> Request:
        """A write is sent, right after ``now``."""
        self.write = Request(self.number(), now, claims)
        return self.write

    def begin_other(self, now: float) -> Request:
        """Any other request is sent."""
        self.other = Request(self.number(), now, {})
        return self.other

    def written(self, number: int) -> Request | None:
        """The write that ``number`` answers; None for one that was given up."""
        request = self.write
        if request is None or request.number != number:
            return None
        self.write = None
        return request

    def answered(self, number: int) -> Request | None:
        """The other request that ``number`` answers; None for one that was given up."""
        request = self.other
        if request is None or request.number != number:
            return None
        self.other = None
        return request

    def overdue(self, now: float) -> list[int]:
        """The requests whose time is over."""
        pending = (self.write, self.other)
        return [request.number for request in pending if request is not None and now >= self.due(request)]

    def due(self, request: Request) -> float:
        """When ``request`` fails by itself."""
        return request.sent + self._timeout
