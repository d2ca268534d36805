"""Routers are nobody's VIPs, and a list without most of what there was is not believed at once."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from genlb.agent.config import Bind, Routed, Scope
from genlb.agent.vip.node.plan import Held, HeldRoute
from genlb.agent.vip.services.desired import bound_here
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.judging import Reason
from genlb.agent.vip.services.pools import Address
from genlb.agent.vip.services.wanting import Wanting, Withheld
from tests.agent.objects import POOLS, facts, node_object, service_object, slice_object

ANY_IP = Routed(Bind.ANY_IP, Scope.ALL_NODES)
AT_ENDPOINTS = Routed(Bind.ANY_IP, Scope.ENDPOINT_NODES)
HOLD = 30.0
VIPS = frozenset(ip_address(f"10.208.1.{last}") for last in range(1, 11))
NODES = (node_object("n1", "10.20.1.11"),)
NOTHING = Withheld()


def services(*lasts: int) -> list[Any]:
    return [service_object(f"s{last}", f"10.208.1.{last}") for last in lasts]


class Node:
    """A node that has routes to ``VIPS``, and does with the API's facts what a turn of the daemon does."""

    def __init__(self, routed: Routed = ANY_IP, held: frozenset[Address] = VIPS) -> None:
        self.wanting = Wanting(POOLS, routed, hold=HOLD)
        self.held, self.routed = held, routed

    def told(self, found: Facts, now: float) -> Withheld:
        wanted = self.wanting.of(found, frozenset())
        assert wanted is not None
        routes = frozenset(bound_here(wanted, "n1", self.routed))
        marked = Held((), tuple(HeldRoute(address, marked=True) for address in self.held))
        withheld = self.wanting.withheld(routes, marked, now)
        self.held = routes | withheld.addresses
        return withheld


def listed(lists: int, *lasts: int) -> Facts:
    return facts(services(*lasts), nodes=NODES, lists=(lists, lists, lists))


def everything(lists: int) -> Facts:
    return listed(lists, *range(1, 11))


@pytest.mark.parametrize("vip", ["10.208.1.1", "10.20.1.193", "fd00:10:208:1::1"])
def test_a_router_of_the_kernels_routes_is_no_vip(vip: str) -> None:
    wanting, found = Wanting(POOLS, ANY_IP, hold=HOLD), facts([service_object("evil", vip, "10.208.1.7")])

    wanted = wanting.of(found, frozenset({ip_address(vip)}))

    assert wanted is not None
    assert [(refusal.address, refusal.reason) for refusal in wanted.refusals] == [(vip, Reason.RESERVED)]
    assert [str(address) for address in wanted.bindings] == ["10.208.1.7"]


def test_a_router_stays_one_while_its_routes_are_gone() -> None:
    wanting, found = Wanting(POOLS, ANY_IP, hold=HOLD), facts([service_object("evil", "10.208.1.1")])
    wanting.of(None, frozenset({ip_address("10.208.1.1")}))

    wanted = wanting.of(found, frozenset())

    assert wanted is not None
    assert wanted.bindings == {}


def test_a_router_that_appears_later_takes_the_vip_away() -> None:
    wanting, found = Wanting(POOLS, ANY_IP, hold=HOLD), facts([service_object("evil", "10.208.1.1")])
    before = wanting.of(found, frozenset())

    after = wanting.of(found, frozenset({ip_address("10.208.1.1")}))

    assert before is not None
    assert after is not None
    assert (len(before.bindings), len(after.bindings)) == (1, 0)


def test_the_same_facts_are_worked_out_once() -> None:
    wanting, found = Wanting(POOLS, ANY_IP, hold=HOLD), everything(3)

    assert wanting.of(found, frozenset()) is wanting.of(found, frozenset())
    assert wanting.of(None, frozenset()) is None


