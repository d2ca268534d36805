from __future__ import annotations

from typing import Any

from hypothesis import given

from genlb.manifest import Manifest
from genlb.render.bgp_filter import bgp_filters
from genlb.spec.model import Cluster, Switch
from tests.builders import a_cluster, a_context, a_full_cluster, a_pool, a_rack, a_router, networks
from tests.contract.verdict import refusals_by_ours
from tests.network.strategies import clusters
from tests.render.releases import calico_release

L2_POOL = a_pool("rack", "10.20.1.128/28")


def rendered(**changes: Any) -> list[Manifest]:
    return bgp_filters(a_context(a_cluster(**changes)))


def rejected(cidr: str) -> dict[str, str]:
    return {"action": "Reject", "source": "RemotePeers", "cidr": cidr, "matchOperator": "In"}


def test_the_design_s_example_rejects_each_advertised_cidr_in_its_family() -> None:
    assert bgp_filters(a_context(a_full_cluster())) == [
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "BGPFilter",
            "metadata": {
                "name": "genlb-no-reexport",
                "labels": {
                    "app.kubernetes.io/name": "genlb",
                    "app.kubernetes.io/component": "routing",
                    "app.kubernetes.io/part-of": "genlb",
                    "app.kubernetes.io/managed-by": "genlb",
                    "genlb.io/cluster": "fra1-prod",
                },
            },
            "spec": {
                "exportV4": [rejected("10.208.1.0/24"), rejected("10.208.3.0/28"), rejected("10.208.3.32/29")],
                "exportV6": [rejected("fd00:10:208:1::/112")],
            },
        }
    ]


def test_external_ips_and_cluster_ips_are_rejected_too_where_they_are_announced() -> None:
    advertise = {"external_cidrs": networks("192.0.2.0/24"), "cluster_ips": Switch.ENABLED}

    (manifest,) = rendered(bgp={"advertise": advertise})

    assert manifest["spec"] == {
        "exportV4": [rejected("10.208.1.0/24"), rejected("192.0.2.0/24"), rejected("10.96.0.0/16")]
    }


def test_the_filter_is_there_before_the_first_router() -> None:
    assert len(rendered()) == 1


def test_an_external_peer_finds_the_filter_though_nothing_is_advertised() -> None:
    rack = a_rack("r1", a_router("tor", 65101, "10.20.1.2"))

    (manifest,) = rendered(pools=(L2_POOL,), bgp={"racks": (rack,)})

    assert manifest["spec"] == {}


def test_without_an_external_peer_and_without_a_cidr_there_is_no_filter() -> None:
    rack = a_rack("r1", a_router("tor", 64600, "10.20.1.2"))

    assert rendered(pools=(L2_POOL,)) == []
    assert rendered(pools=(L2_POOL,), bgp={"racks": (rack,)}) == []


@given(clusters())
def test_every_advertised_cidr_is_rejected(cluster: Cluster) -> None:
    context = a_context(cluster)

    rules = [rule for manifest in bgp_filters(context) for side in manifest["spec"].values() for rule in side]
    assert {str(network) for network in context.decisions.advertised} <= {rule["cidr"] for rule in rules}


@given(clusters())
def test_calico_s_own_schema_takes_it_in_every_release(cluster: Cluster) -> None:
    for manifest in bgp_filters(a_context(cluster)):
        assert refusals_by_ours(manifest, calico_release(cluster)) == []
