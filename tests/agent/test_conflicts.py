"""A VIP that another host has: not bound, and said so in the log, in the metrics, in the report and to its owner."""

from __future__ import annotations

from pathlib import Path

from genlb.agent.metrics import exposition
from genlb.agent.vip.complaining import complaints
from genlb.agent.vip.election.conflicts import MOST, OTHERS, Conflict, Conflicts
from genlb.agent.vip.telling import metrics, state
from tests.agent.l2_node import TIMING, VIP, L2Node
from tests.agent.objects import a_vip_config

MAC = "02:00:00:00:00:22"


def refused(log: Path, holder: str = MAC, leases: int = 5) -> L2Node:
    """A node that has tried several times."""
    node = L2Node(log)
    node.api.holders[VIP] = holder
    node.until(lambda: node.done.count("probe") == leases, seconds=100)
    node.until(lambda: not node.api.pending)
    return node


def test_it_is_told_in_one_line_with_the_other_hosts_mac_address(tmp_path: Path) -> None:
    refused(tmp_path / "log")

    lines = [line.partition(" ")[2] for line in (tmp_path / "log").read_text().splitlines()]
    assert lines.count(f"warning: not bound: another host has it vip={VIP} mac={MAC}") == 1
    assert len(lines) == 1


def test_every_refused_attempt_is_counted_by_vip(tmp_path: Path) -> None:
    node = refused(tmp_path / "log")

    page = exposition(metrics(node.turns[-1], a_vip_config(), 0)).splitlines()

    assert f'genlb_vip_conflicts_total{{vip="{VIP}"}} 5' in page
    assert 'genlb_vip_refused{reason="HOST_CONFLICT"} 1' in page


def test_the_report_and_the_services_owner_hear_the_reason(tmp_path: Path) -> None:
    node = refused(tmp_path / "log")
    turn = node.turns[-1]
    assert turn.wanted is not None

    assert state(turn, a_vip_config()).refused == {"HOST_CONFLICT": 1}
    [complaint] = complaints(turn.wanted, node.known)
    assert (complaint.about.name, complaint.reason) == ("tv", "HostConflict")
    assert complaint.message == f"not bound, since it is the address of another host: {VIP} ({MAC})"


def test_the_same_conflict_makes_no_news_of_what_is_wanted(tmp_path: Path) -> None:
    node = refused(tmp_path / "log")

    # The teller of Events compares by identity: a renewal must not look like a change.
    assert node.turns[-1].wanted is node.turns[-2].wanted


def test_a_wire_that_nobody_could_ask_on_is_told_too(tmp_path: Path) -> None:
    node = refused(tmp_path / "log", holder="")

    assert state(node.turns[-1], a_vip_config()).refused == {"NOT_PROBED": 1}
    assert f"not bound: nobody could be asked who has it vip={VIP}" in (tmp_path / "log").read_text()


def test_once_the_other_host_is_gone_the_vip_is_bound_and_no_longer_refused(tmp_path: Path) -> None:
    node = refused(tmp_path / "log")

    node.api.holders.clear()
    node.until(lambda: VIP in node.kernel.bound, seconds=2 * TIMING.duration)

    node.until(lambda: not node.api.pending)
    assert state(node.turns[-1], a_vip_config()).refused == {}


def test_a_conflict_is_over_when_nobody_wants_the_vip_any_more_or_it_was_not_met_for_three_leases() -> None:
    conflicts = Conflicts(10)
    conflicts.refuse(VIP, MAC, 100)
    assert conflicts.open() == (Conflict(VIP, MAC),)

    conflicts.forget({VIP}, 129)
    assert conflicts.open() == (Conflict(VIP, MAC),)

    conflicts.forget({VIP}, 130)
    assert conflicts.open() == ()
    conflicts.refuse(VIP, MAC, 140)
    conflicts.forget(set(), 140)
    assert conflicts.open() == ()


def test_however_many_vips_are_refused_the_counters_stay_few() -> None:
    conflicts = Conflicts(10)
    for number in range(4_000):
        conflicts.refuse(f"10.99.{number // 250}.{number % 250}", MAC, 0)

    counts = conflicts.counts()
    assert (len(counts), counts[OTHERS]) == (MOST + 1, 4_000 - MOST)
