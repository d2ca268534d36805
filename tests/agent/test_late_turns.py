"""A turn that comes later than the lease allows: first the VIP goes off the interface, then all else.

Whatever kept the owner from turning, another node may own the VIP by now.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest

from genlb.agent.config import Election
from genlb.agent.vip.election.pauses import Pauses
from genlb.agent.vip.node.announcing import PERIOD, Announcer
from genlb.agent.vip.node.plan import SetAddress
from genlb.agent.vip.services.pools import Address
from tests.agent.l2_node import TIMING, VIP, L2Node

FIRST, SECOND = ip_address(VIP), ip_address("10.20.1.201")


def stopped(node: L2Node) -> None:
    """SIGSTOP: every clock goes on; of the kernel's lifetimes there are none here, so that the turn has to do it."""
    node.kernel.keeps_time = False
    node.now += TIMING.duration


def slept(node: L2Node) -> None:
    """A host that sleeps: only the clock that counts sleep tells, and the wall clock."""
    node.slept += TIMING.duration


def paused(node: L2Node) -> None:
    """A virtual machine that was paused: no clock tells, until the wall clock is set right."""
    node.set_ahead += TIMING.duration


LATE = pytest.mark.parametrize("delay", [stopped, slept, paused])


@LATE
def test_the_vip_comes_off_before_the_api_or_a_neighbour_hears_anything(
    delay: Callable[[L2Node], None], tmp_path: Path
) -> None:
    node = L2Node(tmp_path / "log").owning()
    before = len(node.done)

    delay(node)

    node.until(lambda: "bind" in node.done[before:])
    assert node.done[before] == "unbind"
    assert next(what for what in node.done[before:] if what.startswith("write")) == "write nothing"


@LATE
def test_on_the_strength_of_an_old_claim_nothing_is_announced_or_renewed(
    delay: Callable[[L2Node], None], tmp_path: Path
) -> None:
    node = L2Node(tmp_path / "log").owning()
    before, at = len(node.done), node.now

    delay(node)

    node.until(lambda: "bind" in node.done[before:])
    since = node.done[before:]
    again = since[: since.index("bind")]
    assert not {"announce", "renew"} & set(again)
    assert again.index("write nothing") < again.index("write want") < again.index("list") < again.index("write held")
    assert again.index("write held") < again.index("probe")
    # A lease of silence, as after a start.
    assert node.now - at >= TIMING.duration


@pytest.mark.parametrize("delay", [slept, paused])
def test_a_pause_in_the_middle_of_a_turn_is_noticed_before_its_end(
    delay: Callable[[L2Node], None], tmp_path: Path
) -> None:
    node = L2Node(tmp_path / "log").owning()
    before = len(node.done)

    node.kernel.before_setting = lambda: delay(node)

    node.until(lambda: not node.kernel.bound, seconds=1)
    assert node.done[before : before + 2] == ["renew", "unbind"]


@pytest.mark.parametrize("delay", [slept, paused])
def test_a_vip_that_was_bound_during_a_pause_is_not_announced(delay: Callable[[L2Node], None], tmp_path: Path) -> None:
    node = L2Node(tmp_path / "log")
    node.kernel.before_setting = lambda: delay(node)

    node.until(lambda: "unbind" in node.done)

    bound = node.done.index("bind")
    assert node.done[bound : bound + 2] == ["bind", "unbind"]
    assert "announce" not in node.done


def test_a_pause_that_the_margin_covers_costs_nothing(tmp_path: Path) -> None:
    node = L2Node(tmp_path / "log").owning()
    before = len(node.done)

    node.slept += 0.4 * TIMING.margin
    node.set_ahead -= 3_600

    end = node.now + 2 * TIMING.duration
    node.until(lambda: node.now >= end)
    assert set(node.done[before:]) <= {"announce", "renew", "write held"}


def test_the_vip_comes_off_although_the_guard_fails(tmp_path: Path) -> None:
    node = L2Node(tmp_path / "log").owning()
    node.has_guard = False

    slept(node)
    node.known = node.known._replace(services={})

    node.until(lambda: not node.kernel.bound, seconds=5)


def test_the_vip_comes_off_before_the_guard_is_changed(tmp_path: Path) -> None:
    node = L2Node(tmp_path / "log").owning()
    before = len(node.done)

    slept(node)
    node.known = node.known._replace(services={})

    node.until(lambda: "guard" in node.done[before:])
    assert node.done[before] == "unbind"


def test_a_vip_that_did_not_come_off_is_tried_again_at_once(tmp_path: Path) -> None:
    node = L2Node(tmp_path / "log").owning()
    node.kernel.refusals = 2

    slept(node)

    node.until(lambda: not node.kernel.bound, seconds=1)
    assert "write nothing" not in node.done[node.done.index("bind") : node.done.index("unbind")]


def test_a_pause_is_told_in_one_line(tmp_path: Path) -> None:
    node = L2Node(tmp_path / "log").owning()

    paused(node)

    node.until(lambda: not node.kernel.bound)
    end = node.now + TIMING.duration
    node.until(lambda: node.now >= end)
    assert (tmp_path / "log").read_text().count("this machine stood still, or its clock was set ahead") == 1


def test_a_process_that_is_stopped_between_two_announcements_sends_no_third_too_late() -> None:
    now, told = [0.0], list[Address]()

    def send(interface: str, address: Address) -> None:
        del interface
        told.append(address)
        now[0] += TIMING.duration

    announcer = Announcer(send)
    for address in (FIRST, SECOND):
        announcer.begin(SetAddress(address, "eth0", 8.0, fresh=True), 0.0)

    announcer.work(lambda: now[0], {str(FIRST): 8.0, str(SECOND): 8.0})

    assert told == [FIRST]


def test_a_vip_is_announced_three_times_in_a_second_and_then_once_a_minute() -> None:
    told: list[float] = []
    announcer = Announcer(lambda interface, address: told.append(now))
    now = 100.0
    announcer.begin(SetAddress(FIRST, "eth0", 108.0, fresh=True), now)

    while now <= 101 + 2 * PERIOD:
        now = announcer.work(partial(float, now), {VIP: now + 8})

    assert told == [100.0, 100.5, 101.0, 101 + PERIOD, 101 + 2 * PERIOD]


@pytest.mark.parametrize("clock", [0, 1], ids=["the clock that counts sleep", "the wall clock"])
def test_short_pauses_add_up_within_a_lease(clock: int) -> None:
    pauses, ahead, now, noticed = Pauses(TIMING), [0.0, 0.0], 50.0, list[bool]()
    for _ in range(4):
        now += 2
        noticed.append(pauses.noticed(now, [now + each for each in ahead]))
        ahead[clock] += 0.4

    # 0.4 s more each time: the margin is 2 s, half of it is exceeded at the third.
    assert noticed == [False, False, False, True]


def test_a_clock_that_drifts_is_no_pause() -> None:
    pauses, now = Pauses(Election((), "", 3, 0.4, 0.3, 0.75)), 0.0
    for _ in range(5_000):
        now += 0.4
        assert not pauses.noticed(now, (now * 1.0005, now * 0.9995 + 10))
