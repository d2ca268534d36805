"""How lists are written: CIDRs with host bits, and entries that stand twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from genlb.errors import Related
from genlb.rules.catalogue import WARNING, Finding, View, rule
from genlb.rules.places import Path
from genlb.spec.model import Spec
from genlb.spec.values import AddressBlock, Network, parse_address
from genlb.yamltext.node import ScalarNode, SequenceNode

HOST_BITS = rule(
    "GLB204",
    WARNING,
    "A CIDR with host bits",
    why="10.0.0.7/24 means all of 10.0.0.0/24: MetalLB clears the host bits without a word, and so does genlb. Who"
    " meant the one address 10.0.0.7 announces 256.",
    fix="Write the network's own address, or /32 (IPv6: /128) for a single address.",
    research="metallb_vip 1.3, E-CIDR-HOSTBITS",
)


@HOST_BITS.check
def host_bits(view: View) -> Iterator[Finding]:
    """CIDRs whose text is not the network's address; a range has no host bits."""
    for path, values in _cidr_lists(view.spec):
        node = view.loaded.node("spec", *path)
        items = node.items if isinstance(node, SequenceNode) else ()
        for item, value in zip(items, values, strict=False):
            text = str(item.value) if isinstance(item, ScalarNode) else ""
            address, slash, length = text.partition("/")
            first = value.first if isinstance(value, AddressBlock) else value.network_address
            if slash and address != str(first) and parse_address(address) != first:
                yield Finding(
                    item.span,
                    f"{text} has host bits: it means {first}/{length}",
                    f"write {first}/{length}, or {address}/{first.max_prefixlen} for that address alone",
                )


TWICE = rule(
    "GLB216",
    WARNING,
    "An entry stands twice in a list",
    why="The second of two equal entries does nothing; most often it should have been another one.",
    fix="Remove one of the two, or correct it.",
)


@TWICE.check
def twice(view: View) -> Iterator[Finding]:
    """Equal entries. Those of a pool's addresses are GLB206 and a router's are GLB312, both errors."""
    for path, values in _unique_lists(view.spec):
        if len(set(values)) == len(values):
            continue
        first: dict[Hashable, int] = {}
        for index, value in enumerate(values):
            if first.setdefault(value, index) != index:
                text = getattr(value, "value", value)
                related = Related(view.at(*path, first[value]), "the first one")
                yield Finding(view.at(*path, index), f"{text} stands twice in {path[-1]}", related=(related,))


def _networks(spec: Spec) -> Iterator[tuple[Path, Sequence[Network]]]:
    network, advertise = spec.network, spec.bgp.advertise
    yield ("network", "podCIDRs"), network.pod_cidrs
    yield ("network", "serviceCIDRs"), network.service_cidrs
    yield ("network", "nodeCIDRs"), network.node_cidrs
    yield ("bgp", "advertise", "loadBalancerCIDRs"), advertise.load_balancer_cidrs
    yield ("bgp", "advertise", "externalCIDRs"), advertise.external_cidrs


def _cidr_lists(spec: Spec) -> Iterator[tuple[Path, Sequence[Network | AddressBlock]]]:
    yield from _networks(spec)
    for index, pool in enumerate(spec.pools):
        yield ("pools", index, "addresses"), pool.addresses


def _unique_lists(spec: Spec) -> Iterator[tuple[Path, Sequence[Hashable]]]:
    yield from _networks(spec)
    yield ("sysctls", "interfaces"), spec.sysctls.interfaces or ()
    yield ("vipBinder", "l2", "interfaces"), spec.vip_binder.l2.interfaces
    for index, pool in enumerate(spec.pools):
        yield ("pools", index, "communities"), pool.communities
        yield ("pools", index, "families"), pool.families or ()
