"""API objects into facts: tenants write them, so anything may stand anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.agent.vip.services.facts import Node, Port, Service, Slice
from genlb.agent.vip.services.reading import DRAIN, EXCLUDE, key_of, node_from, service_from, slice_from
from tests.agent.objects import node_object, service_object, slice_object

FIELDS = (
    *("metadata", "spec", "status", "loadBalancer", "ingress", "ip", "type", "ports", "port", "endpoints"),
    *("conditions", "labels", "nodeName", "addresses", "kubernetes.io/service-name", "name"),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_nothing_that_can_be_written_is_too_much(item: Any) -> None:
    service_from(item)
    slice_from(item)
    node_from(item)
    key_of(item)


def test_a_service_is_kept_with_its_addresses_and_ports() -> None:
    item = service_object(
        "web",
        "10.208.1.1",
        {"ip": "10.208.1.2"},
        {"ip": "10.208.1.3", "ipMode": "Proxy"},
        {"hostname": "lb.example.com"},
        ports=(
            80,
            {"port": 53, "protocol": "UDP"},
            {"port": "http"},
            {"port": 0},
            {"port": 1, "protocol": "GRE"},
            {"port": 443},
        ),
        externalTrafficPolicy="Local",
    )

    assert service_from(item) == Service(
        key="shop/web",
        uid="uid-web",
        created="2026-01-01T00:00:00Z",
        addresses=("10.208.1.1", "10.208.1.2"),
        proxied=("10.208.1.3",),
        ports=(Port("TCP", 80), Port("UDP", 53), Port("TCP", 443)),
        local=True,
    )


@pytest.mark.parametrize(
    "item",
    [
        service_object("web", "10.208.1.1", type="ClusterIP"),
        service_object("web", "10.208.1.1", type="NodePort"),
        service_object("web"),
        service_object("web", {"hostname": "lb.example.com"}),
    ],
)
def test_a_service_without_a_vip_is_not_kept(item: Any) -> None:
    assert service_from(item) is None


@pytest.mark.parametrize(
    ("conditions", "nodes"),
    [
        ({}, {"n1"}),
        ({"ready": True}, {"n1"}),
        ({"ready": False}, set()),
        ({"ready": True, "terminating": True}, set()),
        ({"ready": None}, {"n1"}),
        ({"ready": False, "serving": True}, set()),
    ],
)
def test_an_endpoint_counts_as_calico_counts_it(conditions: Any, nodes: set[str]) -> None:
    item = slice_object("web", "n1")
    item["endpoints"][0]["conditions"] = conditions

    assert slice_from(item) == Slice("shop/web", frozenset(nodes))


def test_an_endpoint_without_a_node_and_a_slice_without_a_service_count_for_nothing() -> None:
    item = slice_object("web", "")
    orphan = {"metadata": {"name": "x", "namespace": "shop"}, "endpoints": [{"nodeName": "n1"}]}

    assert slice_from(item) == Slice("shop/web", frozenset())
    assert slice_from(orphan) is None


@pytest.mark.parametrize(
    ("labels", "excluded"),
    [
        ({}, None),
        ({"node.kubernetes.io__exclude-from-external-load-balancers": ""}, EXCLUDE),
        ({"genlb.io__drain": "true"}, DRAIN),
        ({"genlb.io__drain": ""}, DRAIN),
        ({"genlb.io__drain": "false"}, None),
    ],
)
def test_the_labels_that_keep_vips_off_a_node(labels: dict[str, str], excluded: str | None) -> None:
    node = node_from(node_object("n1", "10.20.1.11", **labels))

    assert node == Node("n1", ("10.20.1.11",), ready=True, excluded=excluded)


@pytest.mark.parametrize(
    ("conditions", "ready"),
    [
        ([{"type": "Ready", "status": "True"}], True),
        ([{"type": "Ready", "status": "False"}], False),
        ([{"type": "Ready", "status": "Unknown"}], False),
        ([], False),
        ([{"type": "Ready", "status": "True"}, {"type": "NetworkUnavailable", "status": "True"}], False),
        ([{"type": "NetworkUnavailable", "status": "False"}, {"type": "Ready", "status": "True"}], True),
    ],
)
def test_a_node_is_ready_with_a_network(conditions: list[Any], ready: bool) -> None:  # noqa: FBT001 -- a case
    item = node_object("n1")
    item["status"]["conditions"] = conditions

    node = node_from(item)

    assert node is not None
    assert node.ready is ready
