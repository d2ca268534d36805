"""Which VIPs shall be local, and why others are not."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.agent.config import Bind, Routed, Scope
from genlb.agent.vip.services.desired import Mode, bound_here, desired, owners
from genlb.agent.vip.services.facts import Port
from genlb.agent.vip.services.judging import Reason, Refusal
from tests.agent.objects import POOLS, facts, node_object, service_object, slice_object
from tests.builders import networks

ANY_IP = Routed(Bind.ANY_IP, Scope.ALL_NODES)
AT_ENDPOINTS = Routed(Bind.ANY_IP, Scope.ENDPOINT_NODES)
NODES = (node_object("n1", "10.20.1.11", "10.20.1.193"), node_object("n2", "10.20.1.12"))
SUBNETS = {"n1": networks("10.20.1.0/24"), "n2": networks("10.20.1.0/24"), "n3": networks("10.20.2.0/24")}


def refused(*services: Any, **others: Any) -> tuple[Refusal, ...]:
    return desired(facts(services, nodes=NODES, **others), POOLS, ANY_IP).refusals


def local_on(node: str, routed: Routed, services: Any, slices: Any = ()) -> set[str]:
    wanted = desired(facts(services, slices, NODES), POOLS, routed)
    return {str(address) for address in bound_here(wanted, node, routed)}


def owners_of(vip: str, services: Any, slices: Any = (), nodes: Any = NODES) -> frozenset[str]:
    found = facts(services, slices, nodes)
    return owners(desired(found, POOLS, ANY_IP), found.nodes, SUBNETS)[vip]


def test_a_vip_is_bound_as_its_pool_is_announced() -> None:
    wanted = desired(
        facts([service_object("web", "10.208.1.1", "fd00:10:208:1::1"), service_object("tv", "10.20.1.200")]),
        POOLS,
        ANY_IP,
    )

    assert {str(address): (binding.mode, binding.pool) for address, binding in wanted.bindings.items()} == {
        "10.208.1.1": (Mode.ANY_IP, "public"),
        "fd00:10:208:1::1": (Mode.ANY_IP, "public"),
        "10.20.1.200": (Mode.L2, "local"),
    }
    assert wanted.refusals == ()


@pytest.mark.parametrize(("bind", "mode"), [(Bind.OBSERVE, Mode.OBSERVE), (Bind.NONE, Mode.NONE)])
def test_where_nothing_is_to_be_bound_nothing_is_local(bind: Bind, mode: Mode) -> None:
    routed = Routed(bind, Scope.ALL_NODES)
    wanted = desired(facts([service_object("web", "10.208.1.1")]), POOLS, routed)

    assert [binding.mode for binding in wanted.bindings.values()] == [mode]
    assert bound_here(wanted, "n1", routed) == {}


@pytest.mark.parametrize(
    ("ingress", "told", "reason"),
    [
        ("10.99.0.1", "10.99.0.1", Reason.OUTSIDE_POOLS),
        ("10.208.2.0", "10.208.2.0", Reason.OUTSIDE_POOLS),
        ("2001:db8::1", "2001:db8::1", Reason.OUTSIDE_POOLS),
        ("10.20.1.193", "10.20.1.193", Reason.NODE_ADDRESS),
        ("10.20.1.194", "10.20.1.194", Reason.RESERVED),
        ("::ffff:10.208.1.1", "'::ffff:10.208.1.1'", Reason.MALFORMED),
        ("fd00:10:208:1::1%eth0", "'fd00:10:208:1::1%eth0'", Reason.MALFORMED),
        ("010.208.1.1", "'010.208.1.1'", Reason.MALFORMED),
        ("", "''", Reason.MALFORMED),
        ("1" * 10_000, repr("1" * 64), Reason.MALFORMED),
        ("\x1b[31m\n", "'\\x1b[31m\\n'", Reason.MALFORMED),
        ({"ip": "10.208.1.9", "ipMode": "Proxy"}, "10.208.1.9", Reason.PROXIED),
        ({"ip": 7}, "''", Reason.MALFORMED),
    ],
)
def test_what_is_not_bound_is_told_with_its_reason(ingress: Any, told: str, reason: Reason) -> None:
    service = service_object("web", ingress, "10.208.1.7")

    assert refused(service, reserved=["10.20.1.194"]) == (Refusal("shop/web", told, reason),)


def test_one_bad_address_hurts_no_other() -> None:
    wanted = desired(
        facts([service_object("bad", "10.99.0.1", "x"), service_object("good", "10.208.1.7")]), POOLS, ANY_IP
    )

    assert [str(address) for address in wanted.bindings] == ["10.208.1.7"]


def test_an_address_twice_in_a_status_is_one_vip() -> None:
    assert refused(service_object("web", "10.208.1.1", "10.208.1.1")) == (
        Refusal("shop/web", "10.208.1.1", Reason.DUPLICATE),
    )


def test_services_share_a_vip_and_the_older_one_keeps_its_ports() -> None:
    old, new = service_object("zz-old", "10.208.1.1", ports=(80,)), service_object("aa-new", "10.208.1.1", ports=(80,))
    other = service_object("other", "10.208.1.1", ports=(443,))
    old["metadata"]["creationTimestamp"] = "2025-01-01T00:00:00Z"

    wanted = desired(facts([new, other, old]), POOLS, ANY_IP)

    assert wanted.refusals == (Refusal("shop/aa-new", "10.208.1.1", Reason.PORT_TAKEN),)
    [binding] = wanted.bindings.values()
    assert binding.services == ("shop/zz-old", "shop/other")
    assert binding.ports == {Port("TCP", 80), Port("TCP", 443)}


def test_scope_all_nodes_binds_a_vip_wherever_its_endpoints_are() -> None:
    services = [service_object("web", "10.208.1.1", externalTrafficPolicy="Local")]

    assert local_on("n1", ANY_IP, services) == {"10.208.1.1"}


@pytest.mark.parametrize("policy", ["Local", "Cluster"])
def test_scope_endpoint_nodes_binds_a_vip_where_its_endpoints_are(policy: str) -> None:
    services = [service_object("web", "10.208.1.1", externalTrafficPolicy=policy)]
    slices = [slice_object("web", "n2"), slice_object("web", "n9", name="web-2"), slice_object("other", "n1")]

    assert local_on("n1", AT_ENDPOINTS, services, slices) == set()
    assert local_on("n2", AT_ENDPOINTS, services, slices) == {"10.208.1.1"}
    assert local_on("n9", AT_ENDPOINTS, services, slices) == {"10.208.1.1"}


def test_an_l2_vip_belongs_to_a_node_in_its_subnet() -> None:
    assert owners_of("10.20.1.200", [service_object("tv", "10.20.1.200")]) == {"n1", "n2"}


def test_an_l2_vip_with_policy_local_belongs_to_a_node_with_an_endpoint() -> None:
    services = [service_object("tv", "10.20.1.200", externalTrafficPolicy="Local")]

    assert owners_of("10.20.1.200", services, [slice_object("tv", "n2", "n3")]) == {"n2"}
    assert owners_of("10.20.1.200", services) == frozenset()


def test_a_node_that_is_drained_or_excluded_owns_nothing() -> None:
    nodes = (node_object("n1", **{"genlb.io__drain": "true"}), node_object("n2"))

    assert owners_of("10.20.1.200", [service_object("tv", "10.20.1.200")], nodes=nodes) == {"n2"}


def test_a_node_that_is_not_ready_owns_nothing_unless_none_is() -> None:
    services = [service_object("tv", "10.20.1.200")]
    one, none = (
        (node_object("n1", ready="Unknown"), node_object("n2")),
        tuple(node_object(name, ready="Unknown") for name in ("n1", "n2")),
    )

    assert owners_of("10.20.1.200", services, nodes=one) == {"n2"}
    assert owners_of("10.20.1.200", services, nodes=none) == {"n1", "n2"}


ADDRESSES = st.one_of(
    st.sampled_from(["10.208.1.1", "10.20.1.193", "10.20.1.200", "10.20.1.11", "fd00:10:208:1::5", "::1", "x"]),
    st.ip_addresses().map(str),
    st.text(max_size=70),
)


@given(st.lists(st.lists(ADDRESSES, max_size=4), max_size=6))
def test_nothing_outside_the_pools_and_no_node_address_is_ever_wanted(statuses: list[list[str]]) -> None:
    services = [service_object(f"s{index}", *status) for index, status in enumerate(statuses)]

    wanted = desired(facts(services, nodes=NODES), POOLS, ANY_IP)

    for address in wanted.bindings:
        assert any(address in network for network in networks("10.208.1.0/24", "fd00:10:208:1::/112", "10.20.1.192/28"))
        assert str(address) not in {"10.20.1.11", "10.20.1.12", "10.20.1.193"}
    # Every address of every status is accounted for.
    told = len(wanted.refusals) + sum(len(binding.services) for binding in wanted.bindings.values())
    assert told == sum(len(status) for status in statuses)


@given(st.permutations(range(5)))
def test_the_order_in_which_objects_come_changes_nothing(order: list[int]) -> None:
    services = [service_object(f"s{index}", "10.208.1.1", f"10.208.1.{index + 2}") for index in range(5)]

    one, other = (desired(facts(found), POOLS, ANY_IP) for found in (services, [services[index] for index in order]))

    assert dict(one.bindings) == dict(other.bindings)
    assert one.refusals == other.refusals


def test_ten_thousand_hostile_services_are_refused_one_by_one() -> None:
    services = [service_object(f"s{index}", f"10.99.{index // 250}.{index % 250}") for index in range(10_000)]

    assert len(refused(*services)) == 10_000


def test_addresses_are_compared_as_addresses() -> None:
    wanted = desired(facts([service_object("web", "FD00:10:208:1:0::1")]), POOLS, ANY_IP)

    assert list(wanted.bindings) == [ip_address("fd00:10:208:1::1")]
