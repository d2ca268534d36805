"""What the cases do not show of the rules about kube-proxy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judged import a_document, ids

L2: dict[str, Any] = {
    "pools": [{"name": "office", "addresses": ["10.20.1.200-10.20.1.219"]}],
    "vipBinder": {"l2": {"interfaces": ["bond0"]}},
}


def a_proxy(mode: str, *, kubernetes: str = "1.34", **changes: Any) -> dict[str, Any]:
    versions = {"kubernetes": kubernetes}
    proxy = {"mode": mode, **changes.pop("kubeProxy", {})}
    return a_document(kubeProxy=proxy, versions=versions, **changes)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"sysctls": {"state": "Disabled"}}, {"GLB401"}),
        ({"sysctls": {"state": "Cleanup"}}, {"GLB401"}),
        ({"sysctls": {"state": "Disabled"}, "kubeProxy": {"strictARP": True}}, {"GLB514"}),
        ({}, {"GLB514"}),  # the sysctl daemon holds arp_ignore
    ],
)
def test_with_l2_beside_ipvs_somebody_must_make_the_others_silent(changes: dict[str, Any], rules: set[str]) -> None:
    assert ids(a_proxy("ipvs", **L2, **changes)) == rules


@pytest.mark.parametrize(
    ("release", "rules"), [("1.34", set()), ("1.35", {"GLB402"}), ("1.37", {"GLB402"}), ("1.40", {"GLB402", "GLB703"})]
)
def test_ipvs_is_told_from_the_release_on_that_deprecates_it(release: str, rules: set[str]) -> None:
    assert ids(a_proxy("ipvs", kubernetes=release)) == rules


@pytest.mark.parametrize(
    ("mode", "dataplane", "rules"),
    [
        ("iptables", "Iptables", set()),
        ("ipvs", "Iptables", set()),
        ("nftables", "Nftables", set()),
        ("iptables", "BPF", set()),
        ("nftables", "Iptables", {"GLB411"}),
        ("iptables", "Nftables", {"GLB411"}),
        ("ipvs", "Nftables", {"GLB411"}),
    ],
)
def test_calico_and_kube_proxy_use_the_same_packet_filter(mode: str, dataplane: str, rules: set[str]) -> None:
    assert ids(a_proxy(mode, bgp={"dataplane": dataplane})) == rules


@pytest.mark.parametrize(
    ("release", "rules"),
    [("1.31.9", {"GLB410"}), ("1.32", {"GLB410"}), ("1.33", set()), ("1.33.5", {"GLB410"}), ("1.34", set())],
)
def test_the_nftables_bug_is_told_where_the_release_is_decided(release: str, rules: set[str]) -> None:
    assert ids(a_proxy("nftables", kubernetes=release)) == rules


@pytest.mark.parametrize(
    "scheduler", ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "fo", "ovf"]
)
def test_every_scheduler_of_the_kernel_is_known(scheduler: str) -> None:
    assert ids(a_proxy("ipvs", kubeProxy={"ipvs": {"scheduler": scheduler}})) == set()


def test_a_scheduler_without_ipvs_means_nothing() -> None:
    assert ids(a_proxy("iptables", kubeProxy={"ipvs": {"scheduler": "nonsense"}})) == set()
