"""What the kernel has of ours against what it shall have: the steps from one to the other, in order.

An address or a route is ours when it carries our mark; nothing else is ever named in a step. What lies in no pool is
never set, and taken away where it is ours: the pool was larger once. A VIP that somebody else holds on this node (a
node address, ``kube-ipvs0``, another binder) is left to them and told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from genlb.agent.vip.services.pools import Address, Pools

PROTOCOL = 115
"""Our mark, in an address's IFA_PROTO and in a route's protocol: a number that no other program is known to use."""

LABEL = "glb"
"""Our mark on an IPv4 address where the kernel knows no IFA_PROTO (before 5.18): the label ``<interface>:glb``."""


KUBE_IPVS = "kube-ipvs0"
"""The device on which kube-proxy in ipvs mode holds every VIP."""


class HeldAddress(NamedTuple):
    """An address on an interface; ``marked``: our mark is on it."""

    address: Address
    prefix: int
    interface: str
    marked: bool


class HeldRoute(NamedTuple):
    """A route of type local in table local, to one address; ``marked``: it has our protocol number."""

    address: Address
    marked: bool


class Held(NamedTuple):
    """A complete look at the kernel. A look that was interrupted is none: nothing may be concluded from it."""

    addresses: tuple[HeldAddress, ...]
    routes: tuple[HeldRoute, ...]


class Owned(NamedTuple):
    """An L2 VIP that this node may hold on ``interface`` until ``until``, by the node's own clock."""

    interface: str
    until: float


class Goal(NamedTuple):
    """What shall be: local routes, and L2 VIPs with their interfaces."""

    routes: frozenset[Address]
    owned: Mapping[Address, Owned]


class AddRoute(NamedTuple):
    """Make an address local without any interface having it."""

    address: Address


class RemoveRoute(NamedTuple):
    """Take a local route of ours away."""

    address: Address


class SetAddress(NamedTuple):
    """Put a VIP on an interface, or renew it there, so that it is gone by ``until``.

    Whoever does it looks at the clock itself, right before. ``fresh``: it was not there, so the neighbours have to
    be told.
    """

    address: Address
    interface: str
    until: float
    fresh: bool


class RemoveAddress(NamedTuple):
    """Take an address of ours off an interface."""

    address: Address
    prefix: int
    interface: str


Step: TypeAlias = AddRoute | RemoveRoute | SetAddress | RemoveAddress


class Plan(NamedTuple):
    """Steps in order, and the VIPs that somebody else holds here: interface, or "" for a route."""

    steps: tuple[Step, ...]
    foreign: Mapping[Address, str]


def plan(goal: Goal, held: Held, pools: Pools, *, now: float, at_least: int = 1) -> Plan:
    """The steps that lead from ``held`` to ``goal``.

    L2 VIPs come off first, since another node may be waiting for that; routes are added before others are removed. A
    VIP whose time has all but run out (less than ``at_least`` seconds) is not set any more. One that is set gets no
    route besides: the kernel makes the route of an address by itself, and takes no second one.
    """
    ours = {entry for entry in held.addresses if _is_ours(entry)}
    theirs = _theirs(held, ours)
    routes = {entry.address for entry in held.routes if entry.marked}
    owned = {
        address: own for address, own in goal.owned.items() if _may_set(address, own, theirs, pools, now + at_least)
    }
    free = goal.routes - owned.keys() - theirs.keys()
    wanted = {address for address in free if pools.of(address) is not None}
    steps: tuple[Step, ...] = (
        *_removed(ours, owned),
        *(AddRoute(address) for address in _in_order(wanted - routes)),
        *(RemoveRoute(address) for address in _in_order(routes - wanted)),
        *_set(ours, owned),
    )
    asked = {*goal.routes, *goal.owned}
    return Plan(steps, {address: place for address, place in theirs.items() if address in asked})


def removal(held: Held) -> Plan:
    """Everything of ours off: the way out, and the way to begin a new election."""
    return plan(Goal(frozenset(), {}), held, Pools(()), now=0.0)


def bound(held: Held) -> frozenset[Address]:
    """The VIPs of ours that are on an interface, those that lie in no pool any more among them."""
    return frozenset(entry.address for entry in held.addresses if _is_ours(entry))


def _theirs(held: Held, ours: Iterable[HeldAddress]) -> dict[Address, str]:
    """Where others hold an address: kube-proxy's device only where nobody else does, "" for a route."""
    # The kernel makes a local route for every address; only one that has no address belongs to a program.
    addressed = {entry.address for entry in held.addresses}
    found = {entry.address: "" for entry in held.routes if not entry.marked and entry.address not in addressed}
    others = sorted(set(held.addresses).difference(ours), key=_is_anybodys)
    return found | {entry.address: entry.interface for entry in others}


def _is_anybodys(entry: HeldAddress) -> bool:
    return entry.interface != KUBE_IPVS


def _is_ours(entry: HeldAddress) -> bool:
    """Only single addresses are bound, so nothing else can be ours, whatever mark it has."""
    return entry.marked and entry.prefix == entry.address.max_prefixlen


def _may_set(address: Address, own: Owned, theirs: Mapping[Address, str], pools: Pools, earliest: float) -> bool:
    # Another copy on kube-ipvs0 is kube-proxy's; it takes that one off by itself once ours is on the NIC.
    free = address not in theirs or theirs[address] == KUBE_IPVS
    return free and pools.of(address) is not None and own.until >= earliest and math.isfinite(own.until)


def _removed(ours: Iterable[HeldAddress], owned: Mapping[Address, Owned]) -> Iterator[RemoveAddress]:
    for entry in sorted(ours, key=_place):
        if entry.address not in owned or owned[entry.address].interface != entry.interface:
            yield RemoveAddress(entry.address, entry.prefix, entry.interface)


def _set(ours: Iterable[HeldAddress], owned: Mapping[Address, Owned]) -> Iterator[SetAddress]:
    there = {(entry.address, entry.interface) for entry in ours}
    for address in _in_order(owned):
        own = owned[address]
        yield SetAddress(address, own.interface, own.until, (address, own.interface) not in there)


def _in_order(addresses: Iterable[Address]) -> list[Address]:
    return sorted(addresses, key=_number)


def _number(address: Address) -> tuple[int, int]:
    return (address.version, int(address))


def _place(entry: HeldAddress) -> tuple[tuple[int, int], str]:
    return (_number(entry.address), entry.interface)
