"""The way out: first everything off the node, then the Leases, again and again until both have worked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import pytest

from genlb.agent.kube.account import Account
from genlb.agent.logs import Log
from genlb.agent.vip.cleaning import Cleaner, OwnLeases, clean_once, preview
from genlb.agent.vip.daemon import VipDaemon
from genlb.agent.vip.node.kernel import Failure
from genlb.agent.vip.node.plan import Plan, RemoveRoute
from genlb.agent.vip.pod import Pod
from genlb.errors import Undetermined
from tests.agent.api_stub import Answer, PlainAccount, Stub, answer, serving
from tests.agent.objects import a_vip_config
from tests.builders import a_cluster, a_pool

LEASES = "/apis/coordination.k8s.io/v1/namespaces/genlb-system/leases"
REPORT, CLAIMS = f"{LEASES}/genlb-report-vip-n1", f"{LEASES}/genlb-vip-n1"
STEP = RemoveRoute(ip_address("10.208.1.1"))
GONE = answer(404, reason="NotFound")


class LabPod(Pod):
    """A pod whose API server needs no TLS."""

    @property
    def account(self) -> Account:
        host, _, port = self.folder.partition(":")
        return PlainAccount(host, int(port))


class Node:
    """A daemon whose attempts to clean up end like this, one after the other; the last one for ever."""

    def __init__(self, *ends: Callable[[], tuple[Failure, ...]]) -> None:
        self._ends = list(ends)

    def clean_up(self) -> tuple[Failure, ...]:
        end = self._ends.pop(0) if len(self._ends) > 1 else self._ends[0]
        return end()

    def way_out(self) -> Plan:
        return Plan((STEP,), {})


def fine() -> tuple[Failure, ...]:
    return ()


def refused() -> tuple[Failure, ...]:
    return (Failure(STEP, 1),)


def without_nft() -> tuple[Failure, ...]:
    raise Undetermined("nft: not found")


def without_netlink() -> tuple[Failure, ...]:
    raise OSError(105, "No buffer space available")


def a_node(*ends: Callable[[], tuple[Failure, ...]]) -> VipDaemon:
    return cast("VipDaemon", Node(*ends))


def a_lease(version: int) -> Answer:
    return answer(metadata={"resourceVersion": str(version)})


@contextmanager
def leases(*answers: Answer) -> Iterator[tuple[OwnLeases, Stub]]:
    with serving(answers) as stub:
        pod = LabPod({"NODE_NAME": "n1"}, f"{stub.account.host}:{stub.account.port}")
        yield OwnLeases(a_vip_config(), pod), stub


def asked(stub: Stub) -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in stub.asked]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log in a file."""
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    yield Log(descriptor)
    os.close(descriptor)


def test_the_leases_that_go_are_this_nodes_report_and_claims_as_they_were_read() -> None:
    with leases(a_lease(7), answer(), a_lease(8), answer()) as (own, stub):
        assert own.delete() == ""

    assert asked(stub) == [("GET", REPORT), ("DELETE", REPORT), ("GET", CLAIMS), ("DELETE", CLAIMS)]
    assert [one.body["preconditions"]["resourceVersion"] for one in stub.asked[1::2]] == ["7", "8"]


def test_without_an_election_there_are_no_claims() -> None:
    config = a_vip_config(a_cluster(pools=(a_pool("public", "10.208.1.0/24"),)))

    assert OwnLeases(config, Pod({"NODE_NAME": "n1"})).names == ("genlb-report-vip-n1",)


@pytest.mark.parametrize("script", [(GONE, GONE), (a_lease(7), GONE, GONE)])
def test_a_lease_that_is_gone_already_is_fine(script: Iterable[Answer]) -> None:
    with leases(*script) as (own, _):
        assert own.delete() == ""


@pytest.mark.parametrize(
    "script", [(answer(403, reason="Forbidden"),), (a_lease(7), answer(409, reason="Conflict")), (Answer(200, b"[]"),)]
)
def test_a_lease_that_is_left_is_told(script: Iterable[Answer]) -> None:
    with leases(*script) as (own, _):
        assert own.delete().startswith("a Lease is left: ")


def test_outside_a_pod_the_leases_are_told_to_be_left() -> None:
    said: list[str] = []
    own = OwnLeases(a_vip_config(), Pod({"NODE_NAME": "n1"}))

    assert clean_once(a_node(fine), own, said.append) is False
    assert said[0] == "10.208.1.1: local route removed"
    assert said[1].startswith("a Lease is left: ")


@pytest.mark.parametrize("end", [refused, without_nft, without_netlink])
def test_no_lease_goes_while_something_is_left_on_the_node(
    log: Log, tmp_path: Path, end: Callable[[], tuple[Failure, ...]]
) -> None:
    with leases(GONE, GONE) as (own, stub):
        cleaner = Cleaner(a_node(end, end, fine), own, log)
        for _ in range(2):
            cleaner.turn()
            assert cleaner.readiness().status == 503
        assert asked(stub) == []

        cleaner.turn()

        assert cleaner.readiness().status == 200
        assert asked(stub) == [("GET", REPORT), ("GET", CLAIMS)]
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_an_api_server_that_is_away_is_asked_again_and_afterwards_left_alone(log: Log) -> None:
    with leases(answer(503), a_lease(7), answer(), GONE) as (own, stub):
        cleaner = Cleaner(a_node(fine), own, log)
        cleaner.turn()
        assert "a Lease is left" in cleaner.readiness().body

        for _ in range(3):
            cleaner.turn()

    assert cleaner.readiness().status == 200
    assert asked(stub) == [("GET", REPORT), ("GET", REPORT), ("DELETE", REPORT), ("GET", CLAIMS)]


def test_what_comes_back_later_makes_it_unready(log: Log) -> None:
    with leases(GONE, GONE) as (own, _):
        cleaner = Cleaner(a_node(fine, refused), own, log)
        cleaner.turn()
        assert cleaner.readiness().status == 200

        cleaner.turn()

    assert cleaner.readiness().body == "10.208.1.1: error 1\n"


def test_a_preview_names_what_would_go_and_touches_nothing() -> None:
    said: list[str] = []
    with leases(a_lease(7), GONE) as (own, stub):
        assert preview(a_node(without_nft), own, said.append) is False

    assert said == ["10.208.1.1: local route removed", "Lease genlb-report-vip-n1: deleted"]
    assert {one.method for one in stub.asked} == {"GET"}
