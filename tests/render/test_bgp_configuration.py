from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from genlb.manifest import Manifest
from genlb.render.bgp_configuration import bgp_configurations
from genlb.spec.model import Announce, Cluster, Community, LoadBalancerIPs, SecretKey, Switch
from genlb.spec.values import Duration
from tests.builders import a_cluster, a_context, a_full_cluster, a_pool, networks, versions
from tests.contract.verdict import refusals_by_ours
from tests.network.strategies import clusters
from tests.render.releases import calico_release

PASSWORD = SecretKey(secret_name="bgp-secrets", key="tor-password")  # noqa: S106  # a reference
COMMUNITIES = (Community(name="public", value="65001:100"), Community(name="backup", value="65001:200:3"))


def rendered(cluster: Cluster) -> Manifest:
    (manifest,) = bgp_configurations(a_context(cluster))
    return manifest


def spec_of(**changes: Any) -> dict[str, Any]:
    spec: dict[str, Any] = rendered(a_cluster(**changes))["spec"]
    return spec


def test_the_design_s_example() -> None:
    assert rendered(a_full_cluster()) == {
        "apiVersion": "projectcalico.org/v3",
        "kind": "BGPConfiguration",
        "metadata": {
            "name": "default",
            "labels": {
                "app.kubernetes.io/name": "genlb",
                "app.kubernetes.io/component": "routing",
                "app.kubernetes.io/part-of": "genlb",
                "app.kubernetes.io/managed-by": "genlb",
                "genlb.io/cluster": "fra1-prod",
            },
        },
        "spec": {
            "asNumber": 64600,
            "nodeToNodeMeshEnabled": False,
            "logSeverityScreen": "Info",
            "serviceLoadBalancerAggregation": "Enabled",
            "serviceLoadBalancerIPs": [
                {"cidr": "10.208.1.0/24"},
                {"cidr": "fd00:10:208:1::/112"},
                {"cidr": "10.208.3.0/28"},
                {"cidr": "10.208.3.32/29"},
            ],
            "communities": [{"name": "public", "value": "65001:100"}],
            "prefixAdvertisements": [
                {"cidr": "10.208.1.0/24", "communities": ["public"]},
                {"cidr": "fd00:10:208:1::/112", "communities": ["public"]},
            ],
        },
    }


def test_keys_come_in_the_order_of_manifests() -> None:
    manifest = rendered(a_cluster())

    assert list(manifest) == ["apiVersion", "kind", "metadata", "spec"]
    assert list(manifest["metadata"]) == ["name", "labels"]


@pytest.mark.parametrize(
    ("calico", "expected"),
    [
        ("3.29.0", {}),
        ("3.30.7", {}),
        ("3.31.0", {"serviceLoadBalancerAggregation": "Disabled"}),
        ("3.32.0", {"serviceLoadBalancerAggregation": "Disabled", "logSeverityScreen": "Info"}),
    ],
)
def test_fields_appear_with_the_calico_release_that_has_them(calico: str, expected: dict[str, str]) -> None:
    advertise = {"advertise": {"aggregation": Switch.DISABLED}}
    spec = spec_of(versions=versions(calico=calico), bgp=advertise)

    dependent = ("serviceLoadBalancerAggregation", "logSeverityScreen")
    assert {field: spec[field] for field in dependent if field in spec} == expected


def test_the_mesh_is_written_out_when_it_is_on() -> None:
    assert spec_of()["nodeToNodeMeshEnabled"] is True


def test_password_and_restart_time_apply_to_the_mesh_while_it_is_on() -> None:
    spec = spec_of(bgp={"password": PASSWORD, "max_restart_time": Duration.parse("120s")})

    assert spec["nodeMeshPassword"] == {"secretKeyRef": {"name": "bgp-secrets", "key": "tor-password"}}
    assert spec["nodeMeshMaxRestartTime"] == "2m0s"


