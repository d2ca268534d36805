from __future__ import annotations

import pytest

from genlb.render.context import Unit
from genlb.render.units import produce
from genlb.spec.model import Cluster, DaemonState
from tests.builders import a_cluster, a_full_cluster
from tests.render.skeletons import a_node_context

BASE = {"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration"}


def kinds(cluster: Cluster, unit: Unit) -> list[str]:
    """Kinds in the order of the unit, each run of one kind once; our own and kube-proxy's objects by their name."""
    out: list[str] = []
    for manifest in produce(unit, a_node_context(cluster, base_config=BASE)):
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        word = f"{kind} {name}" if kind in ("ConfigMap", "DaemonSet") else kind
        if out[-1:] != [word]:
            out.append(word)
    return out


def test_node_goes_from_the_namespace_over_rbac_sysctl_and_kube_proxy_to_the_binder() -> None:
    assert kinds(a_full_cluster(), Unit.NODE) == [
        "Namespace",
        "ServiceAccount",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "ConfigMap genlb-sysctl",
        "DaemonSet genlb-sysctl",
        "ConfigMap kube-proxy",
        "DaemonSet kube-proxy",
        "ConfigMap genlb-vip",
        "DaemonSet genlb-vip",
    ]


def test_routing_goes_from_pools_over_the_filter_to_the_peers() -> None:
    assert kinds(a_full_cluster(), Unit.ROUTING) == ["IPAddressPool", "BGPFilter", "BGPPeer"]


def test_advertise_holds_the_bgp_configuration_alone() -> None:
    assert kinds(a_full_cluster(), Unit.ADVERTISE) == ["BGPConfiguration"]


@pytest.mark.parametrize(
    "cluster",
    [
        a_cluster(pools=()),
        a_cluster(vip_binder={"state": DaemonState.DISABLED}, sysctls={"state": DaemonState.DISABLED}),
    ],
)
def test_bgp_configuration_is_always_there(cluster: Cluster) -> None:
    assert kinds(cluster, Unit.ADVERTISE) == ["BGPConfiguration"]


def test_no_object_belongs_to_two_units() -> None:
    context = a_node_context(a_full_cluster(), base_config=BASE)
    keys = [(it["kind"], it["metadata"]["name"]) for unit in Unit for it in produce(unit, context)]

    # A ClusterRole and a Role may share their name; one kind and name never come twice in this example.
    assert len(keys) == len(set(keys))
