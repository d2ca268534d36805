"""Who owns kube-proxy's configuration, where genlb would merge into it."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.spec.model import Dataplane, ManagedBy, Ownership

PROXY_OWNER = rule(
    "GLB405",
    ERROR,
    "kube-proxy's configuration is not genlb's to merge",
    why="k3s, RKE2 and Talos start kube-proxy from their own settings and have no ConfigMap kube-system/kube-proxy;"
    " what genlb wrote would be read by nobody.",
    fix="Set the value where that distribution keeps it, and say ownership: Observe or None here.",
    research="KP017",
)


@PROXY_OWNER.check
def merge_without_config_map(view: View) -> Iterator[Finding]:
    """Merge needs the ConfigMap that kubeadm and kubespray make."""
    proxy = view.spec.kube_proxy
    if proxy.ownership is Ownership.MERGE and proxy.managed_by not in {ManagedBy.KUBEADM, ManagedBy.KUBESPRAY}:
        yield Finding(
            view.at("kubeProxy", "ownership"),
            f"kubeProxy.ownership is Merge, but kube-proxy is managed by {proxy.managed_by.value}: no ConfigMap",
        )


OVERWRITTEN = rule(
    "GLB418",
    WARNING,
    "kubespray overwrites what genlb merges",
    why="Every run of kubespray writes kube-proxy's ConfigMap anew from its inventory and restarts kube-proxy: genlb's"
    " values are gone until the next sync, which restarts it once more.",
    fix="Set kube_proxy_mode and kube_proxy_strict_arp in kubespray's inventory, and say ownership: Observe here.",
    research="KP017",
)


@OVERWRITTEN.check
def merged_under_kubespray(view: View) -> Iterator[Finding]:
    """Two writers of one ConfigMap."""
    proxy = view.spec.kube_proxy
    if proxy.managed_by is ManagedBy.KUBESPRAY and proxy.ownership is Ownership.MERGE:
        yield Finding(
            view.at("kubeProxy", "ownership"), "kubeProxy.ownership is Merge, and kubespray writes the same ConfigMap"
        )


BESIDE_BPF = rule(
    "GLB420",
    ERROR,
    "kube-proxy's configuration is merged beside Calico's BPF dataplane",
    why="Calico's BPF dataplane serves Services itself and wants kube-proxy switched off: what is configured here is"
    " bypassed, and beside ipvs mode Calico does not support it at all.",
    fix="Say kubeProxy.ownership: None (or Observe), and switch kube-proxy off as Calico describes.",
    research="KP023, E-BPF-KUBEPROXY",
)


@BESIDE_BPF.check
def merged_beside_bpf(view: View) -> Iterator[Finding]:
    """Only what genlb would write."""
    if view.decisions.dataplane is Dataplane.BPF and view.spec.kube_proxy.ownership is Ownership.MERGE:
        yield Finding(
            view.at("kubeProxy", "ownership"), "kubeProxy.ownership is Merge, but bgp.dataplane is BPF: no kube-proxy"
        )
