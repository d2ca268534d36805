"""BGPConfiguration ``default``: what Calico announces. It is applied last and withdrawn first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genlb.manifest import Manifest
from genlb.network.advertised import cluster_ips
from genlb.network.versions import Feature, supports
from genlb.render.bgp_peer import secret_key_ref
from genlb.render.context import Context
from genlb.spec.model import Announce, Bgp, Switch
from genlb.spec.values import Network


def bgp_configurations(context: Context) -> list[Manifest]:
    """The one BGPConfiguration; Calico honours no other name cluster-wide."""
    bgp = context.cluster.spec.bgp
    return [
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "BGPConfiguration",
            "metadata": {"name": "default", "labels": context.labels("routing")},
            "spec": {
                "asNumber": bgp.as_number,
                "nodeToNodeMeshEnabled": bgp.node_to_node_mesh is Switch.ENABLED,
                **_mesh(bgp),
                **_version_dependent(context),
                **_announced(context),
                **_communities(context),
            },
        }
    ]


def _mesh(bgp: Bgp) -> Mapping[str, Any]:
    # The API server refuses both fields while the mesh is off.
    if bgp.node_to_node_mesh is Switch.DISABLED:
        return {}
    fields: dict[str, Any] = {}
    if bgp.password is not None:
        fields["nodeMeshPassword"] = secret_key_ref(bgp.password)
    if bgp.max_restart_time is not None:
        fields["nodeMeshMaxRestartTime"] = str(bgp.max_restart_time)
    return fields


def _version_dependent(context: Context) -> Mapping[str, Any]:
    # Written out where the API server would fill them in: no difference between git and the cluster.
    spec = context.cluster.spec
    fields = {}
    if supports(spec.versions, Feature.LOG_SEVERITY_DEFAULT):
        fields["logSeverityScreen"] = "Info"
    if supports(spec.versions, Feature.AGGREGATION):
        fields["serviceLoadBalancerAggregation"] = spec.bgp.advertise.aggregation.value
    return fields


def _announced(context: Context) -> Mapping[str, Any]:
    spec = context.cluster.spec
    lists = {
        "serviceLoadBalancerIPs": _cidrs(context.decisions.advertised),
        "serviceExternalIPs": _cidrs(spec.bgp.advertise.external_cidrs),
        "serviceClusterIPs": _cidrs(cluster_ips(spec)),
    }
    # An empty list would come back as an absent field.
    return {field: cidrs for field, cidrs in lists.items() if cidrs}


def _communities(context: Context) -> Mapping[str, Any]:
    advertisements = [
        {"cidr": str(network), "communities": list(dict.fromkeys(decision.pool.communities))}
        for decision in context.decisions.announced_by(Announce.BGP)
        if decision.pool.communities
        for network in decision.networks
    ]
    if not advertisements:
        return {}
    # Calico refuses a community that no prefix uses.
    used = {name for advertisement in advertisements for name in advertisement["communities"]}
    communities = context.cluster.spec.bgp.communities
    return {
        "communities": [{"name": item.name, "value": item.value} for item in communities if item.name in used],
        "prefixAdvertisements": advertisements,
    }


def _cidrs(networks: Iterable[Network]) -> list[dict[str, str]]:
    return [{"cidr": str(network)} for network in networks]
