"""What the cases do not show of the rules about racks, routers and AS numbers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judged import a_document, dual_stack, ids, judged

L2_ONLY: dict[str, Any] = {
    "pools": [{"name": "office", "addresses": ["10.20.1.32/27"]}],
    "vipBinder": {"l2": {"interfaces": ["bond0"]}},
}


def a_router(name: str, *addresses: str, as_number: int = 65101, **more: Any) -> dict[str, Any]:
    return {"name": name, "asNumber": as_number, "addresses": list(addresses), **more}


def a_pair(rack: int, *, as_number: int = 65101) -> list[dict[str, Any]]:
    return [a_router(f"r{rack}-{host}", f"10.20.{rack}.{host}", as_number=as_number) for host in (2, 3)]


def racks(*listed: dict[str, Any], mesh: str = "Disabled", **changes: Any) -> dict[str, Any]:
    """A cluster with racks r1, r2 …, each in a subnet of its own."""
    named = [{"name": f"r{number}", **rack} for number, rack in enumerate(listed, start=1)]
    bgp = {"nodeToNodeMesh": mesh, "rackLabel": "topology.genlb.io/rack", "racks": named}
    network = {"nodeCIDRs": [f"10.20.{number}.0/24" for number in range(1, len(listed) + 1)]}
    return a_document(bgp=bgp, network=network, **changes)


@pytest.mark.parametrize(
    ("mesh", "changes", "rules"),
    [
        ("Disabled", {}, {"GLB301"}),
        ("Enabled", {}, {"GLB301"}),
        ("Disabled", L2_ONLY, {"GLB301"}),
        ("Enabled", L2_ONLY, set()),  # nothing is announced, and the mesh carries the pod routes
    ],
)
def test_a_rack_without_routers_matters_where_it_has_something_to_say_or_to_learn(
    mesh: str, changes: dict[str, Any], rules: set[str]
) -> None:
    assert ids(racks({"routers": a_pair(1)}, {}, mesh=mesh, **changes)) == rules


def test_without_any_router_no_single_rack_is_to_blame() -> None:
    assert ids(racks({}, {}, mesh="Enabled")) == {"GLB311"}
    assert ids(racks({}, {}, mesh="Disabled")) == {"GLB311", "GLB317"}


@pytest.mark.parametrize("advertise", [{"externalCIDRs": ["192.0.2.0/24"]}, {"clusterIPs": "Enabled"}])
def test_external_and_cluster_ips_need_somebody_to_announce_them_to_as_well(advertise: dict[str, Any]) -> None:
    document = a_document(**L2_ONLY)
    document["spec"]["bgp"] = {"asNumber": 64600, "advertise": advertise}

    assert ids(document) == {"GLB311"}


ONE, TWO = {"nodeASNumber": 64601}, {"nodeASNumber": 64602}
ALLOWS = {"numAllowedLocalASNumbers": 1}


@pytest.mark.parametrize(
    ("first", "second", "mesh", "dropping"),
    [
        ({}, {}, "Disabled", ["r1", "r2"]),
        ({}, {}, "Enabled", []),
        (ONE, TWO, "Disabled", []),
        (ONE, ONE, "Disabled", ["r1", "r2"]),
        (ONE, {}, "Disabled", []),
        (ALLOWS, ALLOWS, "Disabled", []),
        (ALLOWS, {}, "Disabled", ["r2"]),
        ({}, {"numAllowedLocalASNumbers": 0}, "Disabled", ["r1", "r2"]),
    ],
)
def test_racks_of_one_as_drop_each_others_routes(
    first: dict[str, Any], second: dict[str, Any], mesh: str, dropping: list[str]
) -> None:
    document = racks({**first, "routers": a_pair(1)}, {**second, "routers": a_pair(2)}, mesh=mesh)
    found = [diagnostic.message for diagnostic in judged(document) if diagnostic.rule == "GLB304"]

    assert [message.split('"')[1] for message in found] == dropping


def test_ibgp_looks_for_no_loop_in_the_path() -> None:
    pairs = [a_pair(rack, as_number=64600) for rack in (1, 2)]

    assert ids(racks({"routers": pairs[0]}, {"routers": pairs[1]})) == set()


@pytest.mark.parametrize(
    ("mesh", "racks_with_routers", "rules"),
    [("Enabled", 1, set()), ("Enabled", 2, {"GLB305"}), ("Disabled", 2, set())],
)
def test_the_mesh_is_told_where_routers_of_several_racks_make_it_redundant(
    mesh: str, racks_with_routers: int, rules: set[str]
) -> None:
    listed = [{"nodeASNumber": 64600 + rack, "routers": a_pair(rack)} for rack in range(1, racks_with_routers + 1)]

    assert ids(racks(*listed, mesh=mesh)) == rules


@pytest.mark.parametrize("number", [23456, 65535])
@pytest.mark.parametrize("place", ["cluster", "rack", "router"])
def test_a_reserved_as_number_is_told_wherever_it_stands(place: str, number: int) -> None:
    document = a_document()
    bgp = document["spec"]["bgp"]
    if place == "cluster":
        bgp["asNumber"] = number
    elif place == "rack":
        bgp["racks"][0]["nodeASNumber"] = number
    else:
        bgp["racks"][0]["routers"][0]["asNumber"] = number

    assert ids(document) == {"GLB308"}


@pytest.mark.parametrize("number", [1, 64512, 65534, 2147483647])
def test_all_others_are_fine(number: int) -> None:
    assert ids(a_document(bgp={"asNumber": number})) == set()


def test_a_large_reserved_number_is_told_beside_the_limit_of_the_api() -> None:
    assert ids(a_document(bgp={"asNumber": 4294967295})) == {"GLB308", "GLB314"}


@pytest.mark.parametrize(
    ("router", "rules"),
    [
        (a_router("far", "10.30.1.9"), {"GLB302"}),
        (a_router("far", "10.30.1.9", reachableBy="10.20.1.1"), set()),
        (a_router("far", "10.30.1.9", reachableBy="10.30.1.1"), {"GLB321"}),
        (a_router("far", "10.30.1.9", reachableBy="fd00:20:1::1"), {"GLB302", "GLB321"}),
        (a_router("far", "10.20.1.9", reachableBy="fd00:20:1::1"), {"GLB321"}),
        (a_router("far", "10.30.1.9", "fd00:30:1::9", reachableBy="10.20.1.1"), {"GLB302"}),
    ],
)
def test_nodes_reach_a_router_on_their_own_wire_or_by_a_gateway_of_its_family(
    router: dict[str, Any], rules: set[str]
) -> None:
    document = dual_stack()
    document["spec"]["bgp"]["racks"][0]["routers"].append(router)

    assert ids(document) == rules


@pytest.mark.parametrize(
    ("families", "pools", "missing"),
    [
        ("4", ["10.208.1.0/24", "fd00:10:208:1::/112"], ["IPv6"]),
        ("6", ["10.208.1.0/24", "fd00:10:208:1::/112"], ["IPv4"]),
        ("46", ["10.208.1.0/24", "fd00:10:208:1::/112"], []),
        ("4", ["10.208.1.0/24"], []),
        ("4", ["fd00:10:208:1::/112"], ["IPv6"]),
        ("4", ["10.208.1.0/24", "fd00:20:1::1:0/112"], []),  # announced by L2
    ],
)
def test_each_rack_needs_a_session_of_each_family_that_bgp_announces(
    families: str, pools: list[str], missing: list[str]
) -> None:
    listed = [{"name": f"p{index}", "addresses": [block]} for index, block in enumerate(pools)]
    document = dual_stack(pools=listed, vipBinder={"l2": {"interfaces": ["bond0"]}})
    addresses = {"4": "10.20.1.2", "6": "fd00:20:1::2"}
    document["spec"]["bgp"]["racks"][0]["routers"] = [a_router("tor", *(addresses[family] for family in families))]
    found = [diagnostic.message for diagnostic in judged(document) if diagnostic.rule == "GLB309"]

    assert [family for family in ("IPv4", "IPv6") if any(family in message for message in found)] == missing


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ([a_router("a", "10.20.1.2")], [a_router("b", "10.20.1.2")], False),  # one router that serves two racks
        ([a_router("a", "10.20.1.2")], [a_router("b", "10.20.1.2", as_number=65102)], True),
        ([a_router("a", "10.20.1.2"), a_router("b", "10.20.1.2")], [], True),
        ([a_router("a", "10.20.1.2"), a_router("b", "10.20.1.3")], [], False),
    ],
)
def test_racks_may_share_a_router_but_no_two_routers_an_address(
    first: list[dict[str, Any]], second: list[dict[str, Any]], *, shared: bool
) -> None:
    document = racks({"routers": first}, {"routers": second}, mesh="Enabled")

    assert ("GLB313" in ids(document)) is shared
