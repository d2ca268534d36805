"""What the loop writes about a turn: a line for each step, and one line for many."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import pytest

from genlb.agent.logs import Log
from genlb.agent.stopping import Stop
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.node.announcing import Announcer
from genlb.agent.vip.node.kernel import Failure
from genlb.agent.vip.node.plan import AddRoute, Held, Plan, RemoveRoute, Step
from genlb.agent.vip.running import Events, Loop, Surroundings
from genlb.agent.vip.services.facts import Facts


class OneTurn:
    """A daemon whose every turn has the same result, and that has nothing to give back."""

    left = True

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def turn(self, facts: Facts | None, leases: Mapping[str, Lease]) -> Turn:
        del facts, leases
        return self._turn

    def leave(self) -> None:
        """Nothing."""


class NoSources:
    """An API that was not read yet."""

    def facts(self) -> Facts | None:
        return None

    def leases(self) -> Mapping[str, Lease]:
        return {}

    def again(self) -> None:
        """There is nobody to ask."""


class Stopped:
    """A stop that was asked for already."""

    requested = True


def lines_of(steps: tuple[Step, ...], failures: tuple[Failure, ...], file: Path) -> list[str]:
    turn = Turn(None, Plan(steps, {}), failures, (), {}, Held((), ()), 0.0)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with contextlib.closing(os.fdopen(descriptor, "wb")):
        around = Surroundings(
            NoSources(),
            cast("Events", None),
            Announcer(lambda interface, address: None),
            Log(descriptor, clock=lambda: 0.0),
            lambda: 0.0,
            lambda turn: None,
        )
        Loop(cast("VipDaemon", OneTurn(turn)), around, resync=30.0).run(cast("Stop", Stopped()))
    return [line.partition(" ")[2] for line in file.read_text().splitlines()]


def some(count: int) -> list[Step]:
    return [AddRoute(ip_address("10.208.0.0") + number) for number in range(count)]


@pytest.mark.parametrize("count", [1, 20])
def test_a_few_steps_have_a_line_each(tmp_path: Path, count: int) -> None:
    lines = lines_of(tuple(some(count)), (), tmp_path / "log")

    assert len(lines) == count
    assert lines[0] == "info: 10.208.0.0: local route added"


def test_a_thousand_steps_are_one_line(tmp_path: Path) -> None:
    steps = (*some(1_000), RemoveRoute(ip_address("10.209.0.1")))

    assert lines_of(steps, (), tmp_path / "log") == ["info: local route added: 1000 VIPs, local route removed: 1 VIPs"]


def test_of_a_thousand_failures_twenty_are_told_and_the_others_counted(tmp_path: Path) -> None:
    failures = tuple(Failure(step, errno.EPERM) for step in some(1_000))

    lines = lines_of((), failures, tmp_path / "log")

    assert lines[0] == "warning: a step failed address=10.208.0.0 error=1"
    assert (len(lines), lines[-1]) == (21, "warning: more steps failed steps=980")
