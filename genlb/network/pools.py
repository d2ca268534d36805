"""Pools: their exact CIDRs, their families, and by which way they are announced."""

from __future__ import annotations

from collections.abc import Sequence

from genlb.network.decisions import PoolDecision, Reach
from genlb.network.families import families_of
from genlb.network.reach import reach_of, touched
from genlb.spec.model import Announce, Pool
from genlb.spec.values import Network


def decide_pools(pools: Sequence[Pool], node_cidrs: Sequence[Network]) -> tuple[PoolDecision, ...]:
    """One decision for each pool, in the spec's order."""
    return tuple(_decide_pool(pool, node_cidrs) for pool in pools)


def _decide_pool(pool: Pool, node_cidrs: Sequence[Network]) -> PoolDecision:
    reach = reach_of(pool.addresses, node_cidrs)
    return PoolDecision(
        pool=pool,
        networks=tuple(network for block in pool.addresses for network in block.networks()),
        families=families_of(pool.addresses),
        reach=reach,
        announce=_announce(pool, reach),
        reason=_reason(pool, reach, node_cidrs),
    )


def _announce(pool: Pool, reach: Reach) -> Announce:
    if pool.announce is not Announce.AUTO:
        return pool.announce
    return Announce.L2 if reach is Reach.ON_LINK else Announce.BGP


def _reason(pool: Pool, reach: Reach, node_cidrs: Sequence[Network]) -> str:
    if pool.announce is not Announce.AUTO:
        return f"the spec says announce: {pool.announce.value}"
    if reach is Reach.ROUTED:
        addresses = ", ".join(str(block) for block in pool.addresses)
        lie = "lies" if len(pool.addresses) == 1 else "lie"
        return (
            f"{addresses} {lie} outside every node CIDR: routers go through a next hop and never ask for the VIP itself"
        )
    block, cidrs = next((block, cidrs) for block in pool.addresses if (cidrs := touched(block, node_cidrs)))
    place = f"node CIDR {', '.join(map(str, cidrs))}"
    if reach is Reach.ON_LINK:
        return f"{block} lies inside {place}: neighbours ask for the VIP itself, so one elected node answers"
    return f"{block} meets {place}, yet the pool also reaches beyond: no one way of announcing serves both"
