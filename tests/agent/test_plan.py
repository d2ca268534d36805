"""From what the kernel has to what it shall have: nothing of others is ever touched."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genlb.agent.vip.node.plan import (
    AddRoute,
    Goal,
    Held,
    HeldAddress,
    HeldRoute,
    Owned,
    RemoveAddress,
    RemoveRoute,
    SetAddress,
    bound,
    plan,
    removal,
)
from genlb.agent.vip.services.pools import Address
from tests.agent.objects import POOLS

VIP, OTHER, ROUTED = (ip_address(text) for text in ("10.20.1.200", "10.20.1.201", "10.208.1.1"))
NODE, OUTSIDE, GONE = (ip_address(text) for text in ("10.20.1.11", "10.99.0.1", "10.99.0.2"))
NOTHING = Goal(frozenset(), {})


def held(*addresses: HeldAddress, routes: tuple[HeldRoute, ...] = ()) -> Held:
    return Held(addresses, routes)


def ours(address: Address, interface: str = "bond0") -> HeldAddress:
    return HeldAddress(address, address.max_prefixlen, interface, marked=True)


def theirs(address: Address, interface: str = "bond0", prefix: int | None = None) -> HeldAddress:
    return HeldAddress(address, prefix or address.max_prefixlen, interface, marked=False)


def test_a_vip_that_is_owned_is_set_and_one_that_is_not_comes_off_first() -> None:
    goal = Goal(frozenset({ROUTED}), {VIP: Owned("bond0", 108.0)})
    found = held(ours(OTHER), routes=(HeldRoute(ip_address("10.208.1.9"), marked=True),))

    assert plan(goal, found, POOLS, now=100.0).steps == (
        RemoveAddress(OTHER, 32, "bond0"),
        AddRoute(ROUTED),
        RemoveRoute(ip_address("10.208.1.9")),
        SetAddress(VIP, "bond0", 108.0, fresh=True),
    )


def test_a_vip_that_is_there_is_renewed_and_its_neighbours_are_not_told_again() -> None:
    steps = plan(Goal(frozenset(), {VIP: Owned("bond0", 108.0)}), held(ours(VIP)), POOLS, now=100.0).steps

    assert steps == (SetAddress(VIP, "bond0", 108.0, fresh=False),)


def test_a_vip_on_the_wrong_interface_moves() -> None:
    steps = plan(Goal(frozenset(), {VIP: Owned("bond1", 108.0)}), held(ours(VIP)), POOLS, now=100.0).steps

    assert steps == (RemoveAddress(VIP, 32, "bond0"), SetAddress(VIP, "bond1", 108.0, fresh=True))


@pytest.mark.parametrize("until", [100.0, 100.9, 99.0, float("inf"), float("nan")])
def test_a_vip_whose_time_has_run_out_or_never_does_comes_off(until: float) -> None:
    steps = plan(Goal(frozenset(), {VIP: Owned("bond0", until)}), held(ours(VIP)), POOLS, now=100.0).steps

    assert steps == (RemoveAddress(VIP, 32, "bond0"),)


def test_a_route_that_is_there_is_left_as_it_is() -> None:
    found = held(routes=(HeldRoute(ROUTED, marked=True),))

    assert plan(Goal(frozenset({ROUTED}), {}), found, POOLS, now=0.0).steps == ()


def test_a_vip_that_somebody_else_holds_is_left_to_them_and_told() -> None:
    goal = Goal(frozenset({ROUTED}), {VIP: Owned("bond0", 108.0)})
    found = held(theirs(VIP, "eth9"), theirs(ROUTED, "dummy0"))

    result = plan(goal, found, POOLS, now=100.0)

    assert result.steps == ()
    assert result.foreign == {VIP: "eth9", ROUTED: "dummy0"}


def test_a_local_route_of_another_program_is_left_to_it() -> None:
    result = plan(Goal(frozenset({ROUTED}), {}), held(routes=(HeldRoute(ROUTED, marked=False),)), POOLS, now=0.0)

    assert (result.steps, result.foreign) == ((), {ROUTED: ""})


def test_the_kernels_own_route_for_our_address_is_nobody_elses() -> None:
    found = held(ours(VIP), routes=(HeldRoute(VIP, marked=False),))

    result = plan(Goal(frozenset(), {VIP: Owned("bond0", 108.0)}), found, POOLS, now=100.0)

    assert result.foreign == {}
    assert result.steps == (SetAddress(VIP, "bond0", 108.0, fresh=False),)


def test_under_ipvs_the_owner_binds_although_kube_proxy_has_the_vip_on_its_own_device() -> None:
    steps = plan(Goal(frozenset(), {VIP: Owned("bond0", 108.0)}), held(theirs(VIP, "kube-ipvs0")), POOLS, now=100.0)

    assert steps.steps == (SetAddress(VIP, "bond0", 108.0, fresh=True),)
    assert plan(Goal(frozenset({ROUTED}), {}), held(theirs(ROUTED, "kube-ipvs0")), POOLS, now=0.0).steps == ()


def test_the_way_out_takes_everything_of_ours_and_nothing_else() -> None:
    found = held(
        ours(VIP),
        theirs(OTHER),
        theirs(NODE, prefix=24),
        HeldAddress(ip_address("10.20.1.202"), 24, "bond0", marked=True),
        routes=(HeldRoute(ROUTED, marked=True), HeldRoute(NODE, marked=False)),
    )

    assert removal(found).steps == (RemoveAddress(VIP, 32, "bond0"), RemoveRoute(ROUTED))
    assert bound(found) == {VIP}


def test_what_is_ours_and_lies_in_no_pool_any_more_comes_off() -> None:
    found = held(ours(OUTSIDE), theirs(OUTSIDE, "eth1"), routes=(HeldRoute(GONE, marked=True),))

    steps = plan(Goal(frozenset({GONE}), {OUTSIDE: Owned("bond0", 108.0)}), found, POOLS, now=100.0).steps

    assert steps == (RemoveAddress(OUTSIDE, 32, "bond0"), RemoveRoute(GONE))
    assert bound(found) == {OUTSIDE}


def test_a_vip_that_an_interface_has_gets_no_route_besides() -> None:
    both = Goal(frozenset({VIP}), {VIP: Owned("bond0", 108.0)})

    assert plan(both, held(), POOLS, now=100.0).steps == (SetAddress(VIP, "bond0", 108.0, fresh=True),)
    assert plan(both, held(routes=(HeldRoute(VIP, marked=True),)), POOLS, now=100.0).steps == (
        RemoveRoute(VIP),
        SetAddress(VIP, "bond0", 108.0, fresh=True),
    )


SOME = st.sampled_from([VIP, OTHER, ROUTED, NODE, OUTSIDE, ip_address("fd00:10:208:1::1"), ip_address("2001:db8::1")])
ADDRESSES = st.builds(
    HeldAddress,
    SOME,
    st.sampled_from([24, 32, 64, 128]),
    st.sampled_from(["bond0", "eth1", "kube-ipvs0", "lo"]),
    marked=st.booleans(),
)
HELD = st.builds(
    Held,
    st.lists(ADDRESSES, max_size=8, unique_by=lambda entry: entry[:3]).map(tuple),
    st.lists(st.builds(HeldRoute, SOME, marked=st.booleans()), max_size=6, unique_by=lambda entry: entry.address).map(
        tuple
    ),
)
GOALS = st.builds(
    Goal,
    st.frozensets(SOME),
    st.dictionaries(SOME, st.builds(Owned, st.sampled_from(["bond0", "eth1"]), st.floats(-10, 20))),
)


def carried_out(found: Held, steps: tuple[object, ...]) -> Held:
    """What the kernel has after these steps."""
    addresses = {entry[:3]: entry for entry in found.addresses}
    routes = {entry.address: entry for entry in found.routes}
    for step in steps:
        if isinstance(step, RemoveAddress):
            del addresses[(step.address, step.prefix, step.interface)]
            if (
                step.address in routes
                and not routes[step.address].marked
                and step.address not in {a for a, _, _ in addresses}
            ):
                del routes[step.address]  # the kernel's own, which goes with the address
        elif isinstance(step, SetAddress):
            entry = HeldAddress(step.address, step.address.max_prefixlen, step.interface, marked=True)
            addresses[entry[:3]] = entry
        elif isinstance(step, RemoveRoute):
            del routes[step.address]
        elif isinstance(step, AddRoute):
            assert step.address not in routes
            routes[step.address] = HeldRoute(step.address, marked=True)
    return Held(tuple(addresses.values()), tuple(routes.values()))


def foreign(found: Held) -> set[object]:
    """All that is not marked, or no single address; the kernel's route for an address is no program's."""
    addressed = {entry.address for entry in found.addresses}
    entries: list[HeldAddress | HeldRoute] = [*found.addresses]
    entries += [entry for entry in found.routes if entry.marked or entry.address not in addressed]
    return {entry for entry in entries if not entry.marked or not is_single(entry)}


def is_single(entry: HeldAddress | HeldRoute) -> bool:
    return isinstance(entry, HeldRoute) or entry.prefix == entry.address.max_prefixlen


@example(Goal(frozenset({VIP}), {VIP: Owned("bond0", 1.0)}), Held((ours(VIP),), routes=(HeldRoute(VIP, marked=False),)))
@given(GOALS, HELD)
def test_what_is_not_ours_is_never_touched(goal: Goal, found: Held) -> None:
    steps = plan(goal, found, POOLS, now=0.0).steps

    assert foreign(found) == foreign(carried_out(found, steps))


@given(GOALS, HELD)
def test_nothing_outside_the_pools_and_nothing_unasked_is_bound(goal: Goal, found: Held) -> None:
    for step in plan(goal, found, POOLS, now=0.0).steps:
        if isinstance(step, SetAddress):
            assert POOLS.of(step.address) is not None
            assert 1 <= step.until == goal.owned[step.address].until
        if isinstance(step, AddRoute):
            assert POOLS.of(step.address) is not None
            assert step.address in goal.routes


@given(GOALS, HELD)
def test_a_plan_that_was_carried_out_leaves_nothing_but_renewals(goal: Goal, found: Held) -> None:
    steps = plan(goal, carried_out(found, plan(goal, found, POOLS, now=0.0).steps), POOLS, now=0.0).steps

    assert all(isinstance(step, SetAddress) and not step.fresh for step in steps)


@given(GOALS, HELD)
def test_what_comes_off_comes_off_before_anything_is_set(goal: Goal, found: Held) -> None:
    kinds = [type(step) for step in plan(goal, found, POOLS, now=0.0).steps]

    order = [RemoveAddress, AddRoute, RemoveRoute, SetAddress]
    assert kinds == sorted(kinds, key=order.index)
