"""Who owns an L2 VIP: a state machine without clock, network or kernel of its own.

A node that may own a VIP and comes first among the living candidates

1. writes ``want`` into its own Lease,
2. lists all Leases, consistently and *after* that write: of two that want, at least one sees the other,
3. gives way to a living ``held`` and to a ``want`` that ranks higher, waits for one that ranks lower,
4. else writes ``held``, asks on the wire whether anybody has the address, and only then may bind it.

What a node may do it may do until the last confirmed write plus ``duration - margin``, counted from just before that
write was sent. Others take over ``duration`` after they last saw its Lease change, which is never earlier.

Whoever drives this reads the clock *after* it has collected the observations, calls ``step``, makes the kernel equal
to ``bindings`` and carries out the actions. After a dump of the kernel it says so with ``Kernel``.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterable, Mapping

from genlb.agent.config import Election
from genlb.agent.vip import ballot
from genlb.agent.vip.ballot import Action, Observation
from genlb.agent.vip.claims import MOST, Claim, Lease, rank
from genlb.agent.vip.peers import Peers

_NEVER = math.inf


class Phase(enum.Enum):
    """How far a bid for one VIP has come."""

    WANTING = "claims to want it"
    TAKING = "claims to hold it"
    PROBING = "asks whether anybody has the address"
    OWNING = "may bind it"
    LEAVING = "takes it off, and claims it until it is off"
    UNABLE = "could not, and lets others try"


_CLAIMED = {
    Phase.WANTING: Claim.WANT,
    Phase.TAKING: Claim.HELD,
    Phase.PROBING: Claim.HELD,
    Phase.OWNING: Claim.HELD,
    Phase.LEAVING: Claim.HELD,
    Phase.UNABLE: Claim.UNABLE,
}


class _Bid:
    """One VIP this node does something about; ``since`` is when its phase began."""

    __slots__ = ("confirmed", "number", "phase", "retry", "since")

    def __init__(self, now: float) -> None:
        self.enter(Phase.WANTING, now)

    def enter(self, phase: Phase, now: float) -> None:
        self.phase, self.since = phase, now
        self.confirmed = _NEVER  # when the API server's word for this phase's claim came
        self.retry = 0.0
        self.number = 0


class _Request:
    """A request under way; ``void`` once its success would mean nothing any more."""

    __slots__ = ("claims", "number", "sent", "void")

    def __init__(self, number: int, sent: float, claims: Mapping[str, Claim]) -> None:
        self.number, self.sent, self.claims = number, sent, claims
        self.void = False


class Elector:
    """The election as one node sees it. ``holder`` tells this daemon from another one on the same node."""

    def __init__(self, node: str, holder: str, timing: Election, *, now: float) -> None:
        self.node, self.holder = node, holder
        self._timing = timing
        self._peers = Peers(node, timing.duration)
        self._owners: Mapping[str, frozenset[str]] = {}
        self._bids: dict[str, _Bid] = {}
        self._claimed: Mapping[str, Claim] = {}
        self._version: str | None = None
        self._known = False  # whether `_version` is what the API server has, as far as we know
        self._confirmed: float | None = None  # when the last write that counts was sent
        self._lapsed = now
        self._quiet_until = _NEVER
        self._kernel = ballot.Kernel(-_NEVER, frozenset())
        self._rival: tuple[str, float] | None = None
        self._write: _Request | None = None
        self._other: _Request | None = None  # reading, listing or deleting: one at a time
        self._number = 0
        self._next_write = self._retry = now
        self._leaving = False
        self.left = False

    # ---------------------------------------------------------------------------------------------- what it says

    def bindings(self) -> dict[str, float]:
        """The VIPs that may be on this node's interfaces, each with the time at which it must be off again."""
        if self._confirmed is None:
            return {}
        until = self._confirmed + self._window
        return {vip: until for vip, bid in self._bids.items() if bid.phase is Phase.OWNING}

    def phases(self) -> dict[str, Phase]:
        """Every VIP that this node does something about."""
        return {vip: bid.phase for vip, bid in self._bids.items()}

    @property
    def serving(self) -> bool:
        """Whether this node takes part: not before it has been silent for a lease, not while it leaves."""
        return self._confirmed is not None and not self._leaving and self._quiet_until < _NEVER

    @property
    def waits_for_kernel(self) -> bool:
        """Whether nothing goes on before a ``Kernel`` that is newer than the last one."""
        leaving = any(bid.phase is Phase.LEAVING for bid in self._bids.values())
        return leaving or (self._confirmed is None and not self._is_clean())

    def wake(self, now: float) -> float:
        """When ``step`` must be called again at the latest."""
        times = [self._next_errand()]
        if self._other is not None:
            times.append(self._other.sent + self._timing.timeout)
        if self._confirmed is not None:
            times.append(self._confirmed + self._window)
        times += [self._quiet_until, self._peers.next_death(now)]
        times += [bid.retry for bid in self._bids.values()]
        return min((time for time in times if time > now), default=_NEVER)

    def _next_errand(self) -> float:
        if self._write is not None:
            return self._write.sent + self._timing.timeout
        if self.left or (self._confirmed is None and not self._is_clean()):
            return _NEVER
        if self._other is not None and not self._known:
            return _NEVER
        return max(self._next_write, self._retry)

    # ------------------------------------------------------------------------------------------------- one step

    def step(self, now: float, observations: Iterable[Observation]) -> list[Action]:
        """Take in what was observed by ``now``, and say what to do next."""
        self._give_up(now)
        if self._late(now):
            self._lapse(now)
        for observation in observations:
            self._take(observation, now)
        self._settle(now)
        if self._may_bid(now):
            self._open(now)
        return [*self._probes(now), *self._requests(now)]

    def _late(self, now: float) -> bool:
        """Whether the last confirmation has run out: what is confirmed later is not confirmed.

        A process that was stopped may wake up with an answer that says yes, while another node owns the VIP.
        """
        return self._confirmed is not None and now >= self._confirmed + self._window

    def _claims(self) -> dict[str, Claim]:
        """What the Lease shall say: a VIP stays claimed until it is off the interface."""
        return {vip: _CLAIMED[bid.phase] for vip, bid in self._bids.items()}

    @property
    def _window(self) -> float:
        return self._timing.duration - self._timing.margin

    def _give_up(self, now: float) -> None:
        """A request without an answer in time has failed, whatever the API server made of it."""
        for request in (self._write, self._other):
            if request is not None and now >= request.sent + self._timing.timeout:
                self._on_failed(ballot.Failed(request.number), now)

    def _lapse(self, now: float) -> None:
        """Start over: everything off, then a write that claims nothing, then a lease of silence."""
        self._confirmed, self._lapsed, self._quiet_until = None, now, _NEVER
        self._bids = {}
        if self._write is not None:
            self._write.void = True

    # ----------------------------------------------------------------------------------------------- observations

    def _take(self, observation: Observation, now: float) -> None:  # noqa: C901 -- a table, checked for types
        match observation:
            case ballot.Wanted(owners):
                self._owners = owners
            case ballot.Seen(lease):
                self._peers.see(lease, now)
            case ballot.Gone(node):
                self._peers.miss(node)
            case ballot.Kernel():
                self._kernel = observation
            case ballot.Leaving():
                self._leaving = True
            case ballot.Written():
                self._on_written(observation, now)
            case ballot.Read():
                self._on_read(observation, now)
            case ballot.Listed():
                self._on_listed(observation, now)
            case ballot.Deleted(number):
                self.left = self._answered(number) or self.left
            case ballot.Failed():
                self._on_failed(observation, now)
            case ballot.Probed():
                self._on_probed(observation, now)

    def _on_written(self, written: ballot.Written, now: float) -> None:
        request = self._write
        if request is None or request.number != written.number:
            return
        self._write, self._version, self._known = None, written.version, True
        if request.void:
            self._next_write = now
            return
        if self._confirmed is None:
            # The first word after a start or a lapse, and it claims nothing.
            self._quiet_until = now + self._timing.duration
        self._confirmed, self._claimed = request.sent, request.claims
        self._next_write = request.sent + self._timing.renew
        if now < self._quiet_until < self._next_write:
            self._next_write = self._quiet_until
        self._advance(request.claims, now)

    def _advance(self, claims: Mapping[str, Claim], now: float) -> None:
        """Bids whose claim has been confirmed for the first time go on."""
        for vip, bid in self._bids.items():
            if bid.confirmed != _NEVER or claims.get(vip) is not _CLAIMED[bid.phase]:
                continue
            bid.confirmed = now
            if bid.phase is Phase.TAKING:
                bid.enter(Phase.PROBING, now)

    def _on_read(self, read: ballot.Read, now: float) -> None:
        if not self._answered(read.number):
            return
        if read.lease is None:
            self._version, self._known = None, True
        elif read.lease.holder in ("", self.holder) or self._outlived(read.lease, now):
            self._version, self._known = read.lease.version, True
        else:
            # Another daemon for this node. Whatever we held, it may be told to take.
            self._lapse(now)
            self._retry = now + self._timing.renew

    def _outlived(self, lease: Lease, now: float) -> bool:
        """Whether another holder's Lease has not changed for so long that it is ours to take."""
        if self._rival is None or self._rival[0] != lease.version:
            self._rival = (lease.version, now)
        return now - self._rival[1] >= self._timing.duration

    def _on_listed(self, listed: ballot.Listed, now: float) -> None:
        request = self._other
        if request is None or not self._answered(listed.number):
            return
        self._peers.see_all(listed.leases, now)
        # Who lived when the question was asked: an answer that took long must not bury anybody.
        held = self._peers.claims(request.sent, Claim.HELD)
        want = self._peers.claims(request.sent, Claim.WANT)
        for vip, bid in list(self._bids.items()):
            if bid.phase is not Phase.WANTING or bid.confirmed > request.sent:
                continue
            if vip in held or any(rank(rival, vip) > rank(self.node, vip) for rival in want.get(vip, ())):
                del self._bids[vip]
            elif vip in want:
                bid.retry = now + self._timing.renew / 4
            else:
                bid.enter(Phase.TAKING, now)

    def _on_failed(self, failed: ballot.Failed, now: float) -> None:
        if self._write is not None and self._write.number == failed.number:
            # Lost is not refused: whether it was written, only reading tells.
            self._write, self._known, self._next_write = None, False, now
        elif self._answered(failed.number):
            self._known = self._known and not failed.conflict
        else:
            return
        self._retry = now if failed.conflict else now + self._timing.renew / 4

    def _on_probed(self, probed: ballot.Probed, now: float) -> None:
        for bid in self._bids.values():
            if bid.phase is Phase.PROBING and bid.number == probed.number:
                if probed.taken:
                    self._cannot(bid, now)
                else:
                    bid.enter(Phase.OWNING, now)

    def _cannot(self, bid: _Bid, now: float) -> None:
        """Let others try, for one lease."""
        bid.enter(Phase.UNABLE, now)
        bid.retry = now + self._timing.duration

    def _answered(self, number: int) -> bool:
        if self._other is None or self._other.number != number:
            return False
        self._other = None
        return True

    # -------------------------------------------------------------------------------------------------------- bids

    def _settle(self, now: float) -> None:
        """Give up what is no longer ours to have, and forget what is off."""
        for vip, bid in list(self._bids.items()):
            wanted = not self._leaving and self.node in self._owners.get(vip, ())
            if bid.phase is Phase.OWNING and not wanted:
                bid.enter(Phase.LEAVING, now)
            elif bid.phase is Phase.LEAVING:
                if self._is_off(vip, bid.since):
                    del self._bids[vip]
            elif not wanted or (bid.phase is Phase.UNABLE and now >= bid.retry):
                del self._bids[vip]
            elif bid.phase is Phase.PROBING and now >= bid.since + self._timing.duration:
                self._cannot(bid, now)
        self._peers.forget(now)

    def _is_off(self, vip: str, since: float) -> bool:
        return self._kernel.at >= since and vip not in self._kernel.vips

    def _may_bid(self, now: float) -> bool:
        return self.serving and now >= self._quiet_until

    def _open(self, now: float) -> None:
        """Bid for the VIPs that nobody holds and for which no living candidate comes before this node."""
        mine = [vip for vip, nodes in self._owners.items() if self.node in nodes and vip not in self._bids]
        if not mine:
            return
        held, unable = self._peers.claims(now, Claim.HELD), self._peers.claims(now, Claim.UNABLE)
        living = {lease.node for lease in self._peers.living(now)}
        for vip in mine:
            if vip in held or len(self._bids) >= MOST:
                continue
            rivals = (self._owners[vip] & living).difference(unable.get(vip, ()))
            own = rank(self.node, vip)
            if all(rank(rival, vip) < own for rival in rivals if rival != self.node):
                self._bids[vip] = _Bid(now)

    # ---------------------------------------------------------------------------------------------------- requests

    def _probes(self, now: float) -> list[Action]:  # noqa: ARG002 -- as the other half of the answer
        actions: list[Action] = []
        for vip, bid in self._bids.items():
            if bid.phase is Phase.PROBING and not bid.number:
                bid.number = self._next()
                actions.append(ballot.Probe(bid.number, vip))
        return actions

    def _requests(self, now: float) -> list[Action]:
        if self.left or now < self._retry:
            return []
        actions: list[Action] = []
        claims = self._claims()
        if self._write is None and self._must_write(claims, now):
            actions += self._writing(claims, now)
        if self._must_list(now):
            actions += self._asking(ballot.ListLeases, now)
        return actions

    def _must_write(self, claims: Mapping[str, Claim], now: float) -> bool:
        if self._confirmed is None:
            # Before the first word everything of ours is off: nothing is given back that is still bound.
            return self._is_clean()
        return claims != self._claimed or now >= self._next_write or (self._leaving and not claims)

    def _is_clean(self) -> bool:
        return self._kernel.at >= self._lapsed and not self._kernel.vips

    def _writing(self, claims: Mapping[str, Claim], now: float) -> list[Action]:
        if not self._known:
            return self._asking(ballot.ReadLease, now)
        if self._leaving and self._confirmed is not None and not claims and not self._claimed:
            # Only now: the others believe a deleted Lease for as long as it would have lived.
            self.left = self._version is None
            if self.left:
                return []
            return self._asking(lambda number: ballot.DeleteLease(number, self._version), now)
        self._write = _Request(self._next(), now, claims)
        serving = self.serving and now >= self._quiet_until
        return [ballot.WriteLease(self._write.number, self._version, claims, serving)]

    def _asking(self, question: Callable[[int], Action], now: float) -> list[Action]:
        if self._other is not None:
            return []
        self._other = _Request(self._next(), now, {})
        return [question(self._other.number)]

    def _must_list(self, now: float) -> bool:
        return any(
            bid.phase is Phase.WANTING and bid.confirmed <= now and bid.retry <= now for bid in self._bids.values()
        )

    def _next(self) -> int:
        self._number += 1
        return self._number
