"""What the cases do not show of the rules about the node daemons and their sysctls."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judged import a_document, dual_stack, ids, judged

L2: dict[str, Any] = {"pools": [{"name": "office", "addresses": ["10.20.1.200-10.20.1.219"]}]}


def with_extra(*, document: Any = None, **extra: str) -> set[str]:
    base = document or a_document()
    base["spec"]["sysctls"] = {**base["spec"].get("sysctls", {}), "extra": extra}
    return ids(base)


@pytest.mark.parametrize(
    ("key", "value", "rules"),
    [
        ("net.ipv4.conf.eth0.rp_filter", "7", {"GLB502"}),
        ("net.ipv4.conf.all.arp_ignore", "99", {"GLB502"}),
        ("net.ipv4.conf.eth0.arp_announce", "3", {"GLB502"}),
        ("net.ipv4.conf.eth0.arp_notify", "on", {"GLB502"}),
        ("net.ipv4.fib_multipath_hash_policy", "9", {"GLB502"}),
        ("net.ipv4.fib_multipath_hash_policy", "3", set()),
        ("net.ipv4.conf.eth0.arp_ignore", "8", set()),
        ("net.ipv4.conf.eth0.arp_ignore", " 8 ", set()),
        ("net.ipv4.conf.eth0.arp_ignore", "9" * 5000, {"GLB502"}),
        ("net.ipv4.tcp_rmem", "4096 131072 6291456", set()),
        ("net.core.somaxconn", "4096", set()),
    ],
)
def test_values_of_known_settings_are_held_to_what_the_kernel_means_by_them(
    key: str, value: str, rules: set[str]
) -> None:
    assert with_extra(**{key: value}) == rules


@pytest.mark.parametrize("state", ["Disabled", "Cleanup"])
def test_what_is_not_written_is_not_judged(state: str) -> None:
    document = a_document(sysctls={"state": state}, vipBinder={"state": "Disabled"})

    assert with_extra(document=document, **{"net.ipv4.ip_forward": "0"}) == set()


@pytest.mark.parametrize(
    ("key", "value", "rules"),
    [
        ("net.ipv4.conf.all.arp_announce", "1", {"GLB503"}),  # the binder needs 2
        ("net/ipv4/conf/all/arp_announce", "2", set()),
        ("net.ipv4.conf.all.arp_ignore", "1", set()),  # held with an L2 pool only
        ("net.ipv4.conf.default.rp_filter", "0", set()),  # what Felix gives to pods
        ("net.ipv6.conf.all.rp_filter", "0", set()),  # there is none, and nothing to contradict
    ],
)
def test_only_a_value_that_somebody_else_holds_is_a_contradiction(key: str, value: str, rules: set[str]) -> None:
    assert with_extra(**{key: value}) == rules


def test_with_an_l2_pool_arp_ignore_is_held_too() -> None:
    document = a_document(**L2, vipBinder={"l2": {"interfaces": ["bond0"]}})

    assert with_extra(document=document, **{"net.ipv4.conf.all.arp_ignore": "0"}) == {"GLB503"}


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("net.ipv4.conf.all.forwarding", {"GLB510"}),
        ("net.ipv4.conf.default.forwarding", {"GLB510"}),
        ("net.ipv4.conf.mgmt0.forwarding", set()),
        ("net.ipv6.conf.all.forwarding", set()),  # an IPv4 cluster
    ],
)
def test_forwarding_is_needed_in_the_families_of_the_pods(key: str, rules: set[str]) -> None:
    assert with_extra(**{key: "0"}) == rules


def test_a_dual_stack_cluster_needs_ipv6_forwarding() -> None:
    assert with_extra(document=dual_stack(), **{"net.ipv6.conf.all.forwarding": "0"}) == {"GLB510"}


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("net.ipv4.conf.eth0.accept_local", {"GLB511"}),
        ("net.ipv4.conf.all.route_localnet", {"GLB511"}),
        ("net.ipv4.ip_nonlocal_bind", {"GLB511"}),
        ("net.ipv6.ip_nonlocal_bind", {"GLB511"}),
        ("net.ipv4.conf.all.promote_secondaries", set()),
    ],
)
def test_what_loosens_the_kernel_is_told(key: str, rules: set[str]) -> None:
    assert with_extra(**{key: "1"}) == rules


def test_an_interface_with_dots_is_written_with_slashes() -> None:
    (found,) = judged(a_document(sysctls={"extra": {"net.ipv4.conf.bond0.100.200.arp_filter": "1"}}))

    assert found.rule == "GLB519"
    assert found.help == "write net/ipv4/conf/bond0.100.200/arp_filter"


@pytest.mark.parametrize(
    ("sysctls", "l2", "rules"),
    [
        ({"interfaces": ["bond0", "eth*"]}, [], set()),
        ({"interfaces": ["cali*"]}, [], {"GLB507"}),
        ({"interfaces": ["lo"]}, [], {"GLB507"}),
        ({}, ["*"], {"GLB507"}),  # the sysctl daemon takes those of L2
        ({"interfaces": ["bond0"]}, ["*"], set()),
        ({}, ["veth*"], set()),  # no pool is announced by L2, and the worst is GLB516's to tell
    ],
)
def test_interfaces_of_others_are_left_alone(sysctls: dict[str, Any], l2: list[str], rules: set[str]) -> None:
    assert ids(a_document(sysctls=sysctls, vipBinder={"l2": {"interfaces": l2}})) == rules


@pytest.mark.parametrize(("pattern", "rules"), [("veth*", {"GLB516"}), ("*", {"GLB507"}), ("bond0", set())])
def test_an_l2_pool_needs_a_nic(pattern: str, rules: set[str]) -> None:
    assert ids(a_document(**L2, vipBinder={"l2": {"interfaces": [pattern]}})) == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"sysctls": {"state": "Disabled"}}, {"GLB505"}),
        ({"sysctls": {"state": "Disabled"}, "vipBinder": {"state": "Cleanup"}}, {"GLB505"}),
        ({"sysctls": {"state": "Disabled"}, "vipBinder": {"state": "Disabled"}}, set()),
    ],
)
def test_an_image_is_pinned_while_a_daemon_runs(changes: dict[str, Any], rules: set[str]) -> None:
    document = a_document(
        agents={"image": {"repository": "registry.example.com/genlb/genlb", "tag": "v0.1.0"}}, **changes
    )

    assert ids(document) - {"GLB521"} == rules


@pytest.mark.parametrize(
    ("binder", "mode", "rules"),
    [
        ({"guard": False}, "iptables", {"GLB512"}),
        ({"guard": False}, "ipvs", set()),  # kube-proxy holds the VIPs, and guards them itself
        ({"guard": False, "routed": {"bind": "None"}}, "iptables", set()),
        ({"guard": False, "state": "Disabled"}, "iptables", set()),
    ],
)
def test_the_guard_matters_where_the_binder_makes_vips_local(
    binder: dict[str, Any], mode: str, rules: set[str]
) -> None:
    document = a_document(vipBinder=binder, kubeProxy={"mode": mode}, versions={"kubernetes": "1.34"})

    assert ids(document) == rules


@pytest.mark.parametrize(
    ("bind", "mode", "dataplane", "rules"),
    [
        ("Observe", "ipvs", None, set()),
        ("Observe", "nftables", None, {"GLB520"}),
        ("AnyIP", "ipvs", None, {"GLB520"}),
        ("AnyIP", "nftables", None, set()),
        ("AnyIP", "iptables", "BPF", {"GLB520"}),
        ("None", "iptables", "BPF", set()),
        ("Auto", "iptables", "BPF", set()),
    ],
)
def test_a_binding_that_is_said_has_to_fit(bind: str, mode: str, dataplane: str | None, rules: set[str]) -> None:
    document = a_document(
        vipBinder={"routed": {"bind": bind}},
        kubeProxy={"mode": mode},
        versions={"kubernetes": "1.34"},
        bgp={"dataplane": dataplane} if dataplane else {},
    )

    assert ids(document) == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, {"GLB521"}),
        ({"sysctls": {"state": "Cleanup"}}, {"GLB521"}),
        ({"vipBinder": {"routed": {"bind": "None"}}}, set()),
        ({"kubeProxy": {"mode": "ipvs"}, "versions": {"kubernetes": "1.34"}}, set()),
    ],
)
def test_local_vips_need_arp_announce(changes: dict[str, Any], rules: set[str]) -> None:
    assert ids(a_document(**{"sysctls": {"state": "Disabled"}, **changes})) == rules
