"""The other nodes' Leases, and which of them live: those that this node saw change within one lease duration.

A Lease's own times are never looked at, since they are another clock's. At the start all count as living. A deleted
Lease keeps its claims until it would have died: somebody may have deleted it under an owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genlb.agent.vip.election.claims import Claim, Lease


class _Peer:
    __slots__ = ("gone", "lease", "seen")

    def __init__(self, lease: Lease, seen: float) -> None:
        self.lease = lease
        self.seen = seen
        self.gone = False


class Peers:
    """All nodes' Leases but the own one."""

    def __init__(self, own: str, duration: float) -> None:
        self._own = own
        self._duration = duration
        self._peers: dict[str, _Peer] = {}

    def see(self, lease: Lease, now: float) -> bool:
        """Take notice of ``lease``; whether it has changed, and so lives on from now."""
        known = self._peers.get(lease.node)
        if lease.node == self._own or (known is not None and known.lease.version == lease.version):
            return False
        self._peers[lease.node] = _Peer(lease, now)
        return True

    def miss_all_but(self, nodes: Iterable[str]) -> None:
        """In a complete list there were the Leases of ``nodes`` and no others: those were deleted."""
        for node in self._peers.keys() - set(nodes):
            self.miss(node)

    def miss(self, node: str) -> None:
        """The Lease of ``node`` was deleted."""
        if node in self._peers:
            self._peers[node].gone = True

    def forget(self, now: float) -> None:
        """Drop deleted Leases that have died. A dead Lease that is still there stays known, or it would seem new."""
        old = [node for node, peer in self._peers.items() if peer.gone and now - peer.seen >= self._duration]
        for node in old:
            del self._peers[node]

    def living(self, at: float) -> Iterator[Lease]:
        """The Leases that had not died at ``at``."""
        return (peer.lease for peer in self._peers.values() if at - peer.seen < self._duration)

    def claims(self, at: float, claim: Claim) -> dict[str, list[str]]:
        """The living nodes that make ``claim``, by VIP."""
        found: dict[str, list[str]] = {}
        for lease in self.living(at):
            for vip, said in lease.claims.items():
                if said is claim:
                    found.setdefault(vip, []).append(lease.node)
        return found

    def next_death(self, after: float) -> float:
        """When the next living Lease dies unless it changes; infinity where none lives."""
        deaths = (peer.seen + self._duration for peer in self._peers.values())
        return min((death for death in deaths if death > after), default=float("inf"))
