"""What a change does to the network: the cause of each fact stands in the test, never in what the code printed."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given, settings

from genlb.manifest import key_of
from genlb.network import decide
from genlb.network.impact import impact_of
from genlb.network.impact_model import (
    NO_IMPACT,
    Impact,
    PoolFate,
    PrefixFate,
    RollOutFate,
    SessionFate,
    Side,
)
from genlb.network.impact_words import Topic, sentences
from genlb.render.tree import render
from genlb.spec import model
from genlb.spec.values import AddressBlock, Duration, parse_address
from tests.builders import a_cluster, a_full_cluster, a_pool, a_rack, a_router, changed
from tests.network.strategies import clusters
from tests.render.skeletons import a_node_context

BASE: Mapping[str, Any] = {"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration"}


def side(cluster: model.Cluster) -> Side:
    """``cluster`` as it is rendered, patches included."""
    rendered = render(a_node_context(cluster, base_config=BASE), "")
    assert not rendered.problems
    objects = {key_of(manifest): manifest for unit in rendered.objects.values() for manifest in unit}
    units = {unit.value: [key_of(manifest) for manifest in held] for unit, held in rendered.objects.items()}
    return Side(cluster, decide(cluster), objects, units)


def impact(before: model.Cluster | None, after: model.Cluster | None) -> Impact:
    return impact_of(side(before) if before else None, side(after) if after else None)


def with_bgp(**changes: Any) -> model.Cluster:
    return a_full_cluster(bgp=changes)


def test_nothing_changed_has_no_impact() -> None:
    assert impact(a_full_cluster(), a_full_cluster()) == NO_IMPACT
    assert NO_IMPACT.is_none


def test_a_label_of_the_spec_is_no_business_of_the_network() -> None:
    assert impact(a_cluster(labels={"env": "a"}), a_cluster(labels={"env": "b"})).is_none


# ----------------------------------------------------------------------------------------------------- sessions


def test_another_router_as_flaps_only_the_sessions_to_that_router() -> None:
    racks = a_full_cluster().spec.bgp.racks
    first, second = racks[0].routers
    altered = changed(racks[0], {"routers": (changed(first, {"as_number": 65109}), second)})
    found = impact(a_full_cluster(), with_bgp(racks=(altered, racks[1]))).sessions
    assert [(one.fate, one.router, one.address) for one in found] == [
        (SessionFate.FLAPS, "r1-tor-a", "10.20.1.2"),
        (SessionFate.FLAPS, "r1-tor-a", "fd00:20:1::2"),
    ]
    assert found[0].causes == ("the router's AS number 65101 → 65109",)


def test_the_cluster_as_flaps_only_racks_without_a_number_of_their_own() -> None:
    racks = a_full_cluster().spec.bgp.racks
    before = with_bgp(racks=(racks[0], changed(racks[1], {"node_as_number": None})))
    after = with_bgp(racks=before.spec.bgp.racks, as_number=64699)
    found = impact(before, after).sessions
    assert {one.rack for one in found} == {"r2"}
    assert {one.causes for one in found} == {("the nodes' AS number 64600 → 64699",)}


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (
            {"password": model.SecretKey(secret_name="other", key="k")},  # noqa: S106  # a reference
            "the password bgp-secrets/tor-password → other/k",
        ),
        ({"max_restart_time": Duration.parse("5m")}, "the graceful restart time 2m0s → 5m0s"),
    ],
)
def test_password_and_restart_time_flap_every_session(change: dict[str, Any], cause: str) -> None:
    found = impact(a_full_cluster(), with_bgp(**change)).sessions
    assert len(found) == 8
    assert {one.fate for one in found} == {SessionFate.FLAPS}
    assert {one.causes for one in found} == {(cause,)}


def test_a_patched_keepalive_time_flaps_the_patched_session() -> None:
    patch = model.Patch(kind="BGPPeer", name="genlb-r1-tor-a-v4", merge={"spec": {"keepaliveTime": "10s"}})
    found = impact(a_full_cluster(), a_full_cluster(patches=(patch,))).sessions
    assert [(one.fate, one.peer, one.causes) for one in found] == [
        (SessionFate.FLAPS, "genlb-r1-tor-a-v4", ("the keepalive time not set → 10s",))
    ]


def test_a_route_to_the_router_is_no_part_of_its_session() -> None:
    racks = a_full_cluster().spec.bgp.racks
    first, second = racks[0].routers
    routed = changed(first, {"reachable_by": ip_address("10.20.1.1")})
    after = with_bgp(racks=(changed(racks[0], {"routers": (routed, second)}), racks[1]))
    assert impact(a_full_cluster(), after).sessions == ()


def test_another_address_is_a_session_that_goes_and_one_that_appears() -> None:
    before = a_cluster(bgp={"racks": (a_rack("r1", a_router("tor", 65101, "10.20.1.2")),)})
    after = a_cluster(bgp={"racks": (a_rack("r1", a_router("tor", 65101, "10.20.1.9")),)})
    assert [(one.fate, one.address) for one in impact(before, after).sessions] == [
        (SessionFate.APPEARS, "10.20.1.9"),
        (SessionFate.GOES, "10.20.1.2"),
    ]


def test_another_name_of_the_peer_keeps_the_session() -> None:
    before = a_cluster(bgp={"racks": (a_rack("r1", a_router("tor", 65101, "10.20.1.2")),)})
    after = a_cluster(bgp={"racks": (a_rack("r1", a_router("leaf", 65101, "10.20.1.2")),)})
    (found,) = impact(before, after).sessions
    assert found.fate is SessionFate.RENAMED


def test_a_rack_label_moves_the_session_to_the_nodes_that_have_it() -> None:
    rack = a_rack("r1", a_router("tor", 65101, "10.20.1.2"))
    before, after = a_cluster(bgp={"racks": (rack,)}), a_cluster(bgp={"racks": (rack,), "rack_label": "rack"})
    (found,) = impact(before, after).sessions
    assert found.fate is SessionFate.MOVES
    assert found.causes == ("the nodes that hold it: all() → rack == 'r1'",)


def test_the_mesh_goes_and_flaps_as_sessions_do() -> None:
    off = a_cluster(bgp={"node_to_node_mesh": model.Switch.DISABLED})
    (gone,) = impact(a_cluster(), off).sessions
    assert (gone.fate, gone.router) == (SessionFate.GOES, "")
    (flapping,) = impact(a_cluster(), a_cluster(bgp={"as_number": 64601})).sessions
    assert (flapping.fate, flapping.router) == (SessionFate.FLAPS, "")


# ----------------------------------------------------------------------------------------------------- prefixes


def test_a_new_pool_is_announced_to_every_router_of_its_family() -> None:
    pools = (*a_full_cluster().spec.pools, a_pool("edge", "10.208.4.0/24", families=(model.Family.IPV4,)))
    found = impact(a_full_cluster(), a_full_cluster(pools=pools)).prefixes
    assert [(one.fate, str(one.prefix), one.routers) for one in found] == [
        (PrefixFate.ADDED, "10.208.4.0/24", ("r1-tor-a", "r1-tor-b", "r2-tor-a", "r2-tor-b"))
    ]


def test_a_withdrawn_prefix_says_whether_its_addresses_stay_reachable() -> None:
    before = a_cluster(pools=(a_pool("public", "10.208.0.0/24"),))
    halves = a_cluster(pools=(a_pool("public", "10.208.0.0/25", "10.208.0.128/25"),))
    half = a_cluster(pools=(a_pool("public", "10.208.0.0/25"),))
    covered = {one.fate: one.covered_by for one in impact(before, halves).prefixes}
    assert set(map(str, covered[PrefixFate.WITHDRAWN])) == {"10.208.0.0/25", "10.208.0.128/25"}
    lost = {one.fate: one.covered_by for one in impact(before, half).prefixes}
    assert lost[PrefixFate.WITHDRAWN] == ()


def test_a_router_that_comes_learns_what_is_announced_and_one_that_goes_loses_it() -> None:
    first, second = a_router("tor-a", 65101, "10.20.1.2"), a_router("tor-b", 65101, "10.20.1.3")
    one = a_cluster(bgp={"racks": (a_rack("r1", first),)})
    two = a_cluster(bgp={"racks": (a_rack("r1", first, second),)})
    assert [(found.fate, found.routers) for found in impact(one, two).prefixes] == [(PrefixFate.ADDED, ("tor-b",))]
    assert [(found.fate, found.routers) for found in impact(two, one).prefixes] == [(PrefixFate.WITHDRAWN, ("tor-b",))]


def test_a_community_changes_the_prefixes_inside_its_pool() -> None:
    community = model.Community(name="public", value="65001:200")
    found = impact(a_full_cluster(), with_bgp(communities=(community,))).prefixes
    assert {str(one.prefix) for one in found} == {"10.208.1.0/24", "fd00:10:208:1::/112"}
    assert {one.detail for one in found} == {"communities 65001:100 → 65001:200"}
    assert {one.fate for one in found} == {PrefixFate.CHANGED}


def test_without_aggregation_routers_learn_one_route_for_each_service() -> None:
    found = impact(a_cluster(), a_cluster(bgp={"advertise": {"aggregation": model.Switch.DISABLED}})).prefixes
    assert [one.detail for one in found] == ["announced as one route for each Service instead of one prefix"]


# -------------------------------------------------------------------------------------------------------- pools


def pools(*items: model.Pool) -> model.Cluster:
    return a_cluster(pools=items)


def block(text: str) -> AddressBlock:
    return AddressBlock.parse(text)


def test_a_range_that_moves_readdresses_its_services() -> None:
    before = pools(a_pool("a", "10.208.1.0/24"), a_pool("b", "10.208.2.0/24"))
    after = pools(a_pool("a", "10.208.1.0/25"), a_pool("b", "10.208.2.0/24", "10.208.1.128/25"))
    (found,) = impact(before, after).pools
    assert (found.fate, found.pool, found.taker) == (PoolFate.LOSES, "a", "b")
    assert (found.ranges, found.addresses, found.readdresses) == ((block("10.208.1.128/25"),), 128, True)


def test_another_name_of_a_pool_readdresses_all_of_it() -> None:
    found = impact(pools(a_pool("a", "10.208.1.0/24")), pools(a_pool("b", "10.208.1.0/24"))).pools
    assert [(one.fate, one.pool, one.addresses) for one in found] == [
        (PoolFate.LOSES, "a", 256),
        (PoolFate.ADDED, "b", 256),
    ]


def test_growing_takes_nothing_from_anybody() -> None:
    (found,) = impact(pools(a_pool("a", "10.208.1.0/25")), pools(a_pool("a", "10.208.1.0/24"))).pools
    assert (found.fate, found.ranges, found.readdresses) == (PoolFate.GROWS, (block("10.208.1.128/25"),), False)


def test_the_same_addresses_in_other_words_are_no_change() -> None:
    before, after = a_pool("a", "10.208.1.0/24"), a_pool("a", "10.208.1.0/25", "10.208.1.128-10.208.1.255")
    assert impact(pools(before), pools(after)).pools == ()


@pytest.mark.parametrize(
    ("addresses", "buggy"),
    [
        ("10.208.0.0/22", 8),
        ("10.208.1.1-10.208.1.254", 0),
        ("10.208.1.0/32", 1),
        ("10.208.0.255-10.208.1.0", 2),
        ("fd00::/112", 0),
    ],
)
def test_addresses_that_are_skipped_from_now_on_are_counted(addresses: str, buggy: int) -> None:
    before, after = a_pool("a", addresses), a_pool("a", addresses, avoid_buggy_ips=True)
    found = [one for one in impact(pools(before), pools(after)).pools if one.fate is PoolFate.SKIPS]
    assert sum(one.addresses for one in found) == buggy


def test_a_pool_for_fewer_services_readdresses_and_one_for_more_does_not() -> None:
    few = a_pool("a", "10.208.1.0/24", allocate_to=model.Allocation(namespaces=("dns",)))
    more = a_pool("a", "10.208.1.0/24", allocate_to=model.Allocation(namespaces=("dns", "web")))
    all_ = a_pool("a", "10.208.1.0/24")
    assert [one.fate for one in impact(pools(all_), pools(few)).pools] == [PoolFate.NARROWS]
    assert [one.fate for one in impact(pools(more), pools(few)).pools] == [PoolFate.NARROWS]
    assert impact(pools(few), pools(more)).pools == ()
    assert impact(pools(few), pools(all_)).pools == ()


# -------------------------------------------------------------------------------------------------------- nodes


def test_an_image_rolls_both_daemons_out_and_says_so() -> None:
    image = model.Image(repository="registry.example.com/genlb/genlb", tag="v0.2.0")
    found = impact(a_cluster(), a_cluster(agents={"image": image})).roll_outs
    assert [(one.name, one.fate) for one in found] == [
        ("genlb-sysctl", RollOutFate.ROLLS),
        ("genlb-vip", RollOutFate.ROLLS),
    ]
    assert all(
        one.causes == ("the image registry.example.com/genlb/genlb:v0.1.0 → registry.example.com/genlb/genlb:v0.2.0",)
        for one in found
    )


def test_settings_roll_out_only_the_daemon_that_has_them() -> None:
    (found,) = impact(a_cluster(), a_cluster(vip_binder={"guard": False})).roll_outs
    assert (found.name, found.causes) == ("genlb-vip", ("its settings (guard)",))


def test_a_daemon_that_is_switched_off_goes_and_one_that_is_switched_on_starts() -> None:
    off = a_cluster(vip_binder={"state": model.DaemonState.DISABLED})
    fates = {one.name: one.fate for one in impact(a_cluster(), off).roll_outs}
    # Without a VIP that is local, the nodes need no arp_announce either.
    assert fates == {"genlb-vip": RollOutFate.GOES, "genlb-sysctl": RollOutFate.ROLLS}
    assert {one.name: one.fate for one in impact(off, a_cluster()).roll_outs}["genlb-vip"] is RollOutFate.STARTS


def test_another_proxy_mode_restarts_kube_proxy_node_by_node_where_genlb_stamps_it() -> None:
    found = impact(a_full_cluster(), a_full_cluster(kube_proxy={"mode": model.ProxyMode.NFTABLES}))
    assert found.proxy is not None
    assert (found.proxy.mode, found.proxy.restart) == (("ipvs", "nftables"), model.Restart.ANNOTATE)
    assert "kube-proxy" in {one.name for one in found.roll_outs}


def test_giving_kube_proxy_back_restarts_nobody() -> None:
    given_back = a_full_cluster(kube_proxy={"ownership": model.Ownership.OBSERVE})
    assert "kube-proxy" not in {one.name for one in impact(a_full_cluster(), given_back).roll_outs}
    taken = {one.name: one.fate for one in impact(given_back, a_full_cluster()).roll_outs}
    assert taken["kube-proxy"] is RollOutFate.ROLLS  # it runs already: it does not start


def test_a_kube_proxy_of_somebody_else_is_not_restarted() -> None:
    found = impact(a_cluster(), a_cluster(kube_proxy={"mode": model.ProxyMode.IPVS}))
    assert found.proxy is not None
    assert found.proxy.restart is None
    assert "kube-proxy" not in {one.name for one in found.roll_outs}


def test_l2_vips_change_hands_when_their_daemon_restarts() -> None:
    on_link = a_cluster(pools=(a_pool("lan", "10.20.1.200-10.20.1.209"),), vip_binder={"l2": {"interfaces": ("e0",)}})
    again = changed(on_link, {"spec": {"vip_binder": {"guard": False}}})
    assert [one.pool for one in impact(on_link, again).ownership] == ["lan"]
    routed = a_cluster()
    assert [one.pool for one in impact(routed, on_link).ownership] == ["lan"]
    assert [one.pool for one in impact(on_link, routed).ownership] == ["lan"]


def test_sysctls_are_told_by_path_with_both_values() -> None:
    found = impact(a_cluster(), a_cluster(sysctls={"rp_filter": model.RpFilter.STRICT})).sysctls
    assert [(one.path, one.before, one.after) for one in found] == [("net/ipv4/conf/all/rp_filter", "2", "1")]


def test_sysctls_of_a_daemon_in_cleanup_go_back() -> None:
    found = impact(a_cluster(), a_cluster(sysctls={"state": model.DaemonState.CLEANUP}))
    told = [one.text for one in sentences(found) if one.topic is Topic.SYSCTLS]
    assert told
    assert all("goes back to what it was before genlb" in text for text in told)


# ----------------------------------------------------------------------------------------------------- sentences


def test_sentences_speak_of_routers_and_say_what_hurts() -> None:
    found = {one.text: one.hurts for one in sentences(impact(a_full_cluster(), with_bgp(as_number=64601)))}
    assert found == {}  # both racks have a number of their own, and the mesh is off
    told = sentences(impact(a_full_cluster(), a_full_cluster(pools=a_full_cluster().spec.pools[:1])))
    texts = " | ".join(one.text for one in told)
    assert "LoadBalancer prefixes 10.208.3.0/28, 10.208.3.32/29 are withdrawn from r1-tor-a" in texts
    assert 'pool "dns" goes, and with it 10.208.3.0/28, 10.208.3.32/29' in texts
    assert "Services with one of these 24 addresses get another one" in texts


@settings(max_examples=40)  # each renders four clusters
@given(clusters(), clusters())
def test_a_change_and_its_reverse_touch_the_same_things(one: model.Cluster, other: model.Cluster) -> None:
    there, back = impact(one, other), impact(other, one)
    assert {change.address for change in there.sessions} == {change.address for change in back.sessions}
    assert {change.prefix for change in there.prefixes} == {change.prefix for change in back.prefixes}
    assert {change.path for change in there.sysctls} == {change.path for change in back.sysctls}
    assert there.is_none == back.is_none
    assert len(sentences(there)) >= bool(not there.is_none)


@settings(max_examples=40)
@given(clusters())
def test_a_cluster_that_comes_brings_all_it_has_and_nothing_hurts(cluster: model.Cluster) -> None:
    found = impact(None, cluster)
    assert {one.fate for one in found.sessions} <= {SessionFate.APPEARS}
    assert {one.fate for one in found.prefixes} <= {PrefixFate.ADDED}
    assert {one.fate for one in found.pools} <= {PoolFate.ADDED}
    assert not any(one.hurts for one in sentences(found))


def test_the_prefix_type_is_a_network() -> None:
    (found,) = impact(None, pools(a_pool("a", "10.208.1.0/24"))).prefixes
    assert found.prefix == ip_network("10.208.1.0/24")
    assert parse_address("10.208.1.7") in found.prefix
