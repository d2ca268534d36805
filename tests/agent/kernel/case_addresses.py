"""Addresses, local routes, links and events on a real kernel; `ip -json` and pyroute2 say what is really there."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from genlb.agent.netlink import route
from genlb.agent.netlink.channel import Channel, Events, Interrupted
from genlb.agent.netlink.message import DONE, DUMP_INTERRUPTED, Message
from genlb.agent.vip.node.kernel import Failure, Kernel, on_link
from genlb.agent.vip.node.plan import (
    AddRoute,
    Goal,
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
from tests.agent.kernel.cluster import ip, shown
from tests.agent.objects import POOLS, no_marks

V4, V6 = ip_address("10.20.1.200"), ip_address("fd00:10:208:1::9")
ROUTED = ip_address("10.208.1.1")


def local_routes(version: int = 4) -> dict[str, str]:
    listed = ip(f"-{version}", "-json", "-details", "route", "show", "table", "local", "type", "local")
    return {entry["dst"]: str(entry.get("protocol")) for entry in listed}


@pytest.fixture
def kernel(nic: str) -> Iterator[Kernel]:
    opened = Kernel(time.monotonic, no_marks())
    opened.look()
    yield opened
    opened.carry_out(removal(opened.look().held).steps)
    opened.close()


@pytest.mark.parametrize("address", [V4, V6])
def test_a_vip_is_bound_as_one_marked_address_that_dies_by_itself(kernel: Kernel, nic: str, address: Any) -> None:
    failures = kernel.carry_out([SetAddress(address, nic, time.monotonic() + 8.9, fresh=True)])

    info = shown(nic)[str(address)]
    assert failures == []
    assert (info["prefixlen"], info["scope"]) == (address.max_prefixlen, "global")
    assert 7 <= info["valid_life_time"] <= 8
    assert info["preferred_life_time"] == 0
    assert info.get("noprefixroute") is True
    assert "tentative" not in info
    assert HeldAddress(address, address.max_prefixlen, nic, marked=True) in kernel.look().held.addresses


@pytest.mark.parametrize("address", [V4, V6])
def test_pyroute2_sees_the_same_mark(kernel: Kernel, nic: str, address: Any) -> None:
    from pyroute2 import IPRoute  # type: ignore[import-untyped]

    kernel.carry_out([SetAddress(address, nic, time.monotonic() + 8.9, fresh=True)])

    with IPRoute() as oracle:
        [found] = [each for each in oracle.get_addr() if each.get_attr("IFA_ADDRESS") == str(address)]
    assert found.get_attr("IFA_PROTO") in (115, b"s", "73")
    assert found.get_attr("IFA_FLAGS") & 0x200


@pytest.mark.parametrize("address", [V4, V6])
def test_a_renewal_lengthens_the_life_and_keeps_the_mark(kernel: Kernel, nic: str, address: Any) -> None:
    kernel.carry_out([SetAddress(address, nic, time.monotonic() + 3.5, fresh=True)])

    kernel.carry_out([SetAddress(address, nic, time.monotonic() + 60.5, fresh=False)])

    assert shown(nic)[str(address)]["valid_life_time"] >= 59
    assert bound(kernel.look().held) == {address}


@pytest.mark.parametrize("address", [V4, V6])
def test_a_vip_that_nobody_renews_is_gone_in_time(kernel: Kernel, nic: str, address: Any) -> None:
    kernel.carry_out([SetAddress(address, nic, time.monotonic() + 1.5, fresh=True)])
    assert str(address) in shown(nic)

    until = time.monotonic() + 10
    while str(address) in shown(nic) and time.monotonic() < until:
        time.sleep(0.1)

    assert str(address) not in shown(nic)
    assert bound(kernel.look().held) == frozenset()


def test_a_vip_whose_time_has_run_out_is_not_set(kernel: Kernel, nic: str) -> None:
    step = SetAddress(V4, nic, time.monotonic() + 0.5, fresh=True)

    assert kernel.carry_out([step]) == [Failure(step, errno.ETIME)]
    assert str(V4) not in shown(nic)


def test_a_process_that_was_held_up_takes_its_vip_off_again(nic: str) -> None:
    ticks = iter([100.0, 125.0])
    slow = Kernel(lambda: next(ticks), no_marks())
    slow.look()
    step = SetAddress(V4, nic, 108.0, fresh=True)

    assert slow.carry_out([step]) == [Failure(step, errno.ETIME)]
    assert str(V4) not in shown(nic)
    slow.close()


def test_a_vip_comes_off_and_what_is_off_already_is_fine(kernel: Kernel, nic: str) -> None:
    kernel.carry_out([SetAddress(V4, nic, time.monotonic() + 8.9, fresh=True)])
    steps = [RemoveAddress(V4, 32, nic), RemoveAddress(V4, 32, nic), RemoveAddress(V6, 128, nic)]

    assert kernel.carry_out(steps) == []
    assert str(V4) not in shown(nic)
    assert "10.20.1.11" in shown(nic)


def test_an_interface_that_is_not_there_is_told(kernel: Kernel) -> None:
    step = SetAddress(V4, "gone0", time.monotonic() + 8.9, fresh=True)

    assert kernel.carry_out([step]) == [Failure(step, errno.ENODEV)]


@pytest.mark.parametrize("address", [ROUTED, V6])
def test_any_ip_is_a_marked_local_route_and_no_address(kernel: Kernel, nic: str, address: Any) -> None:
    assert kernel.carry_out([AddRoute(address)]) == []

    assert local_routes(address.version)[str(address)] == "115"
    assert str(address) not in shown(nic) | shown("lo")
    assert HeldRoute(address, marked=True) in kernel.look().held.routes
    assert kernel.carry_out([RemoveRoute(address), RemoveRoute(address)]) == []
    assert str(address) not in local_routes(address.version)


def test_a_local_route_of_another_program_is_neither_replaced_nor_removed(kernel: Kernel) -> None:
    ip("route", "add", "local", str(ROUTED), "dev", "lo", "table", "local", "proto", "233")

    failures = kernel.carry_out([AddRoute(ROUTED), RemoveRoute(ROUTED)])

    assert failures == [Failure(AddRoute(ROUTED), errno.EEXIST)]
    assert local_routes()[str(ROUTED)] == "233"
    ip("route", "delete", "local", str(ROUTED), "dev", "lo", "table", "local")


def test_a_thousand_vips_are_bound_seen_and_taken_off(kernel: Kernel) -> None:
    base = int(ip_address("10.208.1.0"))
    routes = frozenset(ip_address(base + offset) for offset in range(256)) | frozenset(
        ip_address(int(ip_address("fd00:10:208:1::1:0")) + offset) for offset in range(744)
    )
    routes = frozenset(address for address in routes if POOLS.of(address))

    failures = kernel.carry_out(plan(Goal(routes, {}), kernel.look().held, POOLS, now=0.0).steps)

    marked = {entry.address for entry in kernel.look().held.routes if entry.marked}
    assert failures == []
    assert marked == routes
    assert kernel.carry_out(removal(kernel.look().held).steps) == []
    assert not any(entry.marked for entry in kernel.look().held.routes)


def test_addresses_of_others_survive_every_plan(kernel: Kernel, nic: str) -> None:
    ip("address", "add", "10.20.1.201/32", "dev", nic)
    channel = Channel()
    [index] = [found.ifindex for found in map(route.link, channel.dump(route.GET_LINK)) if found.name == nic]
    for text, protocol in (("10.20.1.202", 99), ("192.0.2.1", 99)):
        channel.change(
            [partial(route.set_address, index=index, address=ip_address(text), lifetime=60, protocol=protocol)]
        )
    channel.close()
    goal = Goal(frozenset({ip_address("10.20.1.201")}), {ip_address("10.20.1.202"): Owned(nic, time.monotonic() + 9)})

    result = plan(goal, kernel.look().held, POOLS, now=time.monotonic())
    kernel.carry_out(result.steps)
    kernel.carry_out(removal(kernel.look().held).steps)

    assert {"10.20.1.11", "10.20.1.201", "10.20.1.202", "192.0.2.1"} <= set(shown(nic))
    assert set(map(str, result.foreign)) == {"10.20.1.201", "10.20.1.202"}


def test_the_subnets_in_which_the_node_can_answer(kernel: Kernel, nic: str) -> None:
    ip("address", "add", "10.30.0.1/32", "dev", nic)
    ip("address", "add", "10.40.0.1/24", "dev", "lo")

    assert on_link(kernel.look(), ()) == {ip_network("10.20.1.0/24"): nic}
    assert on_link(kernel.look(), ("nic*",)) == {ip_network("10.20.1.0/24"): nic}
    assert on_link(kernel.look(), ("bond0",)) == {}
    ip("link", "set", "tor0", "down")
    assert on_link(kernel.look(), ()) == {}
    ip("address", "delete", "10.40.0.1/24", "dev", "lo")


def test_a_change_wakes_whoever_waits_for_events(nic: str) -> None:
    events = Events()
    assert events.drain() is False

    ip("address", "add", "10.20.1.203/32", "dev", nic)

    assert events.drain() is True
    assert events.drain() is False
    events.close()


def test_more_events_than_the_buffer_holds_are_an_event(nic: str) -> None:
    events = Events()
    batch = "\n".join(
        f"address {verb} 10.50.0.{index}/32 dev {nic}"
        for _ in range(12)
        for verb in ("add", "del")
        for index in range(200)
    )
    subprocess.run(["ip", "-batch", "-"], input=batch, text=True, check=True)

    assert events.drain() is True
    events.close()


def test_what_the_kernel_refuses_is_told_change_by_change(nic: str) -> None:
    channel = Channel()
    [index] = [found.ifindex for found in map(route.link, channel.dump(route.GET_LINK)) if found.name == nic]

    results = channel.change(
        [
            lambda number: route.delete_address(number, index, V4, 32),
            lambda number: route.set_address(number, index, V4, lifetime=9, protocol=115),
            lambda number: route.set_address(number, 9999, V4, lifetime=9, protocol=115),
            lambda number: route.delete_address(number, index, V4, 32),
        ]
    )

    assert results == [errno.EADDRNOTAVAIL, 0, errno.ENODEV, 0]
    channel.close()


def test_the_kernel_makes_the_route_of_an_address_by_itself_and_takes_no_second_one(kernel: Kernel, nic: str) -> None:
    vip = ip_address("10.20.1.200")
    owned = Goal(frozenset({vip}), {vip: Owned(nic, time.monotonic() + 9)})
    kernel.look()

    assert kernel.carry_out(plan(owned, kernel.look().held, POOLS, now=time.monotonic()).steps) == []

    assert HeldRoute(vip, marked=False) in kernel.look().held.routes
    assert kernel.carry_out([AddRoute(vip)]) == [Failure(AddRoute(vip), errno.EEXIST)]
    assert kernel.carry_out(plan(owned, kernel.look().held, POOLS, now=time.monotonic()).steps) == []


def test_what_somebody_has_put_there_since_the_last_look_is_left_to_them(kernel: Kernel, nic: str) -> None:
    step = SetAddress(V4, nic, time.monotonic() + 8.9, fresh=True)
    ip("address", "add", f"{V4}/32", "dev", nic)

    assert kernel.carry_out([step]) == [Failure(step, errno.EEXIST)]

    assert shown(nic)[str(V4)]["valid_life_time"] == route.FOREVER


def test_every_router_that_a_route_leads_over_is_known(kernel: Kernel, nic: str) -> None:
    ip("-6", "address", "add", "fd00:20:1::11/64", "dev", nic, "nodad")
    ip("route", "add", "default", "via", "10.20.1.1")
    ip("route", "add", "192.0.2.0/24", "nexthop", "via", "10.20.1.2", "nexthop", "via", "10.20.1.3", "weight", "9")
    ip("route", "add", "198.51.100.0/25", "via", "inet6", "fd00:20:1::4", "dev", nic)
    ip("route", "add", "198.51.100.128/25", "via", "10.20.1.5", "table", "1000")
    ip("nexthop", "add", "id", "7", "via", "10.20.1.6", "dev", nic)
    ip("route", "add", "203.0.113.0/24", "nhid", "7")
    ip("-6", "route", "add", "default", "via", "fd00:20:1::1")
    ip("-6", "route", "add", "2001:db8::/32", "nexthop", "via", "fd00:20:1::2", "nexthop", "via", "fd00:20:1::3")
    ip("route", "add", "unreachable", "233.252.0.0/24")

    assert kernel.look().gateways == {
        *(ip_address(f"10.20.1.{last}") for last in (1, 2, 3, 5, 6)),
        *(ip_address(f"fd00:20:1::{last}") for last in (1, 2, 3, 4)),
    }


def test_answers_that_did_not_fit_are_an_error_and_the_next_question_is_answered(
    monkeypatch: pytest.MonkeyPatch, nic: str
) -> None:
    small = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    with monkeypatch.context() as patched:
        patched.setattr("genlb.agent.netlink.channel._opened", lambda: small)
        channel = Channel()
    deletions = [partial(route.delete_address, index=1, address=V4, prefix=32)] * 100

    with pytest.raises(OSError, match=os.strerror(errno.ENOBUFS)):
        channel.change(deletions)

    assert channel.change(deletions) == [errno.EADDRNOTAVAIL] * 100
    assert nic in {found.name for found in map(route.link, channel.dump(route.GET_LINK))}
    channel.close()


def test_a_look_is_taken_again_where_the_tables_changed_meanwhile(monkeypatch: pytest.MonkeyPatch, nic: str) -> None:
    del nic
    channel, looks = Channel(), iter([DUMP_INTERRUPTED, DUMP_INTERRUPTED, 0, *[DUMP_INTERRUPTED] * 3])

    def answers(sequence: int) -> Iterator[Message]:
        yield Message(DONE, next(looks), sequence, b"")

    monkeypatch.setattr(channel, "_answers", answers)

    assert channel.dump(route.GET_LINK) == []
    with pytest.raises(Interrupted):
        channel.dump(route.GET_LINK)
    channel.close()


def test_a_process_that_was_held_up_takes_nothing_of_others_off(nic: str) -> None:
    ticks = iter([100.0, 125.0])
    slow = Kernel(lambda: next(ticks), no_marks())
    slow.look()
    step = SetAddress(V4, nic, 108.0, fresh=True)
    ip("address", "add", f"{V4}/32", "dev", nic)

    assert slow.carry_out([step]) == [Failure(step, errno.EEXIST)]

    assert str(V4) in shown(nic)
    slow.close()


def test_a_thousand_vips_are_set_and_none_is_late(kernel: Kernel, nic: str) -> None:
    first, until = int(ip_address("fd00:10:208:1::1")), time.monotonic() + 600.5
    steps = [SetAddress(ip_address(first + offset), nic, until, fresh=True) for offset in range(1_000)]

    assert kernel.carry_out(steps) == []

    assert len(bound(kernel.look().held)) == 1_000
