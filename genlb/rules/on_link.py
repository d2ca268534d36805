"""On-link pools: whether somebody answers ARP and NDP for their VIPs."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.decisions import PoolDecision, Reach
from genlb.network.reach import touched
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.spec.model import Announce, DaemonState

ON_LINK = rule(
    "GLB211",
    ERROR,
    "An on-link pool that nobody answers for",
    why="Addresses inside a node subnet are on-link for routers and neighbours: they ask ARP for the VIP itself, a BGP"
    " route of the same length loses to the connected one, and nobody answers unless one elected node does (L2).",
    fix="Take addresses outside the node subnets (routed, BGP), or announce: L2 with vipBinder Enabled.",
    research="CA003, W-VIP-ON-LINK, netlab 1",
)


@ON_LINK.check
def on_link_pools(view: View) -> Iterator[Finding]:
    """Pools that lie in a node subnet, wholly or in part, and those that L2 announces without that."""
    for index, decided in enumerate(view.decisions.pools):
        if decided.reach is not Reach.ROUTED:
            yield from _unanswered(view, index, decided)
        elif decided.announce is Announce.L2:
            yield Finding(
                view.at("pools", index, "announce"),
                f'pool "{decided.pool.name}" is announced by L2, but lies in no node subnet: no router asks ARP for it',
                "use announce: BGP (or leave it Auto)",
            )


def _unanswered(view: View, index: int, decided: PoolDecision) -> Iterator[Finding]:
    """Why nobody answers for a pool of which at least a part is on-link; at most one reason."""
    name, nodes, binder = decided.pool.name, view.spec.network.node_cidrs, view.spec.vip_binder
    subnets = ", ".join(str(cidr) for cidr in nodes if any(cidr in touched(b, nodes) for b in decided.pool.addresses))
    if decided.reach is Reach.MIXED:
        yield Finding(
            view.at("pools", index, "addresses"),
            f'pool "{name}" is partly inside the node subnet {subnets} and partly outside:'
            " some of its VIPs would need ARP, others a route",
            "split it into two pools",
        )
    elif decided.announce is Announce.BGP:
        yield Finding(
            view.at("pools", index, "announce"),
            f'pool "{name}" lies in the node subnet {subnets}, but is announced by BGP:'
            " its neighbours ask ARP for it and get no answer",
        )
    elif binder.state is DaemonState.DISABLED:
        yield Finding(
            view.at("pools", index, "addresses"),
            f'pool "{name}" lies in the node subnet {subnets}, and vipBinder is Disabled: nobody answers ARP',
        )
    elif not binder.l2.interfaces:
        yield Finding(
            view.at("pools", index, "addresses"),
            f'pool "{name}" lies in the node subnet {subnets}, but vipBinder.l2.interfaces names no interface to'
            " answer ARP on",
            "add vipBinder: {l2: {interfaces: [bond0]}}, the NIC of that subnet",
        )
