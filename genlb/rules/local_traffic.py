"""How kube-proxy tells pods from strangers: ``detectLocalMode`` and ``clusterCIDR`` against the pods' CIDRs.

It decides who may reach a Service with ``externalTrafficPolicy: Local`` from a node without an endpoint of its own,
and whose packets are masqueraded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from genlb.errors import Related
from genlb.network.base_config import (
    CLUSTER_CIDR,
    INTERFACE_NAME_PREFIX,
    BaseConfig,
    cluster_cidrs,
    detect_local_mode,
)
from genlb.network.families import family_of
from genlb.network.versions import FACTS, Feature, surely_lacks
from genlb.rules.base_config import judged, proxy_mode
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.words import first_few
from genlb.spec.model import Family, ProxyMode
from genlb.spec.values import Network

_BY_INTERFACE = "detectLocalMode: InterfaceNamePrefix with detectLocal: {interfaceNamePrefix: cali}"
_WHY = (
    "kube-proxy takes a pod outside clusterCIDR for a stranger: on a node without an endpoint it drops the pod's"
    " connections to VIPs with externalTrafficPolicy: Local, and it masquerades what it should not."
)

UNCOVERED_PODS = rule(
    "GLB412",
    ERROR,
    "clusterCIDR does not cover the pods",
    why=_WHY,
    fix=f"Set clusterCIDR to the pods' CIDR, or use {_BY_INTERFACE}.",
    research="KP010",
)
SEVERAL_POD_CIDRS = rule(
    "GLB413",
    WARNING,
    "More pod CIDRs than clusterCIDR can name",
    why=f"{_WHY} It uses one CIDR of each family and has no way to name two.",
    fix=f"Use {_BY_INTERFACE}, which needs no CIDR.",
    research="KP011",
)


def by_interface(view: View) -> str:
    """How kube-proxy tells pods without a CIDR; empty where its release cannot (`INTERFACE_PREFIX`)."""
    return "" if _fails_by_interface(view) else _BY_INTERFACE


def _fails_by_interface(view: View) -> bool:
    """Only where the release is known to the patch, or its whole line has the bug."""
    nftables = proxy_mode(view) is ProxyMode.NFTABLES
    return nftables and surely_lacks(view.spec.versions, Feature.NFTABLES_BY_INTERFACE)


class _Coverage(NamedTuple):
    """The pods of one family: the CIDR that kube-proxy knows, and the places of those inside and outside of it."""

    family: Family
    cluster_cidr: Network | None
    inside: tuple[int, ...]
    outside: tuple[int, ...]


@UNCOVERED_PODS.check
def uncovered_pods(view: View) -> Iterator[Finding]:
    """A family of which kube-proxy knows no pod; what several CIDRs cannot have is the other rule's."""
    base = judged(view)
    for coverage in _coverages(view, base) if base else ():
        if base and coverage.outside and not coverage.inside:
            pods = first_few([view.spec.network.pod_cidrs[number] for number in coverage.outside])
            named = (
                f"clusterCIDR {coverage.cluster_cidr} does not cover"
                if coverage.cluster_cidr
                else f"clusterCIDR has no {coverage.family.value} CIDR and does not cover"
            )
            cure = "" if by_interface(view) else "set clusterCIDR to the pods' CIDR"
            yield Finding(base.span("clusterCIDR"), f"{named} the pods in {pods}", cure, _pods(view, coverage))


@SEVERAL_POD_CIDRS.check
def several_pod_cidrs(view: View) -> Iterator[Finding]:
    """A family of which kube-proxy knows some pods and others not."""
    base = judged(view)
    for coverage in _coverages(view, base) if base else ():
        if base and coverage.outside and coverage.inside:
            pods = first_few([view.spec.network.pod_cidrs[number] for number in coverage.outside])
            message = f"clusterCIDR {coverage.cluster_cidr} covers some pods, but not those in {pods}"
            cure = "" if by_interface(view) else f"widen clusterCIDR to all pods, or upgrade and use {_BY_INTERFACE}"
            yield Finding(base.span("clusterCIDR"), message, cure, _pods(view, coverage))


def _coverages(view: View, base: BaseConfig) -> Iterator[_Coverage]:
    if detect_local_mode(base) != CLUSTER_CIDR or not base.get("clusterCIDR"):
        return
    known = {family_of(cidr): cidr for cidr in cluster_cidrs(base)}
    pods = view.spec.network.pod_cidrs
    for family in dict.fromkeys(map(family_of, pods)):
        cidr = known.get(family)
        numbers = [number for number, pod in enumerate(pods) if family_of(pod) is family]
        inside = tuple(number for number in numbers if cidr and _holds(cidr, pods[number]))
        yield _Coverage(family, cidr, inside, tuple(number for number in numbers if number not in inside))


def _holds(cidr: Network, pods: Network) -> bool:
    return cidr.network_address <= pods.network_address and pods.broadcast_address <= cidr.broadcast_address  # type: ignore[operator]  # one family


def _pods(view: View, coverage: _Coverage) -> tuple[Related, ...]:
    return tuple(
        Related(view.at("network", "podCIDRs", number), "pods that it takes for strangers")
        for number in coverage.outside
    )


INTERFACE_PREFIX = rule(
    "GLB424",
    ERROR,
    "nftables mode cannot tell pods by the name of their interface yet",
    why="These releases write the prefix where nftables wants an interface that exists: nft refuses the whole table,"
    " and kube-proxy programs no Service at all (kubernetes/kubernetes#134024).",
    fix="Upgrade kube-proxy, or use detectLocalMode: ClusterCIDR until then.",
)


@INTERFACE_PREFIX.check
def interface_prefix_in_nftables(view: View) -> Iterator[Finding]:
    """Where the configuration asks for it."""
    base = judged(view)
    if base and detect_local_mode(base) == INTERFACE_NAME_PREFIX and _fails_by_interface(view):
        yield Finding(
            base.span("detectLocalMode"),
            f"detectLocalMode is InterfaceNamePrefix in nftables mode: {FACTS[Feature.NFTABLES_BY_INTERFACE].reason}",
        )
