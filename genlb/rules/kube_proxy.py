"""Rules about kube-proxy as the spec declares it: its mode, its ARP, who owns its configuration."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.base_config import has_gate
from genlb.network.versions import FACTS, Feature, supports, surely_lacks
from genlb.rules.base_config import judged, proxy_mode
from genlb.rules.catalogue import ERROR, INFO, WARNING, Finding, View, rule
from genlb.rules.words import first_few
from genlb.spec.model import Announce, DaemonState, Dataplane, Ownership, ProxyMode

_IPVS_GATE = "KubeProxyIPVS"
_NFTABLES_GATE = "NFTablesProxyMode"
_SCHEDULERS = frozenset(("rr", "wrr", "lc", "wlc", "fo", "ovf", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "twos"))

EVERYBODY_ANSWERS = rule(
    "GLB401",
    ERROR,
    "Every node answers ARP for the VIPs of an L2 pool",
    why="In ipvs mode kube-proxy holds every VIP on kube-ipvs0, and Linux answers ARP for any address it holds, on"
    " whatever interface: without strictARP the router learns another node with each reply, whoever was elected.",
    fix="Say kubeProxy: {strictARP: true}, or let the sysctl daemon hold arp_ignore (sysctls.state: Enabled).",
    research="KP004",
)


def strict_arp(view: View) -> bool:
    """Whether kube-proxy sets arp_ignore and arp_announce by itself; only ipvs mode does."""
    proxy, base = view.spec.kube_proxy, judged(view)
    if proxy.mode is not ProxyMode.IPVS:
        return False
    observed = proxy.ownership is not Ownership.MERGE and base is not None and base.get("ipvs", "strictARP") is True
    return proxy.strict_arp or observed


def everybody_answers(view: View) -> bool:
    """Whether nodes that were not elected answer ARP for a VIP, too."""
    spec = view.spec
    return (
        spec.kube_proxy.mode is ProxyMode.IPVS
        and spec.vip_binder.state is DaemonState.ENABLED
        and spec.sysctls.state is not DaemonState.ENABLED
        and bool(view.decisions.announced_by(Announce.L2))
        and not strict_arp(view)
    )


@EVERYBODY_ANSWERS.check
def ipvs_without_strict_arp(view: View) -> Iterator[Finding]:
    """Only where nothing else makes the nodes silent."""
    if everybody_answers(view):
        pools = first_few([pool.pool.name for pool in view.decisions.announced_by(Announce.L2)])
        yield Finding(
            view.at("kubeProxy", "strictARP"),
            f"kube-proxy is in ipvs mode without strictARP, and sysctls.state is {view.spec.sysctls.state.value}: every"
            f" node answers ARP for the VIPs of {pools}",
        )


IPVS_ENDS = rule(
    "GLB402",
    WARNING,
    "kube-proxy's ipvs mode is coming to its end",
    why="It is deprecated from Kubernetes 1.35 on, off by default from 1.40 on (kube-proxy exits) and gone in 1.43."
    " With it goes kube-ipvs0, which holds the VIPs on every node.",
    fix="Plan the move to nftables or iptables; until then, suppress this with a reason and a date.",
    research="KP001, KP002",
)


@IPVS_ENDS.check
def ipvs_ends(view: View) -> Iterator[Finding]:
    """A warning while it works, an error where kube-proxy does not start."""
    versions = view.spec.versions
    if view.spec.kube_proxy.mode is not ProxyMode.IPVS or supports(versions, Feature.IPVS_MAINTAINED):
        return
    place = view.at("kubeProxy", "mode")
    if not supports(versions, Feature.IPVS):
        cure = "use nftables or iptables"
        yield Finding(place, f"kubeProxy.mode is ipvs: {FACTS[Feature.IPVS].reason}", cure, severity=ERROR)
    elif not supports(versions, Feature.IPVS_ON_BY_DEFAULT) and not has_gate(view.base, _IPVS_GATE):
        cure = f"use nftables or iptables, or turn the gate on in baseConfig: featureGates: {{{_IPVS_GATE}: true}}"
        reason = FACTS[Feature.IPVS_ON_BY_DEFAULT].reason
        yield Finding(place, f"kubeProxy.mode is ipvs: {reason}", cure, severity=ERROR)
    else:
        yield Finding(place, f"kubeProxy.mode is ipvs: {FACTS[Feature.IPVS_MAINTAINED].reason}")


STRICT_ARP_UNUSED = rule(
    "GLB404",
    INFO,
    "strictARP without ipvs",
    why="Only the ipvs mode reads it. In the others kube-proxy binds no VIP, and the sysctl daemon holds arp_ignore and"
    " arp_announce wherever a VIP becomes local.",
    fix="Remove kubeProxy.strictARP.",
    research="KP003",
)


@STRICT_ARP_UNUSED.check
def strict_arp_without_ipvs(view: View) -> Iterator[Finding]:
    """Said, and without effect."""
    proxy = view.spec.kube_proxy
    if proxy.strict_arp and proxy.mode is not ProxyMode.IPVS:
        message = f"kubeProxy.strictARP has no effect in {proxy.mode.value} mode"
        yield Finding(view.at("kubeProxy", "strictARP"), message)


NFTABLES_TOO_EARLY = rule(
    "GLB409",
    ERROR,
    "nftables mode on a Kubernetes too old for it",
    why="kube-proxy exits on a mode that it does not have, or whose feature gate is off: no node programs Services.",
    fix="Use iptables, or upgrade Kubernetes.",
    research="KP006",
)


@NFTABLES_TOO_EARLY.check
def nftables_too_early(view: View) -> Iterator[Finding]:
    """Missing altogether, or behind a gate that the captured configuration does not turn on."""
    if view.spec.kube_proxy.mode is not ProxyMode.NFTABLES or _has_nftables(view):
        return
    place = view.at("kubeProxy", "mode")
    if not supports(view.spec.versions, Feature.NFTABLES):
        yield Finding(place, f"kubeProxy.mode is nftables: {FACTS[Feature.NFTABLES].reason}")
        return
    yield Finding(
        place,
        f"kubeProxy.mode is nftables: {FACTS[Feature.NFTABLES_ON_BY_DEFAULT].reason}",
        f"use iptables, or turn the gate on in baseConfig: featureGates: {{{_NFTABLES_GATE}: true}}",
    )


def _has_nftables(view: View) -> bool:
    versions = view.spec.versions
    if supports(versions, Feature.NFTABLES_ON_BY_DEFAULT):
        return True
    return supports(versions, Feature.NFTABLES) and has_gate(view.base, _NFTABLES_GATE)


NFTABLES_LOCAL = rule(
    "GLB410",
    WARNING,
    "nftables mode drops pods' connections to VIPs with externalTrafficPolicy: Local",
    why="On a node without an endpoint of the Service, pods of the cluster cannot reach its VIP, while clients from"
    " outside and pods elsewhere can: a fault that comes and goes with scheduling.",
    fix="Upgrade Kubernetes, or keep such Services to externalTrafficPolicy: Cluster.",
    research="KP008",
)


@NFTABLES_LOCAL.check
def nftables_local_policy(view: View) -> Iterator[Finding]:
    """Only where the mode is to be had, and the release is known to the patch or its whole line has the bug."""
    feature = Feature.NFTABLES_LOCAL_POLICY
    nftables = view.spec.kube_proxy.mode is ProxyMode.NFTABLES and _has_nftables(view)
    if nftables and surely_lacks(view.spec.versions, feature):
        yield Finding(view.at("versions", "kubernetes"), FACTS[feature].reason)


DATAPLANES_DIFFER = rule(
    "GLB411",
    ERROR,
    "kube-proxy and Calico program different packet filters",
    why="One translates VIPs in nftables, the other filters and masquerades in iptables: packets meet both in an order"
    " that neither expects. Calico supports its nftables dataplane only beside kube-proxy in nftables mode.",
    fix="Leave bgp.dataplane out: it follows kubeProxy.mode.",
    research="KP007",
)


@DATAPLANES_DIFFER.check
def dataplanes_differ(view: View) -> Iterator[Finding]:
    """One of the two in nftables; Calico's BPF dataplane needs no kube-proxy."""
    dataplane, mode = view.decisions.dataplane, view.spec.kube_proxy.mode
    if dataplane is not Dataplane.BPF and (dataplane is Dataplane.NFTABLES) is not (mode is ProxyMode.NFTABLES):
        yield Finding(
            view.at("bgp", "dataplane"),
            f"bgp.dataplane is {dataplane.value}, but kube-proxy works in {mode.value} mode",
        )


SCHEDULER = rule(
    "GLB417",
    WARNING,
    "An IPVS scheduler that Linux does not have",
    why="kube-proxy asks the kernel for it when it starts, and exits when there is no such module.",
    fix=f"Use rr, or one of {', '.join(sorted(_SCHEDULERS - {'rr'}))}.",
    research="KP016",
)


@SCHEDULER.check
def unknown_scheduler(view: View) -> Iterator[Finding]:
    """That of the spec; without one, that of the captured configuration."""
    if proxy_mode(view) is not ProxyMode.IPVS:
        return
    said, base = view.spec.kube_proxy.ipvs.scheduler, judged(view)
    if said is not None:
        if said not in _SCHEDULERS:
            place = view.at("kubeProxy", "ipvs", "scheduler")
            yield Finding(place, f"Linux has no IPVS scheduler {said}")
        return
    captured = base.get("ipvs", "scheduler") if base else None
    if base and isinstance(captured, str) and captured and captured not in _SCHEDULERS:
        yield Finding(base.span("ipvs", "scheduler"), f"Linux has no IPVS scheduler {captured}")
