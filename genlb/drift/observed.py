"""kube-proxy's configuration where the spec only observes it: nothing is rendered, and still it is compared."""

from __future__ import annotations

from typing import Any

from genlb.drift.embedded import PROXY_FILE, PROXY_KEY
from genlb.drift.model import Desired, Live, Wanted
from genlb.manifest import ResourceKey
from genlb.spec.model import Cluster, ManagedBy, Ownership, ProxyMode
from genlb.yamltext import write

_READS_A_CONFIG_MAP = frozenset({ManagedBy.KUBEADM, ManagedBy.KUBESPRAY})


def observed(desired: Desired, live: Live, cluster: Cluster | None) -> dict[ResourceKey, Wanted]:
    """The fields of kube-proxy's file that the spec speaks about, as an object; nothing where git has one itself."""
    if cluster is None or PROXY_KEY in desired.objects or PROXY_KEY not in live.objects:
        return {}
    kube_proxy = cluster.spec.kube_proxy
    if kube_proxy.ownership is Ownership.NONE or kube_proxy.managed_by not in _READS_A_CONFIG_MAP:
        return {}
    fields: dict[str, Any] = {"mode": kube_proxy.mode.value}
    if kube_proxy.mode is ProxyMode.IPVS:
        ipvs: dict[str, Any] = {"strictARP": kube_proxy.strict_arp}
        if kube_proxy.ipvs.scheduler is not None:
            ipvs["scheduler"] = kube_proxy.ipvs.scheduler
        fields["ipvs"] = ipvs
    manifest = {
        "apiVersion": "v1",
        "kind": PROXY_KEY.kind,
        "metadata": {"name": PROXY_KEY.name, "namespace": PROXY_KEY.namespace},
        "data": {PROXY_FILE: write(fields)},
    }
    return {PROXY_KEY: Wanted(manifest)}
