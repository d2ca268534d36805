"""What the owners of refused Services are told: one Event for each Service and reason, and never a flood."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from genlb.agent.backoff import Backoff
from genlb.agent.config import Bind, Routed, Scope
from genlb.agent.kube.client import Client
from genlb.agent.kube.events import About, Events
from genlb.agent.logs import Log
from genlb.agent.vip.complaining import Complainer, Complaint, Schedule, complaints
from genlb.agent.vip.services.desired import Desired, desired
from genlb.agent.vip.services.facts import Facts
from tests.agent.api_stub import Answer, Stub, answer, serving
from tests.agent.objects import POOLS, facts, service_object
from tests.agent.waiting import wait


def wanted(found: Facts) -> Desired:
    return desired(found, POOLS, Routed(Bind.ANY_IP, Scope.ALL_NODES))


def a_complaint(name: str, message: str = "no") -> Complaint:
    return Complaint(About("v1", "Service", "shop", name, f"uid-{name}"), "OutsidePools", message)


def test_all_addresses_that_are_refused_for_one_reason_are_one_complaint() -> None:
    found = facts([service_object("evil", "10.99.0.1", "10.99.0.2", "no address"), service_object("web", "10.208.1.1")])

    first, second = complaints(wanted(found), found)

    assert first == Complaint(
        About("v1", "Service", "shop", "evil", "uid-evil"),
        "OutsidePools",
        "not bound, since it lies in no configured pool: 10.99.0.1, 10.99.0.2",
    )
    assert second.reason == "Malformed"


def test_a_hundred_addresses_do_not_make_a_long_message() -> None:
    found = facts([service_object("evil", *(f"10.99.0.{last}" for last in range(100)))])

    (only,) = complaints(wanted(found), found)

    assert only.message.endswith("10.99.0.4 and 95 more")


def test_an_ip_mode_of_proxy_is_nothing_to_complain_about() -> None:
    found = facts([service_object("web", {"ip": "10.208.1.1", "ipMode": "Proxy"})])

    assert wanted(found).refusals
    assert complaints(wanted(found), found) == ()


def test_complaints_are_told_one_a_second_and_each_again_after_an_hour() -> None:
    schedule, both = Schedule(), (a_complaint("a"), a_complaint("b"))

    assert schedule.next(both, 0.0) == (both[0], 0.0)
    schedule.told(both[0], 0.0)
    assert schedule.next(both, 0.5) == (None, 1.0)
    assert schedule.next(both, 1.0) == (both[1], 1.0)
    schedule.told(both[1], 1.0)
    assert schedule.next(both, 2.0) == (None, 3_600.0)
    assert schedule.next(both, 3_600.0) == (both[0], 3_600.0)


def test_a_service_that_changes_its_mistake_all_the_time_is_told_every_five_minutes() -> None:
    schedule = Schedule()
    schedule.told(a_complaint("a", "one"), 0.0)

    assert schedule.next((a_complaint("a", "two"),), 299.0) == (None, 300.0)
    assert schedule.next((a_complaint("a", "two"),), 300.0)[0] == a_complaint("a", "two")


def test_a_node_tells_a_hundred_services_an_hour() -> None:
    schedule, many = Schedule(), tuple(a_complaint(str(number)) for number in range(1_000))
    now, told = 0.0, 0
    while now < 3_600:
        complaint, due = schedule.next(many, now)
        if complaint is not None:
            schedule.told(complaint, now)
            told += 1
        now = max(due, now + 0.5)

    assert told == 100


@pytest.fixture
def log() -> Iterator[Log]:
    """A log that nobody reads."""
    with Path(os.devnull).open("wb") as file:
        yield Log(file.fileno())


@contextlib.contextmanager
def asking(*answers: Answer) -> Iterator[tuple[Stub, Client]]:
    with serving(answers) as stub, contextlib.closing(Client(stub.account)) as client:
        yield stub, client


def test_a_refused_service_has_one_event_in_its_namespace_however_often_it_is_heard(log: Log) -> None:
    found = facts([service_object("evil", "10.99.0.1", "10.99.0.2")])
    with asking(answer(201)) as (stub, client), Complainer(Events(client, "genlb-vip", "n1"), log) as complainer:
        for _ in range(3):
            complainer.hear(wanted(found), found)
        assert wait(lambda: bool(stub.asked))

    (asked,) = stub.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/namespaces/shop/events")
    assert asked.body["involvedObject"]["uid"] == "uid-evil"
    assert (asked.body["type"], asked.body["reason"], asked.body["source"]["host"]) == ("Warning", "OutsidePools", "n1")


def test_every_node_tells_the_same_event_and_the_first_ones_stays() -> None:
    about = About("v1", "Service", "shop", "evil", "uid-evil")
    with asking(answer(201), answer(409, reason="AlreadyExists")) as (stub, client):
        first, second = (
            Events(client, "genlb-vip", node).tell_once(about, "OutsidePools", "no", warning=True)
            for node in ("n1", "n2")
        )

    assert (first, second) == (True, False)
    assert [asked.method for asked in stub.asked] == ["POST", "POST"]
    assert stub.asked[0].body["metadata"]["name"] == stub.asked[1].body["metadata"]["name"]


def test_an_event_that_was_not_taken_is_tried_again(log: Log) -> None:
    found, backoff = facts([service_object("evil", "10.99.0.1")]), Backoff(0.01, 0.01)
    with (
        asking(answer(403, reason="Forbidden"), answer(201)) as (stub, client),
        Complainer(Events(client, "genlb-vip", "n1"), log, backoff=backoff) as complainer,
    ):
        complainer.hear(wanted(found), found)
        assert wait(lambda: len(stub.asked) == 2)
