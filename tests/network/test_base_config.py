from __future__ import annotations

import pytest

from genlb.errors import Span
from genlb.network.base_config import (
    cluster_cidrs,
    detect_local_mode,
    excluded_entries,
    has_gate,
    mode_of,
    node_port_entries,
    node_ports_everywhere,
)
from genlb.spec.model import Family, ProxyMode
from tests.builders import networks
from tests.network.proxy_configs import a_base_config

V4, V6 = Family.IPV4, Family.IPV6


def test_a_value_knows_its_place() -> None:
    base = a_base_config("ipvs:\n  excludeCIDRs:\n  - 10.0.0.0/8\n")

    assert base.get("ipvs", "excludeCIDRs") == ["10.0.0.0/8"]
    assert base.span("ipvs", "excludeCIDRs", 0) == Span("base.yaml", 5, 5, 5, 15)
    assert base.key("ipvs", "excludeCIDRs") == Span("base.yaml", 4, 3, 4, 15)


def test_what_is_absent_stands_at_the_key_of_its_section_or_at_the_whole_file() -> None:
    base = a_base_config("ipvs: {strictARP: true}")

    assert base.get("ipvs", "scheduler") is None
    assert base.span("ipvs", "scheduler") == base.key("ipvs") == Span("base.yaml", 3, 1, 3, 5)
    assert base.span("clusterCIDR") == Span.whole("base.yaml")
    assert base.get("ipvs", "strictARP", "deeper") is None


def test_only_the_one_version_of_the_one_kind_is_kube_proxy_s() -> None:
    assert a_base_config("").is_proxy_config
    base = a_base_config("")
    base.data["apiVersion"] = "kubeproxy.config.k8s.io/v1beta1"
    assert not base.is_proxy_config


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ProxyMode.IPTABLES),
        ("mode: ''", ProxyMode.IPTABLES),
        ("mode: ipvs", ProxyMode.IPVS),
        ("mode: nonsense", ProxyMode.IPTABLES),
        ("mode: [ipvs]", ProxyMode.IPTABLES),
    ],
)
def test_the_mode_has_a_default(text: str, expected: ProxyMode) -> None:
    assert mode_of(a_base_config(text)) is expected


def test_a_gate_is_on_only_when_it_is_said_to_be() -> None:
    assert has_gate(a_base_config("featureGates: {KubeProxyIPVS: true}"), "KubeProxyIPVS")
    assert not has_gate(a_base_config("featureGates: {KubeProxyIPVS: false}"), "KubeProxyIPVS")
    assert not has_gate(a_base_config('featureGates: {KubeProxyIPVS: "true"}'), "KubeProxyIPVS")
    assert not has_gate(None, "KubeProxyIPVS")


def test_pods_are_told_by_cluster_cidr_unless_it_says_otherwise() -> None:
    assert detect_local_mode(a_base_config("")) == "ClusterCIDR"
    assert detect_local_mode(a_base_config("detectLocalMode: ''")) == "ClusterCIDR"
    assert detect_local_mode(a_base_config("detectLocalMode: NodeCIDR")) == "NodeCIDR"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("clusterCIDR: ''", ()),
        ("clusterCIDR: 10.244.0.0/16", networks("10.244.0.0/16")),
        ("clusterCIDR: 10.244.0.0/16,fd00::/56", networks("10.244.0.0/16", "fd00::/56")),
        ("clusterCIDR: 10.244.0.0/16,10.245.0.0/16", networks("10.244.0.0/16")),
        ("clusterCIDR: bad,fd00::/56", networks("fd00::/56")),
        ("clusterCIDR: 5", ()),
    ],
)
def test_only_the_first_cidr_of_each_family_is_used(text: str, expected: object) -> None:
    assert cluster_cidrs(a_base_config(text)) == expected


def test_cidrs_of_a_list_keep_their_place_in_it() -> None:
    base = a_base_config("nodePortAddresses: [primary, 10.0.0.5/8, x, 5]\nipvs: {excludeCIDRs: [x, fd00::/8]}")

    assert list(node_port_entries(base)) == [(1, *networks("10.0.0.0/8"))]
    assert list(excluded_entries(base)) == [(1, *networks("fd00::/8"))]
    assert node_port_entries(a_base_config("nodePortAddresses: 10.0.0.0/8")) == ()


@pytest.mark.parametrize(
    ("listed", "family", "expected"),
    [
        ("null", V4, True),
        ("[]", V4, True),
        ("[primary]", V4, False),
        ("[primary]", V6, False),
        ("[localhost]", V4, False),
        ("[all]", V4, True),
        ("[10.20.1.0/24]", V4, False),
        ("[10.20.1.0/24]", V6, True),  # nothing narrows IPv6 down
        ("[10.20.1.0/24, fd00::/64]", V6, False),
        ("[0.0.0.0/0]", V4, True),
        ("[0.0.0.0/0, 10.20.1.0/24]", V4, True),
    ],
)
def test_node_ports_are_everywhere_unless_the_family_is_narrowed_down(
    listed: str, family: Family, *, expected: bool
) -> None:
    assert node_ports_everywhere(a_base_config(f"nodePortAddresses: {listed}"), family) is expected
