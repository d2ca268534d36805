"""Who owns an L2 VIP: a state machine without clock, network or kernel of its own.

A node that may own a VIP and comes first among the living candidates

1. writes ``want`` into its own Lease,
2. lists all Leases, consistently and *after* that write: of two that want, at least one sees the other,
3. gives way to a living ``held`` and to a ``want`` that ranks higher, waits for one that ranks lower,
4. else writes ``held``, asks on the wire whether anybody has the address, and only then may bind it.

How far each VIP has come stands in ``bids``, how long the API server's word counts in ``standing``.

Whoever drives this reads the clock *after* it has collected the observations, calls ``step``, makes the kernel equal
to ``bindings`` and carries out the actions. After a dump of the kernel it says so with ``Kernel``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from genlb.agent.config import Election
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.bids import Bids, Phase
from genlb.agent.vip.election.claims import Claim, Lease
from genlb.agent.vip.election.conflicts import Conflicts
from genlb.agent.vip.election.errands import Errands
from genlb.agent.vip.election.peers import Peers
from genlb.agent.vip.election.standing import Standing

_NEVER = math.inf


class Elector:
    """The election as one node sees it. ``holder`` tells this daemon from another one on the same node.

    ``conflicts`` are the VIPs that this node wanted to bind and that another host has.
    """

    def __init__(self, node: str, holder: str, timing: Election, *, now: float) -> None:
        self.timing = timing
        self._peers = Peers(node, timing.duration)
        self._bids = Bids(node, timing, self._peers)
        self._standing = Standing(holder, timing, now)
        self._errands = Errands(timing, self._standing, now)
        self._owners: Mapping[str, frozenset[str]] = {}
        self._kernel = ballot.Kernel(-_NEVER, frozenset())
        self.conflicts = Conflicts(timing.duration)

    # ---------------------------------------------------------------------------------------------- what it says

    def bindings(self) -> dict[str, float]:
        """The VIPs that may be on this node's interfaces, each with the time at which it must be off again."""
        if self._standing.confirmed is None:
            return {}
        return dict.fromkeys(self._bids.within(Phase.OWNING), self._standing.until)

    def phases(self) -> dict[str, Phase]:
        """Every VIP that this node does something about."""
        return self._bids.phases()

    @property
    def left(self) -> bool:
        """Whether nothing is left to give back."""
        return self._errands.left

    @property
    def waits_for_kernel(self) -> bool:
        """Whether nothing goes on before a ``Kernel`` that is newer than the last one."""
        is_unclean = self._standing.confirmed is None and not self._standing.is_clean(self._kernel)
        return is_unclean or any(self._bids.within(Phase.LEAVING))

    def wake(self, now: float) -> float:
        """When ``step`` must be called again at the latest."""
        standing = self._standing
        times = [standing.until, standing.quiet_until, self._peers.next_death(now), *self._bids.retries()]
        times += self._errands.times(clean=standing.is_clean(self._kernel))
        return min((time for time in times if time > now), default=_NEVER)

    # ------------------------------------------------------------------------------------------------- one step

    def step(self, now: float, observations: Iterable[Observation], *, paused: bool = False) -> list[Action]:
        """Take in what was observed by ``now``, and say what to do next.

        ``paused``: this machine stood still for a while, so that ``now`` hides how long ago a confirmation was.
        """
        for number in self._errands.pending.overdue(now):
            self._errands.failed(ballot.Failed(number), now)
        if paused or self._late(now):
            self._lapse(now)
        for observation in observations:
            self._take(observation, now)
        self._bids.settle({} if self._errands.leaving else self._owners, self._kernel, now)
        self._peers.forget(now)
        self.conflicts.forget(self._owners, now)
        if self._is_candidate(now):
            self._bids.open(self._owners, now)
        return [*self._bids.probes(self._errands.pending.number), *self._requests(now)]

    # These two are rules of their own: the simulation takes one away, and two owners are the proof that it is needed.

    def _late(self, now: float) -> bool:
        return self._standing.late(now)

    def _claims(self) -> dict[str, Claim]:
        return self._bids.claims()

    def _lapse(self, now: float) -> None:
        """Start over: everything off, then a write that claims nothing, then a lease of silence."""
        self._standing.lapse(now)
        self._bids.drop_all()
        if self._errands.pending.write is not None:
            self._errands.pending.write.void = True

    def _is_candidate(self, now: float) -> bool:
        """Whether this node takes part: not before it has been silent for a lease, not while it leaves."""
        return self._standing.confirmed is not None and not self._errands.leaving and now >= self._standing.quiet_until

    def _requests(self, now: float) -> list[Action]:
        clean, candidate = self._standing.is_clean(self._kernel), self._is_candidate(now)
        actions = self._errands.next(self._claims(), now, clean=clean, candidate=candidate)
        if self._bids.wait_for_list(now):
            actions += self._errands.list_all(now)
        return actions

    # ----------------------------------------------------------------------------------------------- observations

    def _take(self, observation: Observation, now: float) -> None:  # noqa: C901 -- a table, checked for types
        match observation:
            case ballot.Wanted(owners):
                self._owners = owners
            case ballot.Seen(lease):
                self._see(lease, now)
            case ballot.Gone(node):
                self._peers.miss(node)
            case ballot.Kernel():
                self._kernel = observation
            case ballot.Leaving():
                self._errands.leaving = True
            case ballot.Written():
                self._on_written(observation, now)
            case ballot.Read():
                self._on_read(observation, now)
            case ballot.Listed():
                self._on_listed(observation, now)
            case ballot.Deleted(number):
                self._errands.deleted(number)
            case ballot.Failed():
                self._errands.failed(observation, now)
            case ballot.Probed():
                self._on_probed(observation, now)

    def _see(self, lease: Lease, now: float) -> None:
        if self._peers.see(lease, now):
            self._bids.give_way(lease, now)

    def _on_written(self, written: ballot.Written, now: float) -> None:
        request = self._errands.pending.written(written.number)
        if request is None:
            return
        self._standing.wrote(request, written.version, now)
        if not request.void:
            self._bids.confirm(request.claims, now)

    def _on_read(self, read: ballot.Read, now: float) -> None:
        if self._errands.pending.answered(read.number) is not None and not self._standing.read(read.lease, now):
            # Another daemon for this node. Whatever we held, it may be told to take.
            self._lapse(now)
            self._errands.hold_off(now)

    def _on_listed(self, listed: ballot.Listed, now: float) -> None:
        request = self._errands.pending.answered(listed.number)
        if request is None:
            return
        for lease in listed.leases:
            self._see(lease, now)
        self._peers.miss_all_but({lease.node for lease in listed.leases})
        self._bids.weigh(request.sent, now)

    def _on_probed(self, probed: ballot.Probed, now: float) -> None:
        vip = self._bids.judge(probed, now)
        if vip is None:
            return
        if probed.taken:
            self.conflicts.refuse(vip, probed.holder, now)
        else:
            self.conflicts.settle(vip)
