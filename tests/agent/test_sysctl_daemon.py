"""The sysctl daemon's loop on a node of plain files, with probes that are asked for real."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from genlb.agent.links import LinkEvents
from genlb.agent.logs import Log
from genlb.agent.stopping import Stop
from genlb.agent.sysctl.daemon import SysctlDaemon
from genlb.agent.sysctl.holder import Pass
from tests.agent.sysctl_node import ALL, BOND, HASH, Node, a_node
from tests.agent.waiting import PATIENCE, wait

QUIET = Log(os.open(os.devnull, os.O_WRONLY))


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return a_node(tmp_path)


@contextmanager
def running(daemon: SysctlDaemon, *, restore: bool = False) -> Iterator[Stop]:
    stop = Stop()
    work = (lambda: daemon.restored(stop)) if restore else (lambda: daemon.run(stop, None))
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.request()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def a_daemon(node: Node, interval: float = 1000.0) -> SysctlDaemon:
    return SysctlDaemon(node.holder(), interval, QUIET)


def test_a_new_interface_is_noticed_without_waiting_for_the_interval(node: Node) -> None:
    node.remove_interface("bond0")
    with running(a_daemon(node)):
        assert wait(lambda: node.get(ALL) == "2")
        node.set(BOND, "1")

        assert wait(lambda: node.get(BOND) == "2")


class Waits(Stop):
    """Notes how long the loop would wait, lets that time pass at once, and ends it after ``most`` waits."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.now = 0.0
        self.waits: list[float] = []
        self._most = most

    def wait(self, seconds: float, descriptors: Iterable[int] = ()) -> frozenset[int]:
        del descriptors
        self.waits.append(seconds)
        self.now += seconds
        self.requested = len(self.waits) >= self._most
        return frozenset()


def test_the_kernel_tells_of_new_interfaces_so_nobody_looks_for_them(node: Node) -> None:
    with Waits(3) as stop, contextlib.closing(LinkEvents()) as events:
        SysctlDaemon(node.holder(), 30.0, QUIET, clock=lambda: stop.now).run(stop, events)

    assert stop.waits == [30.0, 30.0, 30.0]


def test_where_the_kernel_tells_nothing_they_are_looked_for_four_times_a_second(node: Node) -> None:
    with Waits(3) as stop:
        SysctlDaemon(node.holder(), 30.0, QUIET, clock=lambda: stop.now).run(stop, None)

    assert stop.waits == [0.25, 0.25, 0.25]


def test_values_are_asserted_at_every_interval(node: Node) -> None:
    with running(a_daemon(node, 0.05)):
        assert wait(lambda: node.get(HASH) == "1")
        node.set(HASH, "0")

        assert wait(lambda: node.get(HASH) == "1")


def test_the_end_changes_nothing(node: Node) -> None:
    with running(a_daemon(node)):
        assert wait(lambda: node.get(ALL) == "2")
    held = node.all()

    assert held[ALL] == "2\n"
    assert node.drop_in.exists()


def test_it_is_ready_after_the_first_pass_and_healthy_while_it_turns(node: Node) -> None:
    now = [0.0]
    daemon = SysctlDaemon(node.holder(), 30.0, QUIET, clock=lambda: now[0])
    assert daemon.readiness().status == 503

    daemon.turn()

    assert daemon.readiness().status == daemon.health().status == 200
    now[0] = 90.0
    assert daemon.health().status == 200
    now[0] = 91.0
    assert daemon.health().status == 503


def test_a_missing_key_stops_no_roll_out(node: Node) -> None:
    (node.sys / HASH).unlink()
    daemon = a_daemon(node)

    daemon.turn()

    assert daemon.readiness().status == 200
    assert f'genlb_sysctl_in_effect{{path="{HASH}"}} 0' in daemon.measurements().body.splitlines()


def test_corrections_are_measured(node: Node) -> None:
    daemon = a_daemon(node)
    daemon.turn()
    node.set(BOND, "0")
    daemon.turn()

    lines = daemon.measurements().body.splitlines()

    assert f'genlb_sysctl_corrections_total{{path="{BOND}"}} 1' in lines
    assert f'genlb_sysctl_corrections_total{{path="{ALL}"}} 0' in lines
    assert "genlb_sysctl_deviating 0" in lines


def test_every_pass_is_published(node: Node) -> None:
    passes: list[Pass] = []
    daemon = SysctlDaemon(node.holder(), 1000.0, QUIET, publish=passes.append)

    daemon.turn()

    assert [found.holds for found in passes] == [True]


def test_restoring_stays_healthy_when_it_is_done(node: Node) -> None:
    before = node.all()
    node.holder().hold(0.0)
    daemon = a_daemon(node)

    with running(daemon, restore=True):
        assert wait(lambda: node.all() == before)
        assert wait(lambda: daemon.readiness().status == 200)
        assert daemon.health().status == 200
