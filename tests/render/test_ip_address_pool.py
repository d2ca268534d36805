from __future__ import annotations

from typing import Any

from hypothesis import given

from genlb.manifest import Manifest
from genlb.render.ip_address_pool import ip_address_pools
from genlb.spec.model import (
    Allocation,
    Cluster,
    LabelRequirement,
    LabelSelector,
    Namespaces,
    SelectorOperator,
)
from tests.builders import a_cluster, a_context, a_full_cluster, a_pool
from tests.contract.verdict import refusals_by_ours
from tests.network.strategies import clusters
from tests.render.releases import metallb_release


def rendered(cluster: Cluster) -> list[Manifest]:
    return ip_address_pools(a_context(cluster))


def allocation_of(allocation: Allocation) -> dict[str, Any]:
    (manifest,) = rendered(a_cluster(pools=(a_pool("web", "10.208.1.0/24", allocate_to=allocation),)))
    found: dict[str, Any] = manifest["spec"]["serviceAllocation"]
    return found


def test_the_design_s_example() -> None:
    labels = {
        "app.kubernetes.io/name": "genlb",
        "app.kubernetes.io/component": "routing",
        "app.kubernetes.io/part-of": "genlb",
        "app.kubernetes.io/managed-by": "genlb",
        "genlb.io/cluster": "fra1-prod",
    }

    assert rendered(a_full_cluster()) == [
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"name": "public", "namespace": "metallb-system", "labels": labels},
            "spec": {
                "addresses": ["10.208.1.0/24", "fd00:10:208:1::/112"],
                "autoAssign": False,
                "avoidBuggyIPs": True,
            },
        },
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"name": "dns", "namespace": "metallb-system", "labels": labels},
            "spec": {
                "addresses": ["10.208.3.0/28", "10.208.3.32/29"],
                "autoAssign": True,
                "avoidBuggyIPs": False,
                "serviceAllocation": {"priority": 10, "namespaces": ["dns-system"]},
            },
        },
    ]


def test_pools_live_in_metallb_s_namespace() -> None:
    (manifest,) = rendered(a_cluster(namespaces=Namespaces(metallb="lb")))

    assert manifest["metadata"]["namespace"] == "lb"


def test_l2_pools_are_metallb_s_to_allocate_too() -> None:
    pools = (a_pool("rack", "10.20.1.128/28"),)

    assert [manifest["metadata"]["name"] for manifest in rendered(a_cluster(pools=pools))] == ["rack"]


def test_addresses_keep_their_order_and_take_their_canonical_spelling() -> None:
    pool = a_pool("web", "FD00:10:208:0001::/112", "10.208.3.32 - 10.208.3.40", "10.208.1.7/24")

    (manifest,) = rendered(a_cluster(pools=(pool,)))

    assert manifest["spec"]["addresses"] == ["fd00:10:208:1::/112", "10.208.3.32-10.208.3.40", "10.208.1.0/24"]


def test_an_allocation_says_no_more_than_the_spec() -> None:
    assert allocation_of(Allocation(priority=0)) == {"priority": 0}
    assert allocation_of(Allocation(namespaces=("b", "a"))) == {"namespaces": ["b", "a"]}


def test_an_empty_allocation_stays_one_since_metallb_tells_it_from_none() -> None:
    assert allocation_of(Allocation()) == {}


def test_selectors_are_kubernetes_label_selectors() -> None:
    selector = LabelSelector(
        match_labels={"tier": "web", "app": "shop"},
        match_expressions=(
            LabelRequirement(key="env", operator=SelectorOperator.IN, values=("prod", "dev")),
            LabelRequirement(key="internal", operator=SelectorOperator.DOES_NOT_EXIST),
        ),
    )

    allocation = allocation_of(Allocation(namespace_selectors=(selector,), service_selectors=(LabelSelector(),)))

    assert allocation == {
        "namespaceSelectors": [
            {
                "matchLabels": {"app": "shop", "tier": "web"},
                "matchExpressions": [
                    {"key": "env", "operator": "In", "values": ["prod", "dev"]},
                    {"key": "internal", "operator": "DoesNotExist"},
                ],
            }
        ],
        # It selects all Services.
        "serviceSelectors": [{}],
    }


def test_labels_of_a_selector_are_sorted() -> None:
    selector = LabelSelector(match_labels={"tier": "web", "app": "shop"})

    allocation = allocation_of(Allocation(service_selectors=(selector,)))

    assert list(allocation["serviceSelectors"][0]["matchLabels"]) == ["app", "tier"]


@given(clusters())
def test_metallb_s_own_schema_takes_every_pool_in_every_release(cluster: Cluster) -> None:
    for manifest in rendered(cluster):
        assert refusals_by_ours(manifest, metallb_release(cluster)) == []
