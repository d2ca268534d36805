from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given

from genlb.manifest import Manifest
from genlb.render.bgp_filter import bgp_filters
from genlb.render.bgp_peer import bgp_peers
from genlb.spec.model import Bgp, Cluster, Rack, SecretKey, Switch
from genlb.spec.values import Duration
from tests.builders import a_cluster, a_context, a_full_cluster, a_rack, a_router, versions
from tests.contract.verdict import refusals_by_ours
from tests.network.strategies import clusters
from tests.render.releases import calico_release


def rendered(cluster: Cluster) -> list[Manifest]:
    return bgp_peers(a_context(cluster))


def spec_of(rack: Rack, **changes: Any) -> dict[str, Any]:
    bgp = Bgp(as_number=64600, racks=(rack,), **changes)
    (manifest,) = rendered(a_cluster(bgp=bgp))
    spec: dict[str, Any] = manifest["spec"]
    return spec


TOR = a_router("tor", 65101, "10.20.1.2")


def test_the_design_s_example_has_a_peer_for_each_rack_router_and_family() -> None:
    assert [manifest["metadata"]["name"] for manifest in rendered(a_full_cluster())] == [
        "genlb-r1-tor-a-v4",
        "genlb-r1-tor-a-v6",
        "genlb-r1-tor-b-v4",
        "genlb-r1-tor-b-v6",
        "genlb-r2-tor-a-v4",
        "genlb-r2-tor-a-v6",
        "genlb-r2-tor-b-v4",
        "genlb-r2-tor-b-v6",
    ]


def test_the_design_s_first_ipv6_peer() -> None:
    assert rendered(a_full_cluster())[1] == {
        "apiVersion": "projectcalico.org/v3",
        "kind": "BGPPeer",
        "metadata": {
            "name": "genlb-r1-tor-a-v6",
            "labels": {
                "app.kubernetes.io/name": "genlb",
                "app.kubernetes.io/component": "routing",
                "app.kubernetes.io/part-of": "genlb",
                "app.kubernetes.io/managed-by": "genlb",
                "genlb.io/cluster": "fra1-prod",
            },
        },
        "spec": {
            "nodeSelector": "topology.genlb.io/rack == 'r1'",
            "peerIP": "fd00:20:1::2",
            "asNumber": 65101,
            "localASNumber": 64601,
            "filters": ["genlb-no-reexport"],
            "password": {"secretKeyRef": {"name": "bgp-secrets", "key": "tor-password"}},
            "maxRestartTime": "2m0s",
        },
    }


def test_a_peer_says_no_more_than_the_spec() -> None:
    assert spec_of(a_rack("r1", TOR)) == {
        "nodeSelector": "all()",
        "peerIP": "10.20.1.2",
        "asNumber": 65101,
        "filters": ["genlb-no-reexport"],
    }


def test_a_rack_with_a_rack_label_selects_its_own_nodes_even_when_it_is_the_only_one() -> None:
    spec = spec_of(a_rack("Row_3.rack-7", TOR), rack_label="example.com/rack")

    assert spec["nodeSelector"] == "example.com/rack == 'Row_3.rack-7'"


def test_an_internal_session_carries_no_filter() -> None:
    assert "filters" not in spec_of(a_rack("r1", a_router("tor", 64600, "10.20.1.2")))


@pytest.mark.parametrize("mesh", Switch)
def test_an_external_session_carries_the_filter_mesh_or_not(mesh: Switch) -> None:
    assert spec_of(a_rack("r1", TOR), node_to_node_mesh=mesh)["filters"] == ["genlb-no-reexport"]


@pytest.mark.parametrize("node_as_number", [64601, 64600])
def test_the_rack_s_as_number_is_the_local_one_even_if_it_equals_the_cluster_s(node_as_number: int) -> None:
    assert spec_of(a_rack("r1", TOR, node_as_number=node_as_number))["localASNumber"] == node_as_number


@pytest.mark.parametrize(("calico", "expected"), [("3.30.7", False), ("3.31.0", True)])
def test_the_local_as_number_appears_with_the_release_that_has_it(calico: str, *, expected: bool) -> None:
    rack = a_rack("r1", TOR, node_as_number=64601)

    (manifest,) = rendered(a_cluster(versions=versions(calico=calico), bgp={"racks": (rack,)}))

    assert ("localASNumber" in manifest["spec"]) is expected


@pytest.mark.parametrize("number", [0, 2])
def test_allowed_local_as_numbers_are_rendered_as_said(number: int) -> None:
    spec = spec_of(a_rack("r1", TOR, num_allowed_local_as_numbers=number))

    assert spec["numAllowedLocalASNumbers"] == number


def test_reachable_by_is_rendered_for_its_family() -> None:
    router = a_router("tor", 65101, "10.20.9.2", "fd00:20:9::2", reachable_by=ip_address("fd00:20:1::1"))

    peers = rendered(a_cluster(bgp={"racks": (a_rack("r1", router),)}))

    assert [peer["spec"].get("reachableBy") for peer in peers] == [None, "fd00:20:1::1"]


def test_password_and_restart_time_are_those_of_the_spec() -> None:
    spec = spec_of(
        a_rack("r1", TOR),
        password=SecretKey(secret_name="bgp", key="tor"),  # noqa: S106  # a reference
        max_restart_time=Duration.parse("90s"),
    )

    assert spec["password"] == {"secretKeyRef": {"name": "bgp", "key": "tor"}}
    assert spec["maxRestartTime"] == "1m30s"


def test_without_routers_there_are_no_peers() -> None:
    assert rendered(a_cluster()) == []


@given(clusters())
def test_every_external_peer_names_the_filter_and_the_filter_is_there(cluster: Cluster) -> None:
    context = a_context(cluster)
    filters = {manifest["metadata"]["name"] for manifest in bgp_filters(context)}

    for decision, manifest in zip(context.decisions.peers, bgp_peers(context), strict=True):
        named = set(manifest["spec"].get("filters", []))
        assert named == ({"genlb-no-reexport"} if decision.external else set())
        assert named <= filters


@given(clusters())
def test_calico_s_own_schema_takes_every_peer_in_every_release(cluster: Cluster) -> None:
    for manifest in rendered(cluster):
        assert refusals_by_ours(manifest, calico_release(cluster)) == []
