"""A storm of changes: a fifth of the time goes into what the API says, and turns for renewals go on meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

import pytest

from genlb.agent.logs import Log
from genlb.agent.stopping import Stop
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.node.announcing import Announcer
from genlb.agent.vip.node.plan import Held, Plan
from genlb.agent.vip.running import Events, Loop, Surroundings
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.pacing import Pace

END = 60.0
CREDIT = 4.0
"""Seconds of rest that may be owed."""


class Storm:
    """A node on which something changes all the time, and whose daemon takes ``cost`` seconds for new facts."""

    left = True
    requested = False

    def __init__(self, cost: float) -> None:
        self.now, self._cost = 0.0, cost
        self.turns: list[float] = []
        self.worked = 0.0
        self._seen: Facts | None = None

    def clock(self) -> float:
        return self.now

    def turn(self, facts: Facts | None, leases: Mapping[str, Lease]) -> Turn:
        del leases
        if facts is not self._seen:
            self._seen = facts
            self.now += self._cost
            self.worked += self._cost
        self.turns.append(self.now)
        return Turn(None, Plan((), {}), (), (), {}, Held((), ()), self.now + 30.0)

    def facts(self) -> Facts:
        return Facts({}, {}, {})

    def leases(self) -> Mapping[str, Lease]:
        return {}

    def again(self) -> None:
        """Nothing is doubted."""

    def leave(self) -> None:
        """Nothing is to be given back."""

    def wait(self, seconds: float, descriptors: Iterable[int] = ()) -> frozenset[int]:
        del descriptors
        self.now += min(seconds, 0.05)
        self.requested = self.now >= END
        return frozenset()

    def fileno(self) -> int:
        return -1

    def drain(self) -> bool:
        return True


def run(storm: Storm, folder: Path) -> None:
    descriptor = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
    around = Surroundings(
        storm,
        cast("Events", storm),
        Announcer(lambda interface, address: None),
        Log(descriptor),
        storm.clock,
        lambda turn: None,
    )
    Loop(cast("VipDaemon", storm), around, resync=30.0).run(cast("Stop", storm))
    os.close(descriptor)


def test_a_fifth_of_the_time_at_most_goes_into_new_facts_and_renewals_go_on(tmp_path: Path) -> None:
    storm = Storm(0.5)

    run(storm, tmp_path)

    assert END / 6 <= storm.worked <= (END + CREDIT) / 5 + 0.5
    assert max(later - earlier for earlier, later in zip(storm.turns, storm.turns[1:], strict=False)) < 0.6


@pytest.mark.parametrize("cost", [0.002, 0.05])
def test_a_small_cluster_and_one_of_a_thousand_services_are_followed_at_once(tmp_path: Path, cost: float) -> None:
    storm = Storm(cost)

    run(storm, tmp_path)

    assert storm.worked / cost >= 0.9 * len(storm.turns)


def test_one_change_is_owed_its_rest_and_whoever_has_to_wait_is_woken_when_it_is_time() -> None:
    pace = Pace()
    assert pace.may(0.0)
    assert pace.wake(0.0) == float("inf")

    pace.took(10.0, 11.0)

    assert pace.may(11.0)

    pace.took(11.0, 12.0)

    assert not pace.may(15.9)
    assert pace.wake(15.9) == 16.0
    assert pace.may(16.0)
    assert pace.wake(16.0) == float("inf")


def test_a_slow_change_now_and_then_makes_none_wait() -> None:
    pace = Pace()

    for begun in range(0, 100, 2):
        assert pace.may(begun)
        pace.took(begun, begun + 0.4)
