"""Changes of pools: what MetalLB refuses on the way, and which Services lose their addresses."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from genlb.network.cover import Cover
from genlb.network.families import family_of
from genlb.network.overlap import meetings
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.of_change import of_change
from genlb.rules.places import blocks
from genlb.rules.pools import BUGGY_OCTETS, alike
from genlb.rules.words import first_few
from genlb.spec.model import Allocation, Family, Pool
from genlb.spec.values import AddressBlock

MOVED = rule(
    "GLB209",
    ERROR,
    "A range moves from one pool to another",
    why="Pools are applied one after the other, and MetalLB's webhook refuses the new owner of a range while the old"
    " one still has it: the sync stops half-way, or for a while the range is in no pool and its Services lose it.",
    fix="Make two changes of it: take the range out of the one pool, apply that, then add it to the other. Its Services"
    " get other addresses in between.",
    research="generator_ux GLB209, metallb_vip 1.7, metallb_vip 1.8",
)


@of_change(MOVED)
def moved_ranges(before: View, after: View) -> Iterator[Finding]:
    """Addresses of a pool that another pool had before; renaming a pool is a move, too."""
    if before.spec.pools == after.spec.pools:
        return
    old = (place.claimed_by(place.name) for place in blocks(before.spec))
    for ours, theirs in meetings([place.claimed_by(place.name) for place in blocks(after.spec)], old):
        place = after.at(*ours.tag.path)
        yield Finding(place, f'{ours.tag} was {theirs.tag.item} of pool "{theirs.tag.name}" before this change')


READDRESSED = rule(
    "GLB217",
    WARNING,
    "Services get other addresses",
    why="MetalLB protects no address that is in use: what a pool no longer has, skips or may not give to a Service is"
    " taken from it at once, and the Service gets another address or none. Clients and DNS keep the old one.",
    fix="See which Services have such an address, and move them first (metallb.io/loadBalancerIPs), or announce the"
    " change to their users.",
    research="metallb_vip 1.4, metallb_vip 1.7",
)


@of_change(READDRESSED)
def lost_ranges(before: View, after: View) -> Iterator[Finding]:
    """Addresses that were in a pool and are in none any more."""
    if before.spec.pools == after.spec.pools:
        return
    left = Cover(place.item for place in blocks(after.spec))
    for pool in before.spec.pools:
        gaps = [gap for block in pool.addresses for gap in left.gaps(block)]
        index = _index(after, pool.name)
        if gaps and index is None:
            yield Finding(after.at("pools"), f'pool "{pool.name}" is gone, and with it {first_few(gaps)}')
        elif gaps and index is not None:
            place = after.at("pools", index, "addresses")
            yield Finding(place, f'pool "{pool.name}" no longer has {first_few(gaps)}')


@of_change(READDRESSED)
def addresses_now_buggy(before: View, after: View) -> Iterator[Finding]:
    """Pools that skip addresses from now on which they have given so far."""
    for old, pool, index in _kept_pools(before, after):
        skipped = pool.avoid_buggy_ips and not old.avoid_buggy_ips
        if skipped and any(map(_has_buggy, old.addresses)):
            place = after.at("pools", index, "avoidBuggyIPs")
            yield Finding(place, f'pool "{pool.name}" begins to avoid addresses that end in .0 or .255')


@of_change(READDRESSED)
def narrower_allocations(before: View, after: View) -> Iterator[Finding]:
    """Pools that some Services may use no longer."""
    for old, pool, index in _kept_pools(before, after):
        if old.allocate_to != pool.allocate_to and _is_narrower(old.allocate_to, pool.allocate_to):
            place = after.at("pools", index, "allocateTo")
            yield Finding(
                place, f'pool "{pool.name}" serves fewer Services than before: allocateTo has become narrower'
            )


def _index(view: View, name: str) -> int | None:
    return next((index for index, pool in enumerate(view.spec.pools) if pool.name == name), None)


def _kept_pools(before: View, after: View) -> Iterator[tuple[Pool, Pool, int]]:
    """Each pool of ``after`` that was there before: as it was, as it is, and its index."""
    old = {pool.name: pool for pool in before.spec.pools}
    for index, pool in enumerate(after.spec.pools):
        if pool.name in old:
            yield old[pool.name], pool, index


def _has_buggy(block: AddressBlock) -> bool:
    first, last = int(block.first), int(block.last)
    # Whoever crosses a multiple of 256 has an address on each side of it.
    crosses = first >> 8 != last >> 8
    return family_of(block) is Family.IPV4 and (crosses or not {first & 255, last & 255}.isdisjoint(BUGGY_OCTETS))


def _is_narrower(old: Allocation | None, new: Allocation | None) -> bool:
    """Whether any of its two conditions, which both have to hold, excludes what it did not exclude."""
    return any(now and not (then and then <= now) for then, now in zip(_conditions(old), _conditions(new), strict=True))


def _conditions(allocation: Allocation | None) -> tuple[frozenset[Hashable], frozenset[Hashable]]:
    """The namespaces, by name or selector, and the Services; an empty one excludes nothing."""
    if allocation is None:
        return frozenset(), frozenset()
    namespaces = (*allocation.namespaces, *map(alike, allocation.namespace_selectors))
    return frozenset(namespaces), frozenset(map(alike, allocation.service_selectors))
