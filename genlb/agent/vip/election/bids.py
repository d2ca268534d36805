"""What one node does about L2 VIPs: one bid for each, and how far it has come. The time is an argument."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterator, Mapping

from genlb.agent.config import Election
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.claims import MOST, Claim, Lease, rank
from genlb.agent.vip.election.peers import Peers

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


class Bid:
    """One VIP this node does something about; ``since`` is when its phase began."""

    __slots__ = ("confirmed", "number", "phase", "retry", "since")

    def __init__(self, now: float) -> None:
        self.enter(Phase.WANTING, now)

    def enter(self, phase: Phase, now: float) -> None:
        """Begin with ``phase``."""
        self.phase, self.since = phase, now
        self.confirmed = _NEVER  # when the API server's word for this phase's claim came
        self.retry = 0.0
        self.number = 0


class Bids:
    """All bids of ``node``, by VIP."""

    def __init__(self, node: str, timing: Election, peers: Peers) -> None:
        self._node, self._timing, self._peers = node, timing, peers
        self._bids: dict[str, Bid] = {}
        self._asked: dict[int, str] = {}

    def phases(self) -> dict[str, Phase]:
        """How far each VIP has come."""
        return {vip: bid.phase for vip, bid in self._bids.items()}

    def claims(self) -> dict[str, Claim]:
        """What the Lease shall say: a VIP stays claimed until it is off the interface."""
        return {vip: _CLAIMED[bid.phase] for vip, bid in self._bids.items()}

    def within(self, phase: Phase) -> Iterator[str]:
        """The VIPs that have come as far as ``phase``."""
        return (vip for vip, bid in self._bids.items() if bid.phase is phase)

    def retries(self) -> Iterator[float]:
        """When bids that wait go on."""
        return (bid.retry for bid in self._bids.values())

    def drop_all(self) -> None:
        """Forget every bid."""
        self._bids, self._asked = {}, {}

    def open(self, owners: Mapping[str, frozenset[str]], now: float) -> None:
        """Bid for the VIPs that nobody holds and for which no living candidate comes before this node."""
        mine = [vip for vip, nodes in owners.items() if self._node in nodes and vip not in self._bids]
        if not mine:
            return
        held, unable = self._peers.claims(now, Claim.HELD), self._peers.claims(now, Claim.UNABLE)
        living = {lease.node for lease in self._peers.living(now)}
        for vip in mine:
            if vip in held or len(self._bids) >= MOST:
                continue
            rivals = (owners[vip] & living).difference(unable.get(vip, ()))
            own = rank(self._node, vip)
            if all(rank(rival, vip) < own for rival in rivals if rival != self._node):
                self._bids[vip] = Bid(now)

    def confirm(self, claims: Mapping[str, Claim], now: float) -> None:
        """The API server has taken ``claims``: bids whose claim is among them for the first time go on."""
        for vip, bid in self._bids.items():
            if bid.confirmed != _NEVER or claims.get(vip) is not _CLAIMED[bid.phase]:
                continue
            bid.confirmed = now
            if bid.phase is Phase.TAKING:
                bid.enter(Phase.PROBING, now)

    def wait_for_list(self, now: float) -> bool:
        """Whether a bid cannot go on before a list of all Leases that is newer than its claim."""
        return any(
            bid.phase is Phase.WANTING and bid.confirmed <= now and bid.retry <= now for bid in self._bids.values()
        )

    def weigh(self, asked: float, now: float) -> None:
        """Go on, wait or give way, by what the peers said in a list that was asked for at ``asked``."""
        # Who lived when the question was asked: an answer that took long must not bury anybody.
        held = self._peers.claims(asked, Claim.HELD)
        want = self._peers.claims(asked, Claim.WANT)
        for vip, bid in list(self._bids.items()):
            if bid.phase is not Phase.WANTING or bid.confirmed > asked:
                continue
            if vip in held or any(rank(rival, vip) > rank(self._node, vip) for rival in want.get(vip, ())):
                del self._bids[vip]
            elif vip in want:
                bid.retry = now + self._timing.renew / 4
            else:
                bid.enter(Phase.TAKING, now)

    def give_way(self, rival: Lease, now: float) -> None:
        """Leave what ``rival``, who has just shown that it lives, claims to hold.

        Two claim the same VIP only when time stood still for one of them and no clock of it tells, or when a write
        arrived long after it was given up. Neither knows which of them that was: both leave it, and it is found anew.
        """
        for vip in [vip for vip, claim in rival.claims.items() if claim is Claim.HELD and vip in self._bids]:
            if self._bids[vip].phase is Phase.OWNING:
                self._bids[vip].enter(Phase.LEAVING, now)
            elif self._bids[vip].phase in (Phase.TAKING, Phase.PROBING):
                del self._bids[vip]

    def probes(self, number: Callable[[], int]) -> Iterator[ballot.Probe]:
        """The questions that are to be asked on the wire, each under a ``number`` of its own."""
        for vip, bid in self._bids.items():
            if bid.phase is Phase.PROBING and not bid.number:
                bid.number = number()
                self._asked[bid.number] = vip
                yield ballot.Probe(bid.number, vip)

    def judge(self, probed: ballot.Probed, now: float) -> str | None:
        """Bind what nobody has, and let others try what somebody has; the VIP that was asked for, if it still is."""
        vip = self._asked.pop(probed.number, "")
        bid = self._bids.get(vip)
        if bid is None or bid.number != probed.number:
            return None
        if probed.taken:
            self._cannot(bid, now)
        else:
            bid.enter(Phase.OWNING, now)
        return vip

    def settle(self, owners: Mapping[str, frozenset[str]], kernel: ballot.Kernel, now: float) -> None:
        """Give up what this node may not own any more, and forget what is off."""
        for vip, bid in list(self._bids.items()):
            wanted = self._node in owners.get(vip, ())
            if bid.phase is Phase.OWNING and not wanted:
                bid.enter(Phase.LEAVING, now)
            elif bid.phase is Phase.LEAVING:
                if kernel.at >= bid.since and vip not in kernel.vips:
                    del self._bids[vip]
            elif not wanted or (bid.phase is Phase.UNABLE and now >= bid.retry):
                del self._bids[vip]
            elif bid.phase is Phase.PROBING and now >= bid.since + self._timing.duration:
                self._cannot(bid, now)

    def _cannot(self, bid: Bid, now: float) -> None:
        """Let others try, for one lease."""
        bid.enter(Phase.UNABLE, now)
        bid.retry = now + self._timing.duration
