"""Where a spec holds addresses and AS numbers: walked in one way by all rules that look at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from genlb.network.overlap import Claim, claim
from genlb.spec.model import Rack, Router, Spec
from genlb.spec.values import Address, AddressBlock, Network

Path: TypeAlias = tuple[str | int, ...]

_POOL = '{0} of pool "{1}"'
_ROUTER = '{0} of router "{1}"'
_GATEWAY = '{0}, the gateway to router "{1}"'
_LIST = "{0} of {1}"


class Place(NamedTuple):
    """An address, a CIDR or a block of a spec: ``path`` is below ``spec``; ``form`` and ``name`` say whose it is."""

    path: Path
    item: AddressBlock | Network | Address
    form: str
    name: str = ""

    def __str__(self) -> str:
        return self.form.format(self.item, self.name)

    def claimed_by(self, owner: str | int) -> Claim[Place]:
        """The place as a claim of ``owner``."""
        return claim(self.item, owner, self)


class Seat(NamedTuple):
    """A router in its rack; ``path`` is below ``spec``."""

    rack: Rack
    router: Router
    path: Path


def blocks(spec: Spec) -> Iterator[Place]:
    """Every entry of every pool."""
    for index, pool in enumerate(spec.pools):
        for entry, block in enumerate(pool.addresses):
            yield Place(("pools", index, "addresses", entry), block, _POOL, pool.name)


def pods(spec: Spec) -> Iterator[Place]:
    """The pod CIDRs."""
    return _listed(spec.network.pod_cidrs, ("network", "podCIDRs"), "pod CIDR {0}")


def services(spec: Spec) -> Iterator[Place]:
    """The service CIDRs."""
    return _listed(spec.network.service_cidrs, ("network", "serviceCIDRs"), "service CIDR {0}")


def nodes(spec: Spec) -> Iterator[Place]:
    """The node CIDRs."""
    return _listed(spec.network.node_cidrs, ("network", "nodeCIDRs"), "node CIDR {0}")


def load_balancer_cidrs(spec: Spec) -> Iterator[Place]:
    """The CIDRs of VIPs that the spec lists itself."""
    return _listed(spec.bgp.advertise.load_balancer_cidrs, ("bgp", "advertise", "loadBalancerCIDRs"), _LIST)


def external_cidrs(spec: Spec) -> Iterator[Place]:
    """The CIDRs of external IPs."""
    return _listed(spec.bgp.advertise.external_cidrs, ("bgp", "advertise", "externalCIDRs"), _LIST)


def seats(spec: Spec) -> Iterator[Seat]:
    """Every router of every rack."""
    for number, rack in enumerate(spec.bgp.racks):
        for index, router in enumerate(rack.routers):
            yield Seat(rack, router, ("bgp", "racks", number, "routers", index))


def routers(spec: Spec) -> Iterator[Place]:
    """Every address of every router."""
    for _, router, path in seats(spec):
        for entry, address in enumerate(router.addresses):
            yield Place((*path, "addresses", entry), address, _ROUTER, router.name)


def gateways(spec: Spec) -> Iterator[Place]:
    """The gateways to routers outside the node CIDRs."""
    for _, router, path in seats(spec):
        if router.reachable_by is not None:
            yield Place((*path, "reachableBy"), router.reachable_by, _GATEWAY, router.name)


def as_numbers(spec: Spec) -> Iterator[tuple[Path, int]]:
    """Every AS number."""
    yield ("bgp", "asNumber"), spec.bgp.as_number
    for number, rack in enumerate(spec.bgp.racks):
        if rack.node_as_number is not None:
            yield ("bgp", "racks", number, "nodeASNumber"), rack.node_as_number
    for _, router, path in seats(spec):
        yield (*path, "asNumber"), router.as_number


def relation(ours: Claim[Any], theirs: Claim[Any]) -> str:
    """How two ranges that meet lie to each other, as a verb."""
    if ours[1:3] == theirs[1:3]:
        return "is"
    if theirs.first <= ours.first and ours.last <= theirs.last:
        return "lies in"
    return "takes in" if ours.first <= theirs.first and theirs.last <= ours.last else "overlaps"


def _listed(cidrs: Sequence[Network], path: Path, form: str) -> Iterator[Place]:
    for index, cidr in enumerate(cidrs):
        yield Place((*path, index), cidr, form, str(path[-1]))
