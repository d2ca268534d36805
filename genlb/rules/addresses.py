"""Addresses that two claim: pools among each other, pools and the plan around them; and ranges that nobody can use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from itertools import chain, groupby

from genlb.errors import Related
from genlb.network.cover import Cover
from genlb.network.decisions import Reach
from genlb.network.overlap import Claim, meetings, overlaps
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.places import (
    Path,
    Place,
    blocks,
    external_cidrs,
    gateways,
    load_balancer_cidrs,
    nodes,
    pods,
    relation,
    routers,
    services,
)
from genlb.rules.pools import BUGGY_OCTETS
from genlb.rules.reading import POOL_ADDRESS
from genlb.rules.words import first_few
from genlb.spec.model import Announce, LoadBalancerIPs
from genlb.spec.values import AddressBlock

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
    for kept, given in _in_order(overlaps(place.claimed_by(place.path[1]) for place in blocks(view.spec))):
        yield Finding(
            view.at(*given.path),
            f'pools "{kept.name}" and "{given.name}" overlap ({kept.item}, {given.item})',
            _apart(kept, given),
            (Related(view.at(*kept.path), str(kept)),),
        )


def _apart(*places: Place) -> str:
    """What is left of one of the two without the other."""
    for place, other in (places, reversed(places)):
        if isinstance(place.item, AddressBlock) and (rest := Cover([other.item]).gaps(place.item)):
            return f'give "{place.name}" only {" and ".join(map(str, rest))}, or remove {other}'
    return ""


@POOL_ADDRESS.check
def overlap_inside_a_pool(view: View) -> Iterator[Finding]:
    """Entries of one pool that share addresses, the same entry twice included."""
    for _, entries in groupby(blocks(view.spec), key=lambda place: place.path[1]):
        for kept, given in _in_order(overlaps(place.claimed_by(place.path[3]) for place in entries)):
            yield Finding(
                view.at(*given.path),
                f'pool "{given.name}" lists {given.item} beside {kept.item}, which overlaps it: MetalLB refuses that',
                "remove one of the two entries, or let one end where the other begins",
                (Related(view.at(*kept.path), str(kept)),),
            )


TAKEN = rule(
    "GLB202",
    ERROR,
    "A pool takes addresses that something else has",
    why="A VIP that is also the address of a pod, a Service, a node or a router leads to whoever has the longer route;"
    " a VIP on the address of a ToR takes a whole rack off the network. MetalLB does not look.",
    fix="Take the pool from a range of its own.",
    research="generator_ux GLB202, CA004, metallb_vip 1.3",
)


@TAKEN.check
def pools_on_the_plan(view: View) -> Iterator[Finding]:
    """Pods, Services and routers anywhere in a pool; of a node CIDR only all of it, since a part of it is on-link."""
    spec = view.spec
    pools = [place.claimed_by("pool") for place in blocks(spec)]
    taken = list(_taken_subnets(view, pools))
    for ours, theirs in taken:
        yield _clash(view, ours, theirs)
    beside = [place.claimed_by("") for place in chain(pods(spec), services(spec), routers(spec), gateways(spec))]
    for ours, theirs in meetings(pools, beside):
        # Of a subnet that is taken as a whole, its routers are no news.
        if not any(pool is ours and _takes_in(subnet, theirs) for pool, subnet in taken):
            free = Cover(one.tag.item for one in (*beside, *_edges(view))).gaps(ours.tag.item)
            yield _clash(view, ours, theirs, f"leave them out: use {first_few(free)}" if free else "")


def _taken_subnets(view: View, pools: Iterable[Claim[Place]]) -> Iterator[tuple[Claim[Place], Claim[Place]]]:
    """Blocks of pools, and the node CIDRs that they take in."""
    if all(decided.reach is Reach.ROUTED for decided in view.decisions.pools):
        return
    for ours, theirs in meetings(pools, [place.claimed_by("") for place in nodes(view.spec)]):
        if _takes_in(ours, theirs):
            yield ours, theirs


def _takes_in(whole: Claim[Place], part: Claim[Place]) -> bool:
    return whole.version == part.version and whole.first <= part.first and part.last <= whole.last


EDGES = rule(
    "GLB220",
    WARNING,
    "An L2 pool holds an address that no host can have",
    why="The last address of an IPv4 subnet is its broadcast address: neighbours send what is for it to everybody and"
    " never ask ARP for it. Older ones, Linux before 5.14 among them, treat the first address alike. MetalLB gives both"
    " out like any other.",
    fix="Leave the two addresses out of the pool.",
    research="metallb_vip 1.4",
)


@EDGES.check
def edges_of_subnets(view: View) -> Iterator[Finding]:
    """First and last addresses of IPv4 node CIDRs in pools that L2 announces, unless ``avoidBuggyIPs`` skips them."""
    pools = view.decisions.pools
    if all(pool.announce is Announce.BGP for pool in pools):
        return
    listed = [place.claimed_by("pool") for place in blocks(view.spec)]
    taken = {id(ours) for ours, _ in _taken_subnets(view, listed)}  # which TAKEN tells
    for ours, theirs in meetings(listed, _edges(view)):
        decided = pools[int(ours.tag.path[1])]
        given = not (decided.pool.avoid_buggy_ips and theirs.first & 255 in BUGGY_OCTETS)
        if decided.announce is Announce.L2 and given and id(ours) not in taken:
            rest = first_few(Cover(one.tag.item for one in _edges(view)).gaps(ours.tag.item))
            yield _clash(view, ours, theirs, f"use {rest}" if rest else "")


_LAST_WITH_EDGES = 30
"""In a /31 both addresses are hosts (RFC 3021)."""


def _edges(view: View) -> Iterator[Claim[Place]]:
    for index, subnet in enumerate(view.spec.network.node_cidrs):
        if isinstance(subnet, IPv4Network) and subnet.prefixlen <= _LAST_WITH_EDGES:
            path = ("network", "nodeCIDRs", index)
            for edge, name in ((subnet.network_address, "first"), (subnet.broadcast_address, "broadcast")):
                yield Place(path, edge, "{0}, the {1} address of its subnet", name).claimed_by("subnet")


PLAN = rule(
    "GLB215",
    ERROR,
    "Pods, Services and nodes share addresses",
    why="A node sends what is for its own pods, for a Service and for its neighbours three different ways and looks at"
    " the address alone: where the ranges overlap, one of them is unreachable.",
    fix="Correct the CIDR that is wrong; the three ranges of a cluster never overlap.",
    research="CA004",
)


@PLAN.check
def overlapping_plan(view: View) -> Iterator[Finding]:
    """Overlaps between the three lists; inside one of them nothing is wrong with it."""
    spec = view.spec
    claims = chain(
        (place.claimed_by("pods") for place in pods(spec)),
        (place.claimed_by("services") for place in services(spec)),
        (place.claimed_by("nodes") for place in nodes(spec)),
    )
    for other, blamed in overlaps(claims):
        yield _clash(view, blamed, other)


ANNOUNCED = rule(
    "GLB218",
    ERROR,
    "An advertised CIDR takes in pods, Services or nodes",
    why="Every node announces the whole CIDR and, inside it, keeps no route that it learned from others: pod traffic"
    " between nodes ends there, and the fabric sends what is for a node to all of them.",
    fix="List the CIDRs of VIPs only; loadBalancerIPs: FromPools does.",
    research="calico 2",
)


@ANNOUNCED.check
def announced_plan(view: View) -> Iterator[Finding]:
    """CIDRs of VIPs against the whole plan, those of external IPs against pods: a node's address may be one."""
    spec, advertise = view.spec, view.spec.bgp.advertise
    pairs: list[tuple[Claim[Place], Claim[Place]]] = []
    if advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT:
        listed = [place.claimed_by("announced") for place in load_balancer_cidrs(spec)]
        plan = [place.claimed_by("") for place in chain(pods(spec), services(spec), nodes(spec))]
        pairs += meetings(listed, plan)
    if advertise.external_cidrs:
        external = [place.claimed_by("announced") for place in external_cidrs(spec)]
        pairs += meetings(external, [place.claimed_by("") for place in pods(spec)])
    for ours, theirs in pairs:
        yield _clash(view, ours, theirs)


def _clash(view: View, ours: Claim[Place], theirs: Claim[Place], help_: str = "") -> Finding:
    """The finding at ``ours``, which shares addresses with ``theirs``."""
    message = f"{ours.tag} {relation(ours, theirs)} {theirs.tag}"
    related = Related(view.at(*theirs.tag.path), str(theirs.tag))
    return Finding(view.at(*ours.tag.path), message, help_, (related,))


def _in_order(pairs: Iterable[tuple[Claim[Place], Claim[Place]]]) -> Iterator[tuple[Place, Place]]:
    """The two places of each pair, in the spec's order."""
    for pair in pairs:
        first, second = sorted(pair, key=_path)
        yield first.tag, second.tag


def _path(claim: Claim[Place]) -> Path:
    return claim.tag.path
