"""What follows from a spec: the answers that render, rules, drift and trace must give alike.

Types only; ``genlb.network.decide`` fills them in. Every decision that a user did not write down carries its reason
in one sentence, so that ``genlb show`` can tell what each Auto became.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple

from genlb.spec.model import Announce, Bind, Dataplane, Family, Pool, Rack, Router
from genlb.spec.values import Address, Network


class Reach(enum.Enum):
    """How a ToR sees a pool: behind a next hop, inside its own subnet, or some of both."""

    ROUTED = "routed"
    ON_LINK = "on-link"
    MIXED = "partly on-link"


class PoolDecision(NamedTuple):
    """One pool with everything that is derived from it; ``announce`` is never Auto."""

    pool: Pool
    networks: tuple[Network, ...]
    families: tuple[Family, ...]
    reach: Reach
    announce: Announce
    reason: str


class PeerDecision(NamedTuple):
    """One BGP session per rack, router and family, seen from the nodes of the rack."""

    name: str
    rack: Rack
    router: Router
    address: Address
    family: Family
    node_as_number: int
    external: bool
    reachable_by: Address | None


class SysctlDecision(NamedTuple):
    """Values that the sysctl daemon holds, by path below /proc/sys.

    ``fixed`` names whole paths; ``per_interface`` holds the last path element under
    ``net/ipv4/conf/<interface>/`` for every interface that matches one of ``interfaces`` (glob patterns).
    """

    fixed: Mapping[str, str]
    per_interface: Mapping[str, str]
    interfaces: tuple[str, ...]
    rp_filter_reason: str


class Decisions(NamedTuple):
    """Everything decided about one cluster."""

    families: tuple[Family, ...]
    pools: tuple[PoolDecision, ...]
    peers: tuple[PeerDecision, ...]
    advertised: tuple[Network, ...]
    bind: Bind
    bind_reason: str
    dataplane: Dataplane
    dataplane_reason: str
    sysctls: SysctlDecision
    l2_interfaces: tuple[str, ...]

    def announced_by(self, announce: Announce) -> tuple[PoolDecision, ...]:
        """The pools announced by BGP, or those by L2, in the spec's order."""
        return tuple(pool for pool in self.pools if pool.announce is announce)
