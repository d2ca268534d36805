"""What hurts on the way from one spec to another."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.rules.change import judge_change
from tests.rules.judged import a_document, a_view

RACK = {"name": "r1", "routers": [{"name": "tor-a", "asNumber": 65101, "addresses": ["10.20.1.2"]}]}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in judge_change(a_view(before), a_view(after))]


def rules(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {rule for rule, _ in told(before, after)}


def pools(**addresses: str) -> dict[str, Any]:
    """Pools by name; several blocks of one are separated by a space."""
    listed = [{"name": name, "addresses": blocks.split()} for name, blocks in addresses.items()]
    return a_document(pools=listed, bgp={"advertise": {"aggregation": "Disabled"}})


def a_pool(**fields: Any) -> dict[str, Any]:
    return a_document(pools=[{"name": "p", "addresses": ["10.208.1.0/24"], **fields}])


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": "10.208.1.0/24"}, {"a": "10.208.1.0/24"}, set()),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.0.0/23"}, set()),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.1.0/25 10.208.1.128/25"}, set()),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.1.0-10.208.1.255"}, set()),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.1.0/25"}, {"GLB217"}),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.2.0/24"}, {"GLB217"}),
        ({"a": "10.208.1.0/24", "b": "10.208.2.0/24"}, {"a": "10.208.1.0/24"}, {"GLB217"}),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.1.0/24", "b": "10.208.2.0/24"}, set()),
        # moved: by name, by a part of it, by a swap, by renaming the pool
        ({"a": "10.208.1.0/24", "b": "10.208.2.0/24"}, {"a": "10.208.2.0/24", "b": "10.208.1.0/24"}, {"GLB209"}),
        (
            {"a": "10.208.1.0/24", "b": "10.208.2.0/24"},
            {"a": "10.208.1.0/25", "b": "10.208.1.128/25"},
            {"GLB209", "GLB217"},
        ),
        ({"a": "10.208.1.0/24"}, {"renamed": "10.208.1.0/24"}, {"GLB209"}),
        ({"a": "10.208.1.0/24"}, {"a": "10.208.1.0/25", "b": "10.208.1.128/25"}, {"GLB209"}),
    ],
)
def test_addresses_that_leave_their_pool(before: dict[str, str], after: dict[str, str], found: set[str]) -> None:
    assert rules(pools(**before), pools(**after)) == found


def test_what_a_pool_loses_is_named() -> None:
    assert told(pools(a="10.208.1.0/24 10.208.2.0/24"), pools(a="10.208.1.0/25")) == [
        ("GLB217", 'pool "a" no longer has 10.208.1.128/25, 10.208.2.0/24')
    ]


def test_a_change_that_leaves_no_pool_takes_every_address() -> None:
    after = a_document(pools=[])

    assert told(pools(a="10.208.1.0/24"), after) == [("GLB217", 'pool "a" is gone, and with it 10.208.1.0/24')]


@pytest.mark.parametrize(
    ("address", "before", "after", "found"),
    [
        ("10.208.1.0/24", False, True, {"GLB217"}),
        ("10.208.1.0/24", True, True, set()),
        ("10.208.1.0/24", True, False, set()),
        ("10.208.1.8/29", False, True, set()),
        ("10.208.1.248/29", False, True, {"GLB217"}),
        ("10.208.1.0/29", False, True, {"GLB217"}),
        ("10.208.1.250-10.208.2.3", False, True, {"GLB217"}),
        ("10.208.1.255/32", False, False, set()),
        ("fd00:10:208::/112", False, True, set()),
    ],
)
def test_switching_avoid_buggy_ips_on_takes_addresses_that_end_in_0_or_255(
    address: str, *, before: bool, after: bool, found: set[str]
) -> None:
    documents = [a_pool(addresses=[address], avoidBuggyIPs=flag) for flag in (before, after)]
    for document in documents:
        document["spec"]["network"]["serviceCIDRs"].append("fd00:10:96::/112")

    assert rules(*documents) == found


IN = {"matchLabels": {"tier": "edge"}}
OUT = {"matchLabels": {"tier": "core"}}


@pytest.mark.parametrize(
    ("before", "after", "narrower"),
    [
        (None, {"namespaces": ["a"]}, True),
        (None, {"priority": 5}, False),
        ({"namespaces": ["a"]}, None, False),
        ({"namespaces": ["a", "b"]}, {"namespaces": ["a"]}, True),
        ({"namespaces": ["a"]}, {"namespaces": ["b", "a"]}, False),
        ({"namespaces": ["a"]}, {"namespaces": ["a"], "priority": 1}, False),
        ({"namespaces": ["a"]}, {"namespaces": ["a"], "serviceSelectors": [IN]}, True),
        ({"namespaces": ["a"], "serviceSelectors": [IN]}, {"namespaces": ["a"]}, False),
        ({"namespaces": ["a"]}, {"namespaces": ["a"], "namespaceSelectors": [IN]}, False),
        ({"serviceSelectors": [IN]}, {"serviceSelectors": [IN, OUT]}, False),
        ({"serviceSelectors": [IN]}, {"serviceSelectors": [OUT]}, True),
        ({"serviceSelectors": [IN]}, {"namespaces": ["a"], "serviceSelectors": [IN]}, True),
    ],
)
def test_a_narrower_allocation_takes_addresses_from_those_it_excludes(
    before: dict[str, Any] | None, after: dict[str, Any] | None, *, narrower: bool
) -> None:
    documents = [a_pool(**({"allocateTo": allocation} if allocation else {})) for allocation in (before, after)]

    assert rules(*documents) == ({"GLB217"} if narrower else set())


@pytest.mark.parametrize("field", ["autoAssign", "priority"])
def test_what_only_concerns_new_services_moves_nobody(field: str) -> None:
    more = {"autoAssign": False} if field == "autoAssign" else {"allocateTo": {"priority": 3}}

    assert rules(a_pool(), a_pool(**more)) == set()


def mesh(state: str, *racks: dict[str, Any]) -> dict[str, Any]:
    label = "topology.genlb.io/rack"
    return a_document(bgp={"nodeToNodeMesh": state, "rackLabel": label, "racks": list(racks)})


OTHER_ADDRESS = {"name": "r1", "routers": [{"name": "tor-a", "asNumber": 65101, "addresses": ["10.20.1.9"]}]}
SECOND_ROUTER = {
    "name": "r1",
    "routers": [*RACK["routers"], {"name": "tor-b", "asNumber": 65101, "addresses": ["10.20.1.3"]}],
}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (mesh("Enabled", RACK), mesh("Disabled", RACK), set()),
        (mesh("Enabled", RACK), mesh("Disabled", SECOND_ROUTER), set()),
        (mesh("Enabled", RACK), mesh("Disabled", RACK, {"name": "r2"}), set()),  # which GLB301 tells anyway
        (mesh("Enabled"), mesh("Disabled", RACK), {"GLB325"}),
        (mesh("Enabled", RACK), mesh("Disabled", OTHER_ADDRESS), {"GLB325"}),
        (mesh("Enabled", SECOND_ROUTER), mesh("Disabled", RACK), {"GLB325"}),
        (mesh("Enabled", RACK), mesh("Disabled"), {"GLB325"}),
        (mesh("Disabled", SECOND_ROUTER), mesh("Disabled", RACK), set()),
        (mesh("Disabled", RACK), mesh("Enabled", OTHER_ADDRESS), set()),
        (mesh("Enabled"), mesh("Enabled", RACK), set()),
    ],
)
def test_the_mesh_goes_off_alone(before: dict[str, Any], after: dict[str, Any], found: set[str]) -> None:
    assert rules(before, after) == found


def numbered(cluster: int, rack: int | None) -> dict[str, Any]:
    return a_document(bgp={"asNumber": cluster, "racks": [{**RACK, **({"nodeASNumber": rack} if rack else {})}]})


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (numbered(64600, None), numbered(64600, None), 0),
        (numbered(64600, None), numbered(64700, None), 1),  # the rack follows the cluster: one line, one finding
        (numbered(64600, 64601), numbered(64700, 64601), 1),
        (numbered(64600, 64601), numbered(64600, 64602), 1),
        (numbered(64600, None), numbered(64600, 64601), 1),
        (numbered(64600, None), numbered(64600, 64600), 0),
        (numbered(64600, 64601), numbered(64600, None), 1),
    ],
)
def test_a_change_of_the_nodes_as_is_told_where_it_is_written(
    before: dict[str, Any], after: dict[str, Any], count: int
) -> None:
    assert [rule for rule, _ in told(before, after)] == ["GLB326"] * count


@pytest.mark.parametrize("daemon", ["sysctls", "vipBinder"])
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("Enabled", "Disabled", {"GLB518"}),
        ("Enabled", "Cleanup", set()),
        ("Cleanup", "Disabled", set()),
        ("Disabled", "Enabled", set()),
    ],
)
def test_a_daemon_cleans_up_before_it_goes(daemon: str, before: str, after: str, found: set[str]) -> None:
    documents = [a_document(**{daemon: {"state": state}}) for state in (before, after)]

    assert rules(*documents) == found


@pytest.mark.parametrize(("before", "after"), [("ipvs", "nftables"), ("iptables", "ipvs")])
def test_a_change_of_the_proxy_mode_is_told_whoever_owns_the_configuration(before: str, after: str) -> None:
    documents = [a_document(kubeProxy={"mode": mode, "ownership": "None"}) for mode in (before, after)]

    assert told(*documents) == [("GLB421", f"kube-proxy goes from {before} to {after}")]
