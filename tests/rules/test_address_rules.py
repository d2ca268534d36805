"""What the cases do not show of the rules about addresses, pools and announcements."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.errors import Severity
from tests.rules.judged import a_document, dual_stack, ids, judged

BINDER = {"l2": {"interfaces": ["bond0"]}}


def with_pools(*addresses: str, **changes: Any) -> dict[str, Any]:
    """One pool for each entry."""
    pools = [{"name": f"pool-{index}", "addresses": [address]} for index, address in enumerate(addresses)]
    return a_document(pools=pools, vipBinder=BINDER, **changes)


def explicit(*cidrs: str, **advertise: Any) -> dict[str, Any]:
    return {"advertise": {"loadBalancerIPs": "Explicit", "loadBalancerCIDRs": list(cidrs), **advertise}}


def messages(document: Any, rule: str) -> list[str]:
    return [diagnostic.message for diagnostic in judged(document) if diagnostic.rule == rule]


def test_three_pools_on_one_range_are_two_findings() -> None:
    document = with_pools("10.208.1.0/24", "10.208.1.0/24", "10.208.1.0/25")

    assert len(messages(document, "GLB201")) == 2


def test_the_pool_that_stands_later_is_told_whichever_range_begins_first() -> None:
    (told,) = (one for one in judged(with_pools("10.208.1.128/25", "10.208.1.0/24")) if one.rule == "GLB201")

    assert told.message == 'pools "pool-0" and "pool-1" overlap (10.208.1.128/25, 10.208.1.0/24)'
    assert told.help == 'give "pool-1" only 10.208.1.0/25, or remove 10.208.1.128/25 of pool "pool-0"'


def test_equal_pools_get_no_advice_that_leaves_one_of_them_empty() -> None:
    (told,) = (one for one in judged(with_pools("10.208.1.0/24", "10.208.1.0/24")) if one.rule == "GLB201")

    assert told.help == "Keep the shared addresses in one of the two pools."


@pytest.mark.parametrize(
    ("address", "rules"),
    [
        ("10.244.3.0/24", {"GLB202"}),
        ("10.96.3.0/24", {"GLB202"}),
        ("10.0.0.0/8", {"GLB202", "GLB211"}),
        ("10.20.1.2/32", {"GLB202"}),
        ("10.20.1.32/27", set()),  # a part of a node CIDR is on-link, which is GLB211's subject
        ("10.20.1.4/31", set()),
    ],
)
def test_a_pool_keeps_off_pods_services_and_routers(address: str, rules: set[str]) -> None:
    assert ids(with_pools(address)) == rules


@pytest.mark.parametrize("address", ["10.20.1.0/24", "10.20.0.0/16"])
def test_a_pool_on_a_whole_node_subnet_is_one_finding_and_not_one_for_each_router_in_it(address: str) -> None:
    (told,) = messages(with_pools(address), "GLB202")

    assert "node CIDR 10.20.1.0/24" in told
    assert ids(with_pools(address)) == {"GLB202"} | ({"GLB211"} if address.endswith("/16") else set())


def test_a_router_outside_the_subnet_that_a_pool_takes_is_told_beside_it() -> None:
    document = with_pools("10.20.0.0/16")
    document["spec"]["bgp"]["racks"][0]["routers"][0].update(addresses=["10.20.9.2"], reachableBy="10.20.1.1")

    assert len(messages(document, "GLB202")) == 2


def test_a_gateway_is_nobodys_vip() -> None:
    routers = [
        {"name": "far-a", "asNumber": 65101, "addresses": ["10.30.1.2"], "reachableBy": "10.20.1.1"},
        {"name": "far-b", "asNumber": 65101, "addresses": ["10.30.1.3"], "reachableBy": "10.20.1.1"},
    ]
    document = with_pools("10.20.1.1-10.20.1.9", bgp={"racks": [{"name": "r1", "routers": routers}]})

    assert messages(document, "GLB202") == [
        '10.20.1.1-10.20.1.9 of pool "pool-0" takes in 10.20.1.1, the gateway to router "far-a"',
        '10.20.1.1-10.20.1.9 of pool "pool-0" takes in 10.20.1.1, the gateway to router "far-b"',
    ]


def test_addresses_of_one_family_are_nothing_to_the_other() -> None:
    document = dual_stack(pools=[{"name": "public", "addresses": ["10.208.1.0/24", "fd00:10:208::/112"]}])

    assert ids(document) == set()


@pytest.mark.parametrize("cidr", ["169.254.1.2", "10.20.1.2"])
def test_a_router_may_be_link_local(cidr: str) -> None:
    routers = [{"name": name, "asNumber": 65101, "addresses": [cidr]} for name in ("a",)]
    document = a_document(
        network={"nodeCIDRs": ["169.254.1.0/24", "10.20.1.0/24"]}, bgp={"racks": [{"name": "r1", "routers": routers}]}
    )

    assert ids(document) == {"GLB303"}


@pytest.mark.parametrize("address", ["127.0.0.2", "224.0.0.5", "0.0.0.7"])
def test_a_router_is_no_loopback_multicast_or_reserved_address(address: str) -> None:
    document = a_document()
    document["spec"]["bgp"]["racks"][0]["routers"][0]["addresses"] = [address]

    assert "GLB207" in ids(document)


@pytest.mark.parametrize("key", ["externalCIDRs", "loadBalancerCIDRs"])
def test_announced_cidrs_are_no_special_ranges_either(key: str) -> None:
    document = a_document(bgp={"advertise": {"loadBalancerIPs": "Explicit", "loadBalancerCIDRs": ["10.208.1.0/24"]}})
    document["spec"]["bgp"]["advertise"].setdefault(key, []).append("224.1.0.0/16")

    assert "GLB207" in ids(document)


@pytest.mark.parametrize(
    ("field", "cidrs", "rules"),
    [
        ("podCIDRs", ["10.96.0.0/12"], {"GLB215"}),
        ("nodeCIDRs", ["10.20.1.0/24", "10.244.1.0/24"], {"GLB215"}),
        ("nodeCIDRs", ["10.20.0.0/16", "10.20.1.0/24"], set()),
        ("podCIDRs", ["10.244.0.0/16", "10.244.1.0/24"], set()),
    ],
)
def test_only_ranges_of_different_purpose_must_keep_apart(field: str, cidrs: list[str], rules: set[str]) -> None:
    assert ids(a_document(network={field: cidrs})) == rules


@pytest.mark.parametrize(
    ("cidr", "rules"),
    [
        ("10.244.0.0/16", {"GLB203", "GLB218"}),
        ("10.96.128.0/17", {"GLB203", "GLB218"}),
        ("10.20.0.0/16", {"GLB203", "GLB218"}),
        ("10.209.0.0/16", {"GLB203"}),
    ],
)
def test_a_listed_cidr_keeps_off_the_whole_plan(cidr: str, rules: set[str]) -> None:
    assert ids(a_document(bgp=explicit("10.208.1.0/24", cidr))) == rules


def test_a_node_may_have_an_external_address() -> None:
    assert ids(a_document(bgp={"advertise": {"externalCIDRs": ["10.20.1.0/24"]}})) == set()


@pytest.mark.parametrize(
    ("cidrs", "found"),
    [
        (["10.208.1.0/25", "10.208.1.128/25"], []),
        (["10.208.0.0/23"], [Severity.WARNING]),
        (["10.208.1.0/25"], [Severity.ERROR]),
        (["10.208.1.0/25", "10.208.1.192/26"], [Severity.ERROR]),
        (["10.209.0.0/16"], [Severity.ERROR, Severity.ERROR]),
    ],
)
def test_listed_cidrs_cover_the_bgp_pools_together_and_nothing_else(cidrs: list[str], found: list[Severity]) -> None:
    document = a_document(bgp=explicit(*cidrs))

    assert [one.severity for one in judged(document) if one.rule == "GLB203"] == found


def test_an_l2_pool_needs_no_listed_cidr() -> None:
    assert ids(with_pools("10.208.1.0/24", "10.20.1.32/27", bgp=explicit("10.208.1.0/24"))) == set()


def test_what_is_missing_is_named_as_cidrs_that_can_be_listed() -> None:
    document = a_document(
        pools=[{"name": "web", "addresses": ["10.208.1.0-10.208.1.11"]}], bgp=explicit("10.208.1.0/30")
    )
    (told,) = (one for one in judged(document) if one.rule == "GLB203")

    assert told.message.endswith("lies in no CIDR of loadBalancerCIDRs: 10.208.1.4-10.208.1.11 of it")
    assert told.help == "add 10.208.1.4/30, 10.208.1.8/30 to loadBalancerCIDRs, or say loadBalancerIPs: FromPools"


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("podCIDRs", "10.244.1.0/16", "10.244.1.0/16 has host bits: it means 10.244.0.0/16"),
        ("serviceCIDRs", "10.96.0.1/16", "10.96.0.1/16 has host bits: it means 10.96.0.0/16"),
        ("nodeCIDRs", "10.20.1.1/24", "10.20.1.1/24 has host bits: it means 10.20.1.0/24"),
    ],
)
def test_host_bits_are_told_in_every_list_of_cidrs(field: str, text: str, told: str) -> None:
    assert messages(a_document(network={field: [text]}), "GLB204") == [told]


@pytest.mark.parametrize("text", ["FD00:20:1::/64", "fd00:20:1:0::/64", "fd00:0020:1::/64"])
def test_another_spelling_of_the_same_network_has_no_host_bits(text: str) -> None:
    assert ids(dual_stack(network={"nodeCIDRs": ["10.20.1.0/24", text]})) == set()


@pytest.mark.parametrize(
    ("pool", "rules"),
    [
        ({"addresses": ["10.208.1.0/31", "10.208.1.2/32"]}, {"GLB213"}),
        ({"addresses": ["10.208.1.1-10.208.1.1"]}, {"GLB213"}),
        ({"addresses": ["10.208.1.0/31"]}, set()),
        ({"addresses": ["10.20.1.40/32"]}, set()),  # announced by L2: no route at all
    ],
)
def test_single_addresses_matter_where_bgp_announces_them(pool: dict[str, Any], rules: set[str]) -> None:
    assert ids(a_document(pools=[{"name": "one", **pool}], vipBinder=BINDER)) == rules


def test_a_list_of_cidrs_decides_itself_which_single_addresses_are_announced() -> None:
    assert ids(with_pools("10.208.1.1/32", bgp=explicit("10.208.1.1/32"))) == set()


def test_single_addresses_are_what_aggregation_disabled_announces_anyway() -> None:
    assert ids(with_pools("10.208.1.1/32", bgp={"advertise": {"aggregation": "Disabled"}})) == set()


@pytest.mark.parametrize(
    ("allocation", "refused"),
    [
        ({"namespaces": ["a", "b", "a"]}, True),
        ({"namespaces": ["a", "b"]}, False),
        ({"priority": 5}, False),
        ({"serviceSelectors": [{"matchLabels": {"a": "b", "c": "d"}}, {"matchLabels": {"c": "d", "a": "b"}}]}, True),
        (
            {"serviceSelectors": [{"matchLabels": {"a": "b"}}], "namespaceSelectors": [{"matchLabels": {"a": "b"}}]},
            False,
        ),
        ({"serviceSelectors": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "x"]}]}]}, True),
        ({"serviceSelectors": [{"matchExpressions": [{"key": "a", "operator": "NotIn"}]}]}, True),
        ({"serviceSelectors": [{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}]}, True),
        (
            {"serviceSelectors": [{"matchExpressions": [{"key": "a", "operator": "DoesNotExist", "values": ["x"]}]}]},
            True,
        ),
        ({"serviceSelectors": [{"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}]}, False),
        (
            # MetalLB sorts the values before it compares.
            {
                "namespaceSelectors": [
                    {"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "y"]}]},
                    {"matchExpressions": [{"key": "a", "operator": "In", "values": ["y", "x"]}]},
                ]
            },
            True,
        ),
        (
            {
                "namespaceSelectors": [
                    {
                        "matchExpressions": [
                            {"key": "a", "operator": "Exists"},
                            {"key": "b", "operator": "Exists"},
                            {"key": "a", "operator": "Exists"},
                        ]
                    }
                ]
            },
            True,
        ),
    ],
)
def test_allocate_to_is_refused_exactly_where_metallb_refuses_it(allocation: dict[str, Any], *, refused: bool) -> None:
    pools = [{"name": "dns", "addresses": ["10.208.1.0/24"], "allocateTo": allocation}]

    assert ids(a_document(pools=pools)) == ({"GLB214"} if refused else set())


@pytest.mark.parametrize(
    ("pool", "rules"),
    [
        ({"addresses": ["10.20.1.192/26"]}, {"GLB220"}),
        ({"addresses": ["10.20.1.192/26"], "avoidBuggyIPs": True}, set()),
        ({"addresses": ["10.20.1.192-10.20.1.254"]}, set()),
        ({"addresses": ["10.20.3.2/32"]}, set()),  # a /31 has no broadcast address
        ({"addresses": ["10.20.4.7/32"]}, {"GLB220"}),
        ({"addresses": ["10.20.4.4/32"]}, {"GLB220"}),
        ({"addresses": ["10.20.4.6/32"]}, set()),
        ({"addresses": ["10.20.2.16/29"], "avoidBuggyIPs": True}, {"GLB220"}),  # edges of a /28 do not end in 0 or 255
        ({"addresses": ["fd00:20:1::/128"]}, set()),
    ],
)
def test_an_l2_pool_leaves_the_edges_of_its_subnet_alone(pool: dict[str, Any], rules: set[str]) -> None:
    nodes = ["10.20.1.0/24", "10.20.2.16/28", "10.20.3.2/31", "10.20.4.4/30", "fd00:20:1::/64"]
    document = dual_stack(network={"nodeCIDRs": nodes}, vipBinder=BINDER)
    document["spec"]["pools"] = [
        {"name": "one", "families": ["IPv6" if ":" in pool["addresses"][0] else "IPv4"], **pool}
    ]

    assert ids(document) == rules


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"vipBinder": {"routed": {"bind": "Auto"}}}, False),
        ({"vipBinder": {"routed": {"bind": "AnyIP"}}}, False),
        ({"vipBinder": {"routed": {"bind": "None"}}}, True),
        ({"vipBinder": {"routed": {"bind": "Observe"}}}, True),
        ({"vipBinder": {"state": "Disabled"}}, True),
        ({"vipBinder": {"state": "Cleanup"}}, True),
        ({"vipBinder": {"state": "Disabled"}, "kubeProxy": {"mode": "ipvs", "strictARP": True}}, False),
        ({"vipBinder": {"state": "Disabled"}, "versions": {"kubernetes": "1.34", "calico": "3.30.7"}}, False),
    ],
)
def test_blackhole_routes_hurt_where_nothing_makes_vips_local(changes: dict[str, Any], *, told: bool) -> None:
    document = a_document(**{"versions": {"kubernetes": "1.34"}, **changes})
    document["spec"]["bgp"]["advertise"] = {"aggregation": "Disabled"}

    assert ("GLB316" in ids(document)) is told


def test_what_is_not_announced_makes_no_blackhole() -> None:
    document = with_pools("10.20.1.32/27", bgp={"advertise": {"aggregation": "Disabled"}})
    document["spec"]["vipBinder"] = {**BINDER, "routed": {"bind": "None"}}

    assert "GLB316" not in ids(document)


@pytest.mark.parametrize("which", ["pool", "list"])
def test_one_single_route_is_enough_for_a_blackhole(which: str) -> None:
    document = with_pools("10.208.1.0/24", "10.208.2.1/32")
    if which == "list":
        document["spec"]["bgp"] |= explicit("10.208.1.0/24", "10.208.2.1/32")
    document["spec"]["vipBinder"] = {"state": "Disabled"}
    (told,) = (one for one in judged(document) if one.rule == "GLB316")

    assert (
        told.message
        == "10.208.2.1/32 is a single address, and vipBinder.state is Disabled: nothing makes the VIPs local"
    )


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ("65535:65535", False),
        ("65536:1", True),
        ("1:65536", True),
        ("65536:1:1", False),
        ("4294967295:4294967295:4294967295", False),
        ("1:1:4294967296", True),
    ],
)
def test_numbers_of_communities_have_16_bits_and_of_large_ones_32(value: str, *, refused: bool) -> None:
    document = a_document(bgp={"communities": [{"name": "c", "value": value}]})
    document["spec"]["pools"][0]["communities"] = ["c"]

    assert ids(document) == ({"GLB318"} if refused else set())


@pytest.mark.parametrize(
    ("cidrs", "aggregation", "told"),
    [
        (["10.208.0.0/24"], "Enabled", True),
        (["10.208.0.0/24"], "Disabled", False),  # each route is single, and inside the pool's CIDR
        (["10.208.0.0/25", "10.208.0.128/25"], "Enabled", False),
        (["10.208.0.0/26", "10.208.0.64/26", "10.208.0.128/25"], "Enabled", False),
    ],
)
def test_an_aggregate_wider_than_the_pool_carries_no_communities(
    cidrs: list[str], aggregation: str, *, told: bool
) -> None:
    document = with_pools("10.208.0.0/25", "10.208.0.128/25")
    document["spec"]["pools"][0]["communities"] = ["c"]
    communities = [{"name": "c", "value": "65001:1"}]
    document["spec"]["bgp"] |= {**explicit(*cidrs, aggregation=aggregation), "communities": communities}

    assert ids(document) == ({"GLB322"} if told else set())


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("sysctls", "interfaces"), ["bond0", "bond0"]),
        (("vipBinder", "l2", "interfaces"), ["bond0", "bond0"]),
        (("bgp", "advertise", "externalCIDRs"), ["192.0.2.0/24", "192.0.2.0/24"]),
        (("network", "podCIDRs"), ["10.244.0.0/16", "10.244.5.0/16"]),
    ],
)
def test_an_entry_that_stands_twice_is_told_in_every_list_where_it_makes_no_sense(
    path: tuple[str, ...], values: list[str]
) -> None:
    document = a_document()
    section = document["spec"]
    for step in path[:-1]:
        section = section.setdefault(step, {})
    section[path[-1]] = values

    assert "GLB216" in ids(document)
