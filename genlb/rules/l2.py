"""L2 pools: the election of the node that answers, the NIC that it answers on, and kube-proxy's ipvs beside it."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.interfaces import is_wholly_foreign
from genlb.network.lease import lease_timing
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.kube_proxy import everybody_answers
from genlb.rules.words import first_few
from genlb.spec.model import Announce, DaemonState, ProxyMode

LEASE = rule(
    "GLB513",
    ERROR,
    "L2 leases too short to survive one lost renewal",
    why="An owner gives its address up before its lease ends. Two renewals and their time-outs must fit into the rest,"
    " or one slow answer of the API server takes the VIP off the network.",
    fix="Use leaseDuration: 10s with renewInterval: 2s, or a renewInterval of at most a fifth of the lease.",
    research="metallb_vip 5.5",
)


@LEASE.check
def lease_too_short(view: View) -> Iterator[Finding]:
    """Only while a pool is announced by L2: nobody else has an election."""
    l2 = view.spec.vip_binder.l2
    timing = lease_timing(l2)
    if view.decisions.announced_by(Announce.L2) and not timing.holds:
        yield Finding(
            view.at("vipBinder", "l2", "leaseDuration"),
            f"leaseDuration {l2.lease_duration} keeps an address for {timing.lifetime} on its own,"
            f" too short for two renewals every {l2.renew_interval}",
        )


NO_NIC = rule(
    "GLB516",
    ERROR,
    "vipBinder.l2.interfaces names no NIC",
    why="The elected node answers ARP on the NIC of the VIP's subnet. Interfaces of pods, tunnels, kube-ipvs0 and"
    " loopback are in nobody's subnet: no node could be elected.",
    fix="Name the NIC of the node subnet: bond0, eth*, en*.",
    research="metallb_vip 5.5",
)


@NO_NIC.check
def no_nic(view: View) -> Iterator[Finding]:
    """Patterns that can match nothing else, while a pool is announced by L2."""
    if not view.decisions.announced_by(Announce.L2):
        return
    for index, pattern in enumerate(view.spec.vip_binder.l2.interfaces):
        if is_wholly_foreign(pattern):
            place = view.at("vipBinder", "l2", "interfaces", index)
            yield Finding(place, f'vipBinder.l2.interfaces has "{pattern}", a name that no NIC has')


BESIDE_IPVS = rule(
    "GLB514",
    WARNING,
    "L2 beside kube-proxy's ipvs mode is experimental",
    why="kube-ipvs0 holds the VIP on every node. When the elected one binds it on its NIC, kube-proxy takes it off"
    " kube-ipvs0 there, with the guard that goes with it, and opens NodePorts on it; after a hand-over the VIP is"
    " nowhere on that node until kube-proxy's next sync.",
    fix="Use iptables or nftables mode for L2 pools, or suppress this with a reason and keep vipBinder.guard on.",
    research="metallb_vip 5.6",
)


def is_beside_ipvs(view: View) -> bool:
    """Whether the elected node and kube-proxy's ipvs mode hold the same VIPs."""
    return (
        view.spec.kube_proxy.mode is ProxyMode.IPVS
        and view.spec.vip_binder.state is DaemonState.ENABLED
        and bool(view.decisions.announced_by(Announce.L2))
    )


@BESIDE_IPVS.check
def l2_beside_ipvs(view: View) -> Iterator[Finding]:
    """An error without the guard; where every node answers, GLB401 comes first."""
    if not is_beside_ipvs(view) or everybody_answers(view):
        return
    pools = first_few([pool.pool.name for pool in view.decisions.announced_by(Announce.L2)])
    if view.spec.vip_binder.guard:
        yield Finding(view.at("kubeProxy", "mode"), f"kubeProxy.mode is ipvs, and VIPs of {pools} are announced by L2")
        return
    yield Finding(
        view.at("vipBinder", "guard"),
        f"vipBinder.guard is off, kubeProxy.mode is ipvs, and VIPs of {pools} are announced by L2: nothing guards them",
        "leave vipBinder.guard on",
        severity=ERROR,
    )
