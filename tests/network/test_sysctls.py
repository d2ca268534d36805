from __future__ import annotations

from typing import Any

import pytest

from genlb.network import decide
from genlb.network.decisions import SysctlDecision
from genlb.network.sysctls import path_of
from genlb.spec.model import DaemonState, Dataplane, ProxyMode, RpFilter
from tests.builders import a_cluster, a_full_cluster, a_pool

RP_FILTER = "net/ipv4/conf/all/rp_filter"
ARP_ANNOUNCE = "net/ipv4/conf/all/arp_announce"
ARP_IGNORE = "net/ipv4/conf/all/arp_ignore"

L2_POOL = a_pool("rack", "10.20.1.128/28")


def decided(**changes: Any) -> SysctlDecision:
    return decide(a_cluster(**changes)).sysctls


def test_the_design_s_example_holds_loose_filtering_and_its_extra_key() -> None:
    sysctls = decide(a_full_cluster()).sysctls

    assert sysctls.fixed == {
        ARP_ANNOUNCE: "2",
        RP_FILTER: "2",
        "net/ipv4/fib_multipath_hash_policy": "1",
    }
    assert sysctls.per_interface == {"rp_filter": "2"}
    assert sysctls.interfaces == ("bond0",)


@pytest.mark.parametrize(("word", "number"), [(RpFilter.DISABLED, "0"), (RpFilter.STRICT, "1"), (RpFilter.LOOSE, "2")])
def test_rp_filter_is_written_to_all_and_to_each_named_interface(word: RpFilter, number: str) -> None:
    sysctls = decided(sysctls={"rp_filter": word, "interfaces": ("bond0", "eth*")})

    assert sysctls.fixed[RP_FILTER] == number
    assert sysctls.per_interface == {"rp_filter": number}
    assert sysctls.interfaces == ("bond0", "eth*")
    assert sysctls.rp_filter_reason == f"{word.value} is {number}, written to all, bond0, eth*"


def test_without_named_interfaces_rp_filter_is_written_to_all_alone() -> None:
    sysctls = decided()

    assert sysctls.fixed[RP_FILTER] == "2"
    assert (sysctls.per_interface, sysctls.interfaces) == ({}, ())
    assert sysctls.rp_filter_reason == "Loose is 2, written to all"


def test_interfaces_default_to_those_of_l2() -> None:
    assert decided(vip_binder={"l2": {"interfaces": ("bond0", "bond0")}}).interfaces == ("bond0",)


def test_named_interfaces_take_the_place_of_those_of_l2() -> None:
    l2 = {"l2": {"interfaces": ("bond0",)}}

    assert decided(vip_binder=l2, sysctls={"interfaces": ("eth0",)}).interfaces == ("eth0",)
    assert decided(vip_binder=l2, sysctls={"interfaces": ()}).interfaces == ()


def test_rp_filter_is_left_to_felix_under_the_bpf_dataplane() -> None:
    sysctls = decided(bgp={"dataplane": Dataplane.BPF}, sysctls={"interfaces": ("bond0",)})

    assert sysctls.fixed == {ARP_ANNOUNCE: "2"}
    assert (sysctls.per_interface, sysctls.interfaces) == ({}, ())
    assert "Felix" in sysctls.rp_filter_reason


@pytest.mark.parametrize("mode", ProxyMode)
def test_an_enabled_binder_has_arp_announce_2_held_in_every_proxy_mode(mode: ProxyMode) -> None:
    fixed = decided(kube_proxy={"mode": mode}).fixed

    assert fixed[ARP_ANNOUNCE] == "2"
    assert ARP_IGNORE not in fixed


@pytest.mark.parametrize("mode", ProxyMode)
def test_an_l2_pool_has_arp_ignore_1_held_too_in_every_proxy_mode(mode: ProxyMode) -> None:
    fixed = decided(kube_proxy={"mode": mode}, pools=(a_pool("public", "10.208.1.0/24"), L2_POOL)).fixed

    assert (fixed[ARP_ANNOUNCE], fixed[ARP_IGNORE]) == ("2", "1")


@pytest.mark.parametrize("state", [DaemonState.CLEANUP, DaemonState.DISABLED])
def test_without_an_enabled_binder_arp_is_left_alone(state: DaemonState) -> None:
    fixed = decided(vip_binder={"state": state}, pools=(L2_POOL,)).fixed

    assert fixed == {RP_FILTER: "2"}


def test_extra_has_the_last_word() -> None:
    assert decided(sysctls={"extra": {"net.ipv4.conf.all.rp_filter": "0"}}).fixed[RP_FILTER] == "0"


def test_paths_are_sorted_whatever_the_order_in_the_spec() -> None:
    one = decided(sysctls={"extra": {"vm.swappiness": "1", "net.core.somaxconn": "4096"}}).fixed
    two = decided(sysctls={"extra": {"net.core.somaxconn": "4096", "vm.swappiness": "1"}}).fixed

    assert list(one) == list(two) == ["net/core/somaxconn", ARP_ANNOUNCE, RP_FILTER, "vm/swappiness"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("net.ipv4.ip_forward", "net/ipv4/ip_forward"),
        ("net/ipv4/ip_forward", "net/ipv4/ip_forward"),
        # sysctl.d(5): both spellings of a VLAN interface, whose name holds a dot.
        ("net.ipv4.conf.enp3s0/200.forwarding", "net/ipv4/conf/enp3s0.200/forwarding"),
        ("net/ipv4/conf/enp3s0.200/forwarding", "net/ipv4/conf/enp3s0.200/forwarding"),
        ("nothing", "nothing"),
    ],
)
def test_the_first_separator_tells_how_a_key_is_spelled(key: str, expected: str) -> None:
    assert path_of(key) == expected