@pytest.mark.parametrize("lasts", [(), (1, 2, 3, 4)])
def test_an_answer_without_most_vips_is_believed_after_a_while_and_a_second_list(lasts: tuple[int, ...]) -> None:
    node, missing = Node(), frozenset(VIPS - {ip_address(f"10.208.1.{last}") for last in lasts})
    assert node.told(everything(3), 0.0) == NOTHING

    assert node.told(listed(4, *lasts), 100.0) == Withheld(missing, 130.0)
    assert node.told(listed(4, *lasts), 129.9) == Withheld(missing, 130.0)
    assert node.told(listed(4, *lasts), 130.0) == Withheld(missing, 130.0, again=True)
    assert node.told(listed(4, *lasts), 131.0) == Withheld(missing, 130.0)
    assert node.held == VIPS
    assert node.told(listed(5, *lasts), 132.0) == NOTHING
    assert node.held == VIPS - missing


def test_a_second_list_that_comes_at_once_proves_nothing() -> None:
    node = Node()

    assert node.told(listed(3), 0.0).addresses == VIPS
    assert node.told(listed(4), 0.5).addresses == VIPS
    assert node.told(listed(9), 29.0).addresses == VIPS
    assert node.told(listed(9), 30.0) == NOTHING


def test_lists_of_other_kinds_are_no_second_list() -> None:
    node = Node()
    node.told(facts(lists=(4, 3, 3)), 0.0)

    assert node.told(facts(lists=(4, 9, 9)), 60.0).addresses == VIPS
    assert node.told(facts(lists=(5, 9, 9)), 61.0) == NOTHING


def test_without_a_second_list_the_routes_stay_however_long_that_takes() -> None:
    node = Node()

    assert node.told(listed(3), 0.0).addresses == VIPS
    assert node.told(listed(3), 86_400.0).addresses == VIPS


def test_a_list_that_is_as_before_again_ends_the_doubt() -> None:
    node = Node()
    node.told(everything(3), 0.0)
    assert node.told(listed(4), 10.0).addresses == VIPS

    assert node.told(everything(5), 20.0) == NOTHING
    assert node.told(listed(6), 50.0) == Withheld(VIPS, 80.0)


def test_a_daemon_that_begins_with_an_empty_list_keeps_what_the_last_one_made() -> None:
    assert Node().told(listed(3), 7.0) == Withheld(VIPS, 37.0)


def test_what_a_watch_reports_is_believed_at_once() -> None:
    node = Node()
    node.told(everything(3), 0.0)

    assert node.told(listed(3), 1.0) == NOTHING
    assert node.held == frozenset()


def test_a_list_without_half_of_the_vips_is_believed_at_once() -> None:
    node = Node()
    node.told(everything(3), 0.0)

    assert node.told(listed(4, 1, 2, 3, 4, 5), 1.0) == NOTHING


def test_slices_that_are_missing_are_doubted_where_they_decide() -> None:
    everywhere = [slice_object(f"s{last}", "n1") for last in range(1, 11)]
    node = Node(AT_ENDPOINTS)
    assert node.told(facts(services(*range(1, 11)), everywhere, NODES, lists=(3, 3, 3)), 0.0) == NOTHING

    assert node.told(facts(services(*range(1, 11)), (), NODES, lists=(3, 4, 3)), 1.0).addresses == VIPS


def test_what_a_single_look_says_is_followed() -> None:
    assert Node().told(facts(nodes=NODES), 0.0) == NOTHING


def test_what_is_refused_is_not_held_back() -> None:
    node = Node()
    node.told(everything(3), 0.0)
    hostile = facts(services(*range(1, 11)), nodes=[node_object("n2", *map(str, VIPS))], lists=(4, 4, 4))

    assert node.told(hostile, 1.0) == NOTHING
    assert node.held == frozenset()


@pytest.mark.parametrize("bind", [Bind.OBSERVE, Bind.NONE])
def test_what_the_configuration_does_not_ask_for_any_more_is_not_held_back(bind: Bind) -> None:
    assert Node(Routed(bind, Scope.ALL_NODES)).told(listed(3), 0.0) == NOTHING


@pytest.mark.parametrize("outside", ["10.99.0.1", "10.20.1.200"])
def test_what_lies_in_no_routed_pool_any_more_is_not_held_back(outside: str) -> None:
    assert Node(held=frozenset({ip_address(outside)})).told(listed(3), 0.0) == NOTHING


def test_before_the_first_list_nothing_is_doubted() -> None:
    wanting = Wanting(POOLS, ANY_IP, hold=HOLD)
    wanting.of(None, frozenset())

    assert wanting.withheld(VIPS, Held((), ()), 0.0) == NOTHING
