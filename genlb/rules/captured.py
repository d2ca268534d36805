"""What a captured KubeProxyConfiguration says about this cluster, held against the spec."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Related
from genlb.network.base_config import CLUSTER_CIDR, detect_local_mode, excluded_entries, mode_of
from genlb.network.reach import touched
from genlb.rules.base_config import CAPTURE, judged, proxy_mode
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.local_traffic import by_interface
from genlb.spec.model import Ownership, Pool, ProxyMode
from genlb.spec.values import AddressBlock, Network

EXCLUDED_POOL = rule(
    "GLB406",
    ERROR,
    "ipvs.excludeCIDRs covers a pool",
    why="kube-proxy never removes an IPVS virtual server inside these CIDRs: a VIP goes on sending connections to the"
    " endpoints of a Service that is gone. It does not keep kube-proxy's hands off the VIPs: they are bound all the"
    " same.",
    fix="Take the pool out of ipvs.excludeCIDRs.",
    research="KP015",
)


@EXCLUDED_POOL.check
def excluded_pools(view: View) -> Iterator[Finding]:
    """Only ipvs mode looks at the list."""
    base = judged(view)
    if base is None or proxy_mode(view) is not ProxyMode.IPVS:
        return
    for number, cidr in excluded_entries(base):
        for pool in view.spec.pools:
            if block := block_in(cidr, pool):
                message = f'ipvs.excludeCIDRs has {cidr}, and {block} of pool "{pool.name}" lies in it'
                yield Finding(base.span("ipvs", "excludeCIDRs", number), message)


def block_in(cidr: Network, pool: Pool) -> AddressBlock | None:
    """The first addresses of ``pool`` that share one with ``cidr``."""
    return next((block for block in pool.addresses if touched(block, [cidr])), None)


LOST_SETTING = rule(
    "GLB403",
    ERROR,
    "baseConfig lacks what kube-proxy cannot do without",
    why="config.conf is written as a whole. Without clientConnection.kubeconfig kube-proxy looks for the API server at"
    " its ClusterIP, which only a working kube-proxy makes reachable. Without clusterCIDR it takes every pod for a"
    " stranger: where a node has no endpoint of its own, pods lose Services with externalTrafficPolicy: Local.",
    fix=f"Capture the file from the running cluster again: {CAPTURE}",
)


@LOST_SETTING.check
def lost_settings(view: View) -> Iterator[Finding]:
    """Only where genlb writes the configuration."""
    base = judged(view)
    if base is None or view.spec.kube_proxy.ownership is not Ownership.MERGE:
        return
    if not base.get("clientConnection", "kubeconfig"):
        yield Finding(
            base.span("clientConnection", "kubeconfig"),
            "baseConfig has no clientConnection.kubeconfig",
            "kubeadm's is clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}",
        )
    if detect_local_mode(base) == CLUSTER_CIDR and not base.get("clusterCIDR"):
        pods = ",".join(map(str, _first_of_each_family(view.spec.network.pod_cidrs)))
        other = by_interface(view)
        yield Finding(
            base.span("clusterCIDR"),
            "baseConfig has no clusterCIDR, which detectLocalMode ClusterCIDR (the default) tells pods by",
            f"set clusterCIDR: {pods}" + (f", or {other}" if other else ""),
        )


def _first_of_each_family(cidrs: tuple[Network, ...]) -> list[Network]:
    return [cidr for index, cidr in enumerate(cidrs) if cidr.version not in {c.version for c in cidrs[:index]}]


CONTRADICTION = rule(
    "GLB423",
    WARNING,
    "The captured configuration contradicts the spec",
    why="Who binds a VIP and who answers ARP for it follows from kube-proxy's mode and strictARP. Where the cluster"
    " runs something else than the spec says, a VIP is bound twice or by nobody, or every node answers for it.",
    fix="Correct the spec, or capture the configuration again.",
)


@CONTRADICTION.check
def contradictions(view: View) -> Iterator[Finding]:
    """What genlb only observes must be so; what it merges must not take strictARP back by silence."""
    base, proxy = judged(view), view.spec.kube_proxy
    if base is None:
        return
    if proxy.ownership is Ownership.MERGE:
        said = view.loaded.node("spec", "kubeProxy", "strictARP") is not None
        if proxy.mode is ProxyMode.IPVS and not said and base.get("ipvs", "strictARP") is True:
            yield Finding(
                base.span("ipvs", "strictARP"),
                "baseConfig has ipvs.strictARP: true, and the spec, which does not say it, takes it back",
                "say kubeProxy: {strictARP: true} in the spec, or strictARP: false if that is meant",
            )
        return
    captured = mode_of(base)
    if captured is not proxy.mode:
        yield Finding(
            view.at("kubeProxy", "mode"),
            f"kubeProxy.mode is {proxy.mode.value}, but the captured configuration runs kube-proxy in"
            f" {captured.value} mode",
            related=(Related(base.span("mode"), "the captured mode"),),
        )
    elif captured is ProxyMode.IPVS and proxy.strict_arp is not (base.get("ipvs", "strictARP") is True):
        ours, theirs = ("true", "false") if proxy.strict_arp else ("false", "true")
        yield Finding(
            view.at("kubeProxy", "strictARP"),
            f"kubeProxy.strictARP is {ours}, in the captured configuration it is {theirs}",
            related=(Related(base.span("ipvs", "strictARP"), "the captured value"),),
        )
