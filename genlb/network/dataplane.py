"""Calico's dataplane, where the spec does not name it."""

from __future__ import annotations

from genlb.spec.model import Dataplane, ProxyMode, Spec


def decide_dataplane(spec: Spec) -> tuple[Dataplane, str]:
    """The dataplane, and why."""
    if spec.bgp.dataplane is not None:
        return spec.bgp.dataplane, f"the spec says bgp.dataplane: {spec.bgp.dataplane.value}"
    if spec.kube_proxy.mode is ProxyMode.NFTABLES:
        return Dataplane.NFTABLES, "kube-proxy works in nftables mode, and Calico must use the same backend"
    return (
        Dataplane.IPTABLES,
        f"kube-proxy works in {spec.kube_proxy.mode.value} mode, which needs Calico's iptables rules",
    )