def test_without_a_mesh_there_is_nothing_about_it() -> None:
    spec = spec_of(
        bgp={
            "node_to_node_mesh": Switch.DISABLED,
            "password": PASSWORD,
            "max_restart_time": Duration.parse("120s"),
        }
    )

    assert [field for field in spec if field.startswith("nodeMesh")] == []


def test_explicit_cidrs_are_announced_instead_of_the_pools() -> None:
    advertise = {"load_balancer_ips": LoadBalancerIPs.EXPLICIT, "load_balancer_cidrs": networks("10.208.0.0/16")}

    assert spec_of(bgp={"advertise": advertise})["serviceLoadBalancerIPs"] == [{"cidr": "10.208.0.0/16"}]


def test_without_anything_to_announce_there_is_no_list() -> None:
    spec = spec_of(pools=(a_pool("rack", "10.20.1.128/28"),))

    assert list(spec) == [
        "asNumber",
        "nodeToNodeMeshEnabled",
        "logSeverityScreen",
        "serviceLoadBalancerAggregation",
    ]


def test_external_ips_and_cluster_ips_are_announced_when_asked_for() -> None:
    spec = spec_of(bgp={"advertise": {"external_cidrs": networks("192.0.2.0/24"), "cluster_ips": Switch.ENABLED}})

    assert spec["serviceExternalIPs"] == [{"cidr": "192.0.2.0/24"}]
    assert spec["serviceClusterIPs"] == [{"cidr": "10.96.0.0/16"}]


def test_a_community_that_no_bgp_pool_uses_is_not_rendered() -> None:
    pools = (
        a_pool("public", "10.208.1.0/24", communities=("public",)),
        a_pool("rack", "10.20.1.128/28", communities=("backup",)),
    )

    spec = spec_of(bgp={"communities": COMMUNITIES}, pools=pools)

    assert spec["communities"] == [{"name": "public", "value": "65001:100"}]
    assert spec["prefixAdvertisements"] == [{"cidr": "10.208.1.0/24", "communities": ["public"]}]


def test_communities_keep_the_spec_s_order_and_a_prefix_that_of_its_pool() -> None:
    pools = (a_pool("public", "10.208.1.0-10.208.1.2", communities=("backup", "public", "backup")),)

    spec = spec_of(bgp={"communities": COMMUNITIES}, pools=pools)

    assert [community["name"] for community in spec["communities"]] == ["public", "backup"]
    assert spec["prefixAdvertisements"] == [
        {"cidr": "10.208.1.0/31", "communities": ["backup", "public"]},
        {"cidr": "10.208.1.2/32", "communities": ["backup", "public"]},
    ]


def test_without_communities_in_use_there_is_no_list_of_them() -> None:
    spec = spec_of(bgp={"communities": COMMUNITIES})

    assert "communities" not in spec
    assert "prefixAdvertisements" not in spec


@given(clusters())
def test_the_cidrs_of_bgp_pools_are_announced_and_those_of_l2_pools_never(cluster: Cluster) -> None:
    context = a_context(cluster)
    announced = {entry["cidr"] for entry in rendered(cluster)["spec"].get("serviceLoadBalancerIPs", [])}

    assert announced == cidrs_of(context.decisions.announced_by(Announce.BGP))
    assert announced.isdisjoint(cidrs_of(context.decisions.announced_by(Announce.L2)))


@given(clusters())
def test_every_community_is_used_by_a_prefix_and_every_used_one_is_there(cluster: Cluster) -> None:
    spec = rendered(cluster)["spec"]

    used = {name for prefix in spec.get("prefixAdvertisements", []) for name in prefix["communities"]}
    assert {community["name"] for community in spec.get("communities", [])} == used


@given(clusters())
def test_calico_s_own_schema_takes_it_in_every_release(cluster: Cluster) -> None:
    assert refusals_by_ours(rendered(cluster), calico_release(cluster)) == []


def cidrs_of(decisions: Any) -> set[str]:
    return {str(network) for decision in decisions for network in decision.networks}
