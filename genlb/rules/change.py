"""Rules about a change: what is fine before it and fine after it, and hurts on the way."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias

from genlb.errors import Diagnostic
from genlb.network.cover import Cover
from genlb.network.families import family_of
from genlb.network.overlap import meetings
from genlb.rules.catalogue import ERROR, WARNING, Finding, Rule, View, rule
from genlb.rules.places import Path, blocks
from genlb.rules.pools import BUGGY_OCTETS, alike
from genlb.rules.words import first_few
from genlb.spec.model import Allocation, DaemonState, Family, Pool, Switch
from genlb.spec.values import Address, AddressBlock

ChangeCheck: TypeAlias = Callable[[View, View], Iterator[Finding]]

_CHECKS: list[tuple[Rule, ChangeCheck]] = []


def judge_change(before: View, after: View) -> Iterator[Diagnostic]:
    """Every finding about a cluster that was ``before`` and is now ``after``; places are in the files of ``after``."""
    for found, check in _CHECKS:
        for finding in check(before, after):
            yield found.diagnostic(finding, cluster=after.loaded.name)


def _of(found: Rule) -> Callable[[ChangeCheck], ChangeCheck]:
    """Mark a function as the check of a rule about change."""

    def mark(check: ChangeCheck) -> ChangeCheck:
        _CHECKS.append((found, check))
        return check

    return mark


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


@_of(MOVED)
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


@_of(READDRESSED)
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


@_of(READDRESSED)
def addresses_now_buggy(before: View, after: View) -> Iterator[Finding]:
    """Pools that skip addresses from now on which they have given so far."""
    for old, pool, index in _kept_pools(before, after):
        skipped = pool.avoid_buggy_ips and not old.avoid_buggy_ips
        if skipped and any(map(_has_buggy, old.addresses)):
            place = after.at("pools", index, "avoidBuggyIPs")
            yield Finding(place, f'pool "{pool.name}" begins to avoid addresses that end in .0 or .255')


@_of(READDRESSED)
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


PROXY_MODE = rule(
    "GLB421",
    WARNING,
    "kube-proxy changes its mode",
    why="The new kube-proxy does not clear away what the old mode left: rules in iptables or nftables, and under ipvs"
    " virtual servers and every VIP on kube-ipvs0. A node with both answers from either.",
    fix="Node by node: drain, apply, run kube-proxy --cleanup with the old mode or reboot, uncordon.",
    research="KP022",
)


@_of(PROXY_MODE)
def other_mode(before: View, after: View) -> Iterator[Finding]:
    """Any change of the mode, whoever owns the configuration: the spec says what runs."""
    old, new = before.spec.kube_proxy.mode, after.spec.kube_proxy.mode
    if old is not new:
        yield Finding(after.at("kubeProxy", "mode"), f"kube-proxy goes from {old.value} to {new.value}")


MESH_OFF = rule(
    "GLB325",
    ERROR,
    "The node mesh goes off before its successors are proven",
    why="Until the sessions to the routers are up, the mesh is the only way in which nodes learn each other's pod"
    " routes. Switched off in the same change in which sessions come or go, nobody can see that the new ones work.",
    fix="Change the routers first, look at the sessions (calicoctl node status), and switch the mesh off in a change of"
    " its own.",
    research="calico 2",
)


@_of(MESH_OFF)
def mesh_off_with_sessions(before: View, after: View) -> Iterator[Finding]:
    """The mesh switched off together with the first sessions of a rack, or while sessions are taken away."""
    on, off = before.spec.bgp.node_to_node_mesh, after.spec.bgp.node_to_node_mesh
    if on is not Switch.ENABLED or off is not Switch.DISABLED:
        return
    old, new = _sessions(before), _sessions(after)
    place = after.at("bgp", "nodeToNodeMesh")
    for rack, addresses in new.items():
        if addresses and not old.get(rack):
            yield Finding(place, f'the node mesh goes off in the change that brings rack "{rack}" its first sessions')
    for rack, addresses in old.items():
        if addresses - new.get(rack, frozenset()):
            yield Finding(place, f'the node mesh goes off in the change that takes sessions from rack "{rack}"')


def _sessions(view: View) -> dict[str, frozenset[Address]]:
    """The routers' addresses of each rack."""
    return {
        rack.name: frozenset(address for router in rack.routers for address in router.addresses)
        for rack in view.spec.bgp.racks
    }


NODE_AS = rule(
    "GLB326",
    WARNING,
    "The nodes' AS number changes",
    why="Every session of those nodes ends, and comes back only once their routers expect the new number: VIPs are"
    " withdrawn in between, on all nodes at once.",
    fix="Change the routers in the same window, rack by rack (nodeASNumber), so that other racks carry the VIPs.",
)


@_of(NODE_AS)
def other_node_as(before: View, after: View) -> Iterator[Finding]:
    """The cluster's number, and that of each rack that stays, one finding for each number written down."""
    old, new = before.spec.bgp, after.spec.bgp
    if old.as_number != new.as_number:
        place = after.at("bgp", "asNumber")
        yield Finding(place, f"the cluster goes from AS {old.as_number} to AS {new.as_number}")
    was = {rack.name: rack.node_as_number or old.as_number for rack in old.racks}
    for number, rack in enumerate(new.racks):
        then, now = was.get(rack.name), rack.node_as_number or new.as_number
        inherited = rack.node_as_number is None and old.as_number != new.as_number
        if then is not None and then != now and not inherited:
            place = after.at("bgp", "racks", number, "nodeASNumber")
            yield Finding(place, f'the nodes of rack "{rack.name}" go from AS {then} to AS {now}')


ABANDONED = rule(
    "GLB518",
    ERROR,
    "A daemon is removed before it has cleaned up",
    why="A daemon that is gone gives nothing back: its sysctls stay as they are, VIPs stay local on the nodes and draw"
    " traffic to hosts that serve it no more.",
    fix="Say state: Cleanup first, wait until every node has reported it done, then Disabled in a second change.",
    research="VB016",
)


@_of(ABANDONED)
def disabled_at_once(before: View, after: View) -> Iterator[Finding]:
    """Enabled one moment, Disabled the next."""
    daemons: tuple[tuple[DaemonState, DaemonState, Path], ...] = (
        (before.spec.sysctls.state, after.spec.sysctls.state, ("sysctls", "state")),
        (before.spec.vip_binder.state, after.spec.vip_binder.state, ("vipBinder", "state")),
    )
    for old, new, path in daemons:
        if old is DaemonState.ENABLED and new is DaemonState.DISABLED:
            yield Finding(after.at(*path), f"{path[0]} goes from Enabled straight to Disabled")
