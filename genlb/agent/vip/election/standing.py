"""What the API server has confirmed of this node's claims, and how long that counts.

What a node may do it may do until the last confirmed write plus ``duration - margin``, counted from just before that
write was sent. Others take over ``duration`` after they last saw its Lease change, which is never earlier.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from genlb.agent.config import Election
from genlb.agent.vip.election.ballot import Kernel
from genlb.agent.vip.election.claims import Claim, Lease
from genlb.agent.vip.election.requests import Request

_NEVER = math.inf


class Standing:
    """The own Lease as the API server has it, and the time since the last word about it.

    ``confirmed`` is when the last write that counts was sent; None before the first, and after a lapse. ``known`` says
    whether ``version`` is what the API server has, as far as we know.
    """

    def __init__(self, holder: str, timing: Election, now: float) -> None:
        self._holder, self._timing = holder, timing
        self._lapsed = now
        self._rival: tuple[str, float] | None = None
        self.claimed: Mapping[str, Claim] = {}
        self.confirmed: float | None = None
        self.quiet_until = _NEVER
        self.version: str | None = None
        self.known = False
        self.next_write = now

    @property
    def until(self) -> float:
        """When everything must be off the interfaces again."""
        return -_NEVER if self.confirmed is None else self.confirmed + self._timing.duration - self._timing.margin

    def late(self, now: float) -> bool:
        """Whether the last confirmation has run out: what is confirmed later is not confirmed.

        A process that was stopped may wake up with an answer that says yes, while another node owns the VIP.
        """
        return self.confirmed is not None and now >= self.until

    def is_clean(self, kernel: Kernel) -> bool:
        """Whether nothing of ours was on an interface after the start or the last lapse."""
        return kernel.at >= self._lapsed and not kernel.vips

    def lapse(self, now: float) -> None:
        """Nothing is confirmed any more."""
        self.confirmed, self._lapsed, self.quiet_until = None, now, _NEVER

    def wrote(self, request: Request, version: str, now: float) -> None:
        """The API server took the Lease."""
        self.version, self.known = version, True
        if request.void:
            self.next_write = now
            return
        if self.confirmed is None:
            # The first word after a start or a lapse, and it claims nothing.
            self.quiet_until = now + self._timing.duration
        self.confirmed, self.claimed = request.sent, request.claims
        self.next_write = request.sent + self._timing.renew
        if now < self.quiet_until < self.next_write:
            self.next_write = self.quiet_until

    def failed(self, now: float) -> None:
        """A write brought no usable answer. Lost is not refused: whether it was written, only reading tells."""
        self.known, self.next_write = False, now

    def read(self, lease: Lease | None, now: float) -> bool:
        """Take over what the API server has; False where that is another living daemon's of this node."""
        ours = lease is None or lease.holder in ("", self._holder) or self._outlived(lease, now)
        if ours:
            self.version, self.known = None if lease is None else lease.version, True
        return ours

    def _outlived(self, lease: Lease, now: float) -> bool:
        """Whether another holder's Lease has not changed for so long that it is ours to take."""
        if self._rival is None or self._rival[0] != lease.version:
            self._rival = (lease.version, now)
        return now - self._rival[1] >= self._timing.duration
