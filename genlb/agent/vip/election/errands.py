"""What the election asks of the API server next: the own Lease written and read, all Leases listed, the own deleted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from genlb.agent.config import Election
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action
from genlb.agent.vip.election.claims import Claim
from genlb.agent.vip.election.requests import Requests
from genlb.agent.vip.election.standing import Standing

_NEVER = math.inf


class Errands:
    """The requests that are due. ``leaving``: nothing is claimed any more; ``left``: the own Lease is gone."""

    def __init__(self, timing: Election, standing: Standing, now: float) -> None:
        self._standing, self._renew = standing, timing.renew
        self._retry = now
        self.pending = Requests(timing.timeout)
        self.leaving = False
        self.left = False

    def next(self, claims: Mapping[str, Claim], now: float, *, clean: bool, candidate: bool) -> list[Action]:
        """The write that is due, if any.

        ``clean``: nothing of ours is bound from before. ``candidate``: the node takes part.
        """
        if self.left or now < self._retry or self.pending.write is not None or not self._must_write(claims, now, clean):
            return []
        standing = self._standing
        if not standing.known:
            return self._ask(ballot.ReadLease, now)
        if self.leaving and standing.confirmed is not None and not claims and not standing.claimed:
            # Only now, and not at once: the others believe a deleted Lease for as long as it would have lived, and who
            # hears of both together has not seen that it claims nothing any more.
            self.left = standing.version is None
            if self.left or now < standing.next_write:
                return []
            return self._ask(lambda number: ballot.DeleteLease(number, standing.version), now)
        write = self.pending.begin_write(claims, now)
        return [ballot.WriteLease(write.number, standing.version, claims, candidate)]

    def list_all(self, now: float) -> list[Action]:
        """A list of all Leases, unless another request is under way."""
        return [] if self.left or now < self._retry else self._ask(ballot.ListLeases, now)

    def deleted(self, number: int) -> None:
        """The own Lease is gone."""
        self.left = self.pending.answered(number) is not None or self.left

    def failed(self, failed: ballot.Failed, now: float) -> None:
        """A request brought no usable answer: the next one after a pause, unless it was a conflict."""
        if self.pending.written(failed.number) is not None:
            self._standing.failed(now)
        elif self.pending.answered(failed.number) is not None:
            self._standing.known = self._standing.known and not failed.conflict
        else:
            return
        self._retry = now if failed.conflict else now + self._renew / 4

    def hold_off(self, now: float) -> None:
        """Nothing for a while: another daemon writes this node's Lease."""
        self._retry = now + self._renew

    def times(self, *, clean: bool) -> Iterator[float]:
        """When something is due: a request, or the end of the time in which one must be answered."""
        pending = self.pending
        if pending.other is not None:
            yield pending.due(pending.other)
        if pending.write is not None:
            yield pending.due(pending.write)
        elif not self.left and self._may_write(clean) and (pending.other is None or self._standing.known):
            yield max(self._standing.next_write, self._retry)

    def _may_write(self, clean: bool) -> bool:  # noqa: FBT001
        """Before the first word everything of ours is off: nothing is given back that is still bound."""
        return clean or self._standing.confirmed is not None

    def _must_write(self, claims: Mapping[str, Claim], now: float, clean: bool) -> bool:  # noqa: FBT001
        if self._standing.confirmed is None:
            return self._may_write(clean)
        is_news = claims != self._standing.claimed or now >= self._standing.next_write
        return is_news or (self.leaving and not claims)

    def _ask(self, question: Callable[[int], Action], now: float) -> list[Action]:
        if self.pending.other is not None:
            return []
        return [question(self.pending.begin_other(now).number)]
