"""An answer that is doubted: it is told, another one is asked for, and what that says is told as well."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import pytest

from genlb.agent.backoff import Backoff
from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.following import Following
from genlb.agent.logs import Log
from genlb.agent.metrics import exposition
from genlb.agent.stopping import Stop
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.node.announcing import Announcer
from genlb.agent.vip.node.plan import Held, HeldRoute, Plan
from genlb.agent.vip.running import Events, Loop, Surroundings
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.reading import key_of
from genlb.agent.vip.services.wanting import Withheld
from genlb.agent.vip.telling import metrics, state
from tests.agent.api_stub import Answer, answer, serving
from tests.agent.objects import a_vip_config
from tests.agent.waiting import wait

VIPS = frozenset(ip_address(f"10.208.1.{last}") for last in range(1, 4))
HELD = Held((), tuple(HeldRoute(address, marked=True) for address in VIPS))


def a_turn(withheld: Withheld) -> Turn:
    return Turn(None, Plan((), {}), (), (), {}, HELD, 0.0, withheld=withheld)


class Turns:
    """A daemon whose turns have these results, one after the other."""

    left = True

    def __init__(self, *turns: Turn) -> None:
        self._turns = iter(turns)

    def turn(self, facts: Facts | None, leases: Mapping[str, Lease]) -> Turn:
        del facts, leases
        return next(self._turns)

    def leave(self) -> None:
        """Nothing."""


class Sources:
    """Counts how often it was asked for new lists."""

    asked = 0

    def facts(self) -> Facts | None:
        return None

    def leases(self) -> Mapping[str, Lease]:
        return {}

    def again(self) -> None:
        self.asked += 1


class Stopped:
    """A stop that was asked for already: a loop turns once."""

    requested = True


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log in a file."""
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    yield Log(descriptor)
    os.close(descriptor)


def test_what_is_withheld_is_told_once_asked_for_again_and_told_when_it_is_over(log: Log, tmp_path: Path) -> None:
    sources = Sources()
    around = Surroundings(
        sources,
        cast("Events", None),
        Announcer(lambda interface, address: None),
        log,
        lambda: 100.0,
        lambda turn: None,
    )
    held, asking = Withheld(VIPS, 130.0), Withheld(VIPS, 100.0, again=True)
    turns = Turns(*(a_turn(withheld) for withheld in (held, held, asking, Withheld(VIPS, 100.0), Withheld())))
    loop = Loop(cast("VipDaemon", turns), around, resync=30.0)

    for _ in range(5):
        loop.run(cast("Stop", Stopped()))

    lines = [line.partition(" ")[2] for line in (tmp_path / "log").read_text().splitlines()]
    assert lines == [
        "warning: most VIPs are missing in the API's lists; their routes stay vips=3 seconds=30",
        "info: the API is asked for complete lists once more",
        "info: the API's lists are followed again",
    ]
    assert sources.asked == 1


def test_what_is_withheld_stands_in_the_metrics_and_in_the_report() -> None:
    config, turn = a_vip_config(), a_turn(Withheld(VIPS, 130.0))

    assert state(turn, config).withheld == 3
    assert "genlb_vip_withheld 3" in exposition(metrics(turn, config, 0)).splitlines()


def page(version: int, *names: str) -> Answer:
    items = [{"metadata": {"name": name}} for name in names]
    return answer(metadata={"resourceVersion": str(version)}, items=items)


def keep(item: Object) -> tuple[str, str]:
    return key_of(item), key_of(item)


def test_a_new_list_is_asked_for_and_counted_and_nothing_is_said_to_fail(log: Log, tmp_path: Path) -> None:
    script = [page(7), Answer(hang=True), page(8, "a", "b"), Answer(hang=True)]
    with (
        serving(script) as stub,
        closing(Client(stub.account)) as client,
        Following(client, "/api/v1/services", keep, key_of, lambda: None, log, backoff=Backoff(0.01, 0.01)) as kind,
    ):
        assert wait(lambda: len(stub.asked) == 2)
        assert kind.counted() == ({}, 1)

        kind.again()

        assert wait(lambda: kind.counted() == ({"a": "a", "b": "b"}, 2))
        assert wait(lambda: len(stub.asked) == 4)
        assert ["watch=1" in asked.path for asked in stub.asked] == [False, True, False, True]
    assert "cannot follow" not in (tmp_path / "log").read_text()


def test_a_server_that_is_away_is_asked_for_the_new_list_when_it_is_back(log: Log) -> None:
    script = [page(7), Answer(hang=True), answer(503), answer(503), page(8, "a"), Answer(hang=True)]
    with (
        serving(script) as stub,
        closing(Client(stub.account)) as client,
        Following(client, "/api/v1/services", keep, key_of, lambda: None, log, backoff=Backoff(0.01, 0.01)) as kind,
    ):
        assert wait(lambda: len(stub.asked) == 2)

        kind.again()

        assert wait(lambda: kind.counted() == ({"a": "a"}, 2))
