"""On which addresses kube-proxy opens NodePorts, held against the VIPs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from genlb.errors import Related
from genlb.network.base_config import (
    NODE_PORT_KEYWORDS,
    node_port_entries,
    node_ports_everywhere,
)
from genlb.network.local_vips import locally_bound
from genlb.network.versions import FACTS, Feature, supports
from genlb.rules.base_config import judged, proxy_mode
from genlb.rules.captured import block_in
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.words import first_few
from genlb.spec.model import Announce, ProxyMode

_FIELD = "nodePortAddresses"
_PRIMARY = "primary"

OPEN_NODE_PORTS = rule(
    "GLB414",
    WARNING,
    "Every NodePort answers on the VIPs",
    why="In iptables mode kube-proxy opens NodePorts on every address that is local to a node, bound VIPs included,"
    " past loadBalancerSourceRanges; with the guard off, so does every port of the node itself (kubelet, ssh).",
    fix="Turn vipBinder.guard on, or set nodePortAddresses: [primary] in the captured configuration.",
    research="KP012",
)


def node_ports_open_on_vips(view: View) -> bool:
    """Whether NodePorts answer on VIPs that the binder made local: the configuration is known, and lets them."""
    base = judged(view)
    if base is None or view.spec.vip_binder.guard or proxy_mode(view) is not ProxyMode.IPTABLES:
        return False
    families = {family for pool in locally_bound(view.spec, view.decisions) for family in pool.families}
    return any(node_ports_everywhere(base, family) for family in families)


@OPEN_NODE_PORTS.check
def open_node_ports(view: View) -> Iterator[Finding]:
    """Said at the guard; GLB512 tells about it where the captured configuration narrows NodePorts, or is not known."""
    if view.base and node_ports_open_on_vips(view):
        pools = first_few([pool.pool.name for pool in locally_bound(view.spec, view.decisions)])
        yield Finding(
            view.at("vipBinder", "guard"),
            f"vipBinder.guard is off, and nodePortAddresses limits nothing: NodePorts answer on the VIPs of {pools}",
            related=(Related(view.base.span(_FIELD), "the captured nodePortAddresses, or where it is missing"),),
        )


POOL_AS_NODE_ADDRESS = rule(
    "GLB415",
    ERROR,
    "nodePortAddresses contains a pool",
    why="The list names the addresses of nodes. Where a VIP of such a pool is on an interface, every NodePort answers"
    " on it, past loadBalancerSourceRanges.",
    fix="Name the nodes' own subnets, or primary.",
    research="KP013",
)


@POOL_AS_NODE_ADDRESS.check
def pools_as_node_addresses(view: View) -> Iterator[Finding]:
    """BGP pools only: an L2 pool lies inside the nodes' subnet, which may well stand here. /0 just means all."""
    base = judged(view)
    if base is None:
        return
    pools = view.decisions.announced_by(Announce.BGP)
    for number, cidr in node_port_entries(base):
        for pool in pools if cidr.prefixlen else ():
            if block := block_in(cidr, pool.pool):
                yield Finding(
                    base.span(_FIELD, number),
                    f'nodePortAddresses has {cidr}, where {block} of pool "{pool.pool.name}" lies',
                )


KEYWORD = rule(
    "GLB416",
    ERROR,
    "nodePortAddresses uses a keyword that this kube-proxy does not know",
    why="Before Kubernetes 1.37 primary must stand alone, and localhost and all do not exist: kube-proxy takes them for"
    " CIDRs, finds that they are none, and exits.",
    fix="Use [primary] alone, or CIDRs alone.",
    research="KP014",
)


@KEYWORD.check
def unknown_keywords(view: View) -> Iterator[Finding]:
    """What each release takes beside CIDRs."""
    base = judged(view)
    listed: Any = base.get(_FIELD) if base else None
    if base is None or not isinstance(listed, list) or supports(view.spec.versions, Feature.NODE_PORT_KEYWORDS):
        return
    known = supports(view.spec.versions, Feature.NODE_PORTS_PRIMARY)
    for index, item in enumerate(listed):
        if not isinstance(item, str) or item not in NODE_PORT_KEYWORDS:
            continue
        if item == _PRIMARY and known and len(listed) == 1:
            return
        feature = Feature.NODE_PORT_KEYWORDS if known else Feature.NODE_PORTS_PRIMARY
        release = view.spec.versions.kubernetes
        message = f"nodePortAddresses has {item}, which kube-proxy {release} refuses here: {FACTS[feature].reason}"
        yield Finding(base.span(_FIELD, index), message)
