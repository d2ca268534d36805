"""What no cluster sees in its own spec: clusters of one routing domain against each other."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Diagnostic, Severity, Span
from genlb.network.overlap import claim
from genlb.rules.fleet import FleetEntry, Spot, fleet_entry, judge_fleet
from genlb.rules.places import Place
from tests.rules.judged import a_document, a_view

BINDER = {"l2": {"interfaces": ["bond0"]}}


def an_entry(number: int, *addresses: str, **changes: Any) -> FleetEntry:
    """Cluster c<number>, which shares nothing with any other but its routing domain."""
    document = a_document(
        network={
            "podCIDRs": [f"10.{number}.0.0/17"],
            "serviceCIDRs": [f"10.{number}.128.0/17"],
            "nodeCIDRs": [f"192.168.{number}.0/24"],
        },
        pools=[
            {"name": f"p{index}", "addresses": [block]}
            for index, block in enumerate(addresses or [f"172.16.{number}.0/24"])
        ],
        vipBinder=BINDER,
    )
    document["metadata"]["name"] = f"c{number}"
    routers = [{"name": "tor", "asNumber": 65100 + number, "addresses": [f"192.168.{number}.2"]}]
    document["spec"]["bgp"] = {"asNumber": 64600 + number, "racks": [{"name": "r1", "routers": routers}]}
    for key, value in changes.items():
        section = document["spec"].get(key)
        document["spec"][key] = {**section, **value} if isinstance(section, dict) else value
    return fleet_entry(a_view(document))


def told(*entries: FleetEntry) -> list[tuple[str, str, Severity]]:
    return [(one.rule, one.cluster, one.severity) for one in judge_fleet(entries)]


def shared_router(number: int, *, as_number: int, node_as: int, **rack: Any) -> FleetEntry:
    routers = [{"name": "tor", "asNumber": as_number, "addresses": ["192.168.99.2"]}]
    network = {"nodeCIDRs": [f"192.168.{number}.0/24", "192.168.99.0/24"]}
    bgp = {"asNumber": node_as, "racks": [{"name": "r1", "routers": routers, **rack}]}
    return an_entry(number, network=network, bgp=bgp)


def test_clusters_that_share_nothing_are_fine() -> None:
    assert told(an_entry(1), an_entry(2), an_entry(3)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"pools": [{"name": "x", "addresses": ["172.16.1.64/26"]}]}),
        ({}, {"bgp": {"advertise": {"externalCIDRs": ["172.16.0.0/20"]}}}),
        (
            {"network": {"serviceCIDRs": ["10.77.0.0/16"]}, "bgp": {"advertise": {"clusterIPs": "Enabled"}}},
            {"network": {"serviceCIDRs": ["10.77.0.0/16"]}, "bgp": {"advertise": {"clusterIPs": "Enabled"}}},
        ),
    ],
)
def test_what_one_cluster_hands_out_or_announces_is_no_other_clusters(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert {rule for rule, _, _ in told(an_entry(1, **first), an_entry(2, **second))} == {"GLB208"}


def test_a_listed_cidr_claims_more_than_the_pools_in_it() -> None:
    advertise = {"loadBalancerIPs": "Explicit", "loadBalancerCIDRs": ["172.16.0.0/22"]}

    assert ("GLB208", "c2", Severity.ERROR) in told(an_entry(1, bgp={"advertise": advertise}), an_entry(2))


def test_clusters_may_use_the_same_addresses_inside() -> None:
    inside = {"podCIDRs": ["10.77.0.0/17"], "serviceCIDRs": ["10.77.128.0/17"]}

    assert told(an_entry(1, network=inside), an_entry(2, network=inside)) == []


def test_l2_pools_of_one_subnet_clash_too() -> None:
    shared = {"nodeCIDRs": ["192.168.77.0/24"]}
    pair = [an_entry(number, "192.168.77.16/28", network=shared) for number in (1, 2)]

    assert told(*pair) == [("GLB208", "c2", Severity.ERROR)]


def test_routing_domains_do_not_meet() -> None:
    assert told(an_entry(1), an_entry(2, "172.16.1.0/24", routingDomain="lab")) == []


@pytest.mark.parametrize(
    ("address", "severity"), [("192.168.1.64/27", Severity.ERROR), ("10.1.64.0/24", Severity.WARNING)]
)
def test_a_pool_keeps_off_the_nodes_and_pods_of_the_others(address: str, severity: Severity) -> None:
    assert told(an_entry(1), an_entry(2, address)) == [("GLB219", "c2", severity)]


def test_an_l2_pool_in_a_subnet_that_two_clusters_share_takes_nothing_from_anybody() -> None:
    shared = {"nodeCIDRs": ["192.168.77.0/24"]}

    assert told(an_entry(1, network=shared), an_entry(2, "192.168.77.16/28", network=shared)) == []


def test_a_pool_among_the_pods_of_many_clusters_is_one_finding() -> None:
    inside = {"podCIDRs": ["10.77.0.0/17"]}
    fleet = [an_entry(number, network=inside) for number in range(1, 6)]

    assert told(*fleet, an_entry(6, "10.77.3.0/24")) == [("GLB219", "c6", Severity.WARNING)]


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        ({"as_number": 65101, "node_as": 64601}, {"as_number": 65101, "node_as": 64602}, []),
        ({"as_number": 65101, "node_as": 64601}, {"as_number": 65102, "node_as": 64602}, ["GLB323"]),
        ({"as_number": 65101, "node_as": 64601}, {"as_number": 65101, "node_as": 64601}, ["GLB324"]),
        (
            {"as_number": 65101, "node_as": 64601},
            {"as_number": 65101, "node_as": 64601, "numAllowedLocalASNumbers": 1},
            [],
        ),
        ({"as_number": 65101, "node_as": 64601}, {"as_number": 65101, "node_as": 1, "nodeASNumber": 64601}, ["GLB324"]),
        ({"as_number": 64601, "node_as": 64601}, {"as_number": 64601, "node_as": 64601}, []),  # iBGP
    ],
)
def test_a_router_that_clusters_share_has_one_as_and_tells_them_apart(
    first: dict[str, Any], second: dict[str, Any], rules: list[str]
) -> None:
    found = told(shared_router(1, **first), shared_router(2, **second))

    assert [rule for rule, _, _ in found] == rules
    assert {cluster for _, cluster, _ in found} <= {"c2"}


def test_what_is_told_does_not_depend_on_the_order_of_reading() -> None:
    fleet = [an_entry(1), an_entry(2, "172.16.1.0/25"), an_entry(3, "172.16.1.64/26"), an_entry(4, "192.168.1.64/27")]
    found = list(judge_fleet(fleet))

    assert found
    assert list(judge_fleet(reversed(fleet))) == found


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 60), st.sampled_from([26, 28, 30, 32])), max_size=30)
)
def test_overlaps_are_found_exactly_where_two_clusters_have_an_address_in_common(
    drawn: list[tuple[str, int, int]],
) -> None:
    owned = [(name, ip_network(f"10.0.0.{4 * start}/{length}", strict=False)) for name, start, length in drawn]
    expected = any(one != other and a.overlaps(b) for (one, a), (other, b) in combinations(owned, 2))

    def place(index: int) -> Span:
        return Span(f"clusters/{owned[index][0]}/cluster.yaml", index + 1, 1, index + 1, 2)

    entries = [
        FleetEntry(
            name,
            "default",
            claims=tuple(
                claim(network, name, Spot(place(index), Place((), network, "{0}")))
                for index, (owner, network) in enumerate(owned)
                if owner == name
            ),
            announced=(),
            plan=(),
            neighbours=(),
        )
        for name in "abcde"
    ]
    found: list[Diagnostic] = list(judge_fleet(entries))

    assert bool(found) is expected
    for diagnostic in found:
        theirs = owned[diagnostic.related[0].span.line - 1]
        ours = owned[diagnostic.span.line - 1]
        assert ours[0] > theirs[0]
        assert ours[1].overlaps(theirs[1])


def test_two_thousand_clusters_on_one_range_are_as_many_findings() -> None:
    network = ip_network("10.0.0.0/24")
    spot = Spot(Span.whole("x"), Place((), network, "{0}"))
    names = [f"c{number:04}" for number in range(2000)]
    fleet = [FleetEntry(name, "default", (claim(network, name, spot),), (), (), ()) for name in names]

    assert len(list(judge_fleet(fleet))) == 1999
