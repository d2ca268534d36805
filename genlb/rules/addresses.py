"""Addresses that two claim: pools among each other, pools and the plan around them; and ranges that nobody can use."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from genlb.errors import Related
from genlb.network.cover import Cover
from genlb.network.overlap import Claim, meetings, overlaps
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.rules.places import (
    Place,
    blocks,
    external_cidrs,
    gateways,
    load_balancer_cidrs,
    nodes,
    pods,
    routers,
    services,
)
from genlb.rules.reading import POOL_ADDRESS
from genlb.spec.model import LoadBalancerIPs
from genlb.spec.values import AddressBlock, parse_network

OVERLAP = rule(
    "GLB201",
    ERROR,
    "Two pools overlap",
    why="MetalLB's webhook refuses the second of two pools that share an address, so a sync stops half-way; without the"
    " webhook the controller drops the whole new configuration and keeps the old one.",
    fix="Keep the shared addresses in one of the two pools.",
    research="generator_ux GLB201, metallb_vip 1.3",
)


@OVERLAP.check
def overlapping_pools(view: View) -> Iterator[Finding]:
    """Each block that shares addresses with a block of another pool."""
    if len(view.spec.pools) < 2:
        return
    for pair in overlaps(place.claimed_by(place.path[1]) for place in blocks(view.spec)):
        kept, given = sorted((one.tag for one in pair), key=lambda place: place.path)
        yield Finding(
            view.at(*given.path),
            f'pools "{kept.name}" and "{given.name}" overlap ({kept.item}, {given.item})',
            _apart(kept, given),
            (Related(view.at(*kept.path), str(kept)),),
        )


def _apart(*places: Place) -> str:
    """How the two could share the addresses: what is left of one of them without the other."""
    for place, other in (places, reversed(places)):
        if isinstance(place.item, AddressBlock) and (rest := Cover([other.item]).gaps(place.item)):
            return f'give "{place.name}" only {" and ".join(map(str, rest))}, or take {other}'
    return ""


@POOL_ADDRESS.check
def overlap_inside_a_pool(view: View) -> Iterator[Finding]:
    """Entries of one pool that share addresses, the same entry twice included."""
    if all(len(pool.addresses) < 2 for pool in view.spec.pools):
        return
    entries = [place.claimed_by(place.path[3]) for place in blocks(view.spec)]
    for index, pool in enumerate(view.spec.pools):
        for pair in overlaps(entry for entry in entries if entry.tag.path[1] == index):
            kept, given = sorted((one.tag for one in pair), key=lambda place: place.path)
            yield Finding(
                view.at(*given.path),
                f'pool "{pool.name}" lists {given.item} beside {kept.item}, which it overlaps: MetalLB refuses the pool',
                "remove one of the two entries, or let one end where the other begins",
                (Related(view.at(*kept.path), str(kept)),),
            )
