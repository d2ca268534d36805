"""Leases, Events and the node report, on a real API server and with the rights that render gives."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from genlb.agent.backoff import Backoff
from genlb.agent.config import ReportLease
from genlb.agent.kube.account import Account
from genlb.agent.kube.client import Client
from genlb.agent.kube.events import About, Events
from genlb.agent.kube.failures import Conflict, Refused, Unreachable
from genlb.agent.kube.leases import Leases, LeaseSpec, OwnLease, micro_time, version_of
from genlb.agent.logs import Log
from genlb.agent.publishing import Publisher, Schedule
from genlb.agent.reporting import report_publisher
from genlb.network.node_report import ANNOTATION
from tests.agent.objects import a_sysctl_config
from tests.agent.waiting import PATIENCE, wait
from tests.apiserver.rendered import objects
from tests.apiserver.surroundings import prepare
from tests.apiserver.test_rbac import CLUSTER, roles_are_known
from tests.kube.client import Client as Judge
from tests.kube.control_plane import ControlPlane

OURS, THEIRS = "genlb-system", "shop"
NODES = ("n1", "n2")
LEASE = "coordination.k8s.io/v1", "Lease"
QUIET = Log(os.open(os.devnull, os.O_WRONLY))
TIMING = ReportLease("genlb-report-sysctl-", 30, 60, 180)


# ----------------------------------------------------------------------------------------------------- schedule


def test_a_report_is_written_at_once_then_on_change_every_30_seconds_and_else_every_minute() -> None:
    schedule = Schedule(TIMING)
    assert schedule.due("a") == float("-inf")

    schedule.wrote("a", 100.0)

    assert schedule.due("a") == 160.0
    assert schedule.due("b") == 130.0


def test_only_the_latest_report_is_written() -> None:
    written: list[str] = []
    offered, go = threading.Event(), threading.Event()

    def write(text: str) -> None:
        offered.set()
        go.wait(PATIENCE)
        written.append(text)

    with Publisher(TIMING._replace(min_interval=0.01), write, QUIET) as publisher:
        publisher.offer("a")
        assert offered.wait(PATIENCE)
        for text in ("b", "c", "d"):
            publisher.offer(text)
        go.set()
        assert wait(lambda: len(written) == 2)

    assert written == ["a", "d"]


def test_a_report_that_was_not_taken_is_offered_again() -> None:
    attempts: list[str] = []

    def write(text: str) -> None:
        attempts.append(text)
        if len(attempts) < 3:
            raise Unreachable("away")

    with Publisher(TIMING, write, QUIET, backoff=Backoff(0.01, 0.01)) as publisher:
        publisher.offer("a")
        assert wait(lambda: len(attempts) == 3 and not publisher.failing)

    assert attempts == ["a", "a", "a"]


def test_pauses_double_up_to_the_longest_and_begin_anew_after_a_success() -> None:
    least, most = Backoff(1, 30, lambda: 0.0), Backoff(1, 30, lambda: 1.0)

    assert [most.next() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert [least.next() for _ in range(3)] == [0.5, 1, 2]
    assert [most.next() for _ in range(10_000)][-1] == 30
    most.reset()
    assert most.next() == 1


def test_a_micro_time_has_six_digits() -> None:
    assert micro_time(1_767_225_600.000001) == "2026-01-01T00:00:00.000001Z"
    assert micro_time(1_767_225_599.9999999) == "2026-01-01T00:00:00.000000Z"


# --------------------------------------------------------------------------------------------- a real API server


@pytest.fixture
def cluster(api: Judge) -> Judge:
    """The rendered node unit, and a namespace of somebody else."""
    prepare(api, CLUSTER)
    for manifest in objects(CLUSTER, "node"):
        api.apply(manifest, force=True)
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": THEIRS}})
    roles_are_known(api)
    return api


@pytest.fixture
def mounted(cluster: Judge, control_plane: ControlPlane, tmp_path: Path) -> Callable[[str], Account]:
    """An account as kubelet would mount it into a daemon's pod."""
    place = urlsplit(control_plane.client.server)

    def mount(name: str) -> Account:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "token").write_text(cluster.account(name, OURS).token)
        (folder / "ca.crt").write_bytes(cluster.authority.read_bytes())
        return Account(str(place.hostname), int(place.port or 443), str(folder))

    return mount


@pytest.fixture
def binder(mounted: Callable[[str], Account]) -> Iterator[Client]:
    client = Client(mounted("genlb-vip"))
    yield client
    client.close()


def a_lease(text: str = "{}") -> LeaseSpec:
    return LeaseSpec("uid-1", 10, {"genlb.io/claims": text})


def test_a_lease_is_taken_by_one_and_kept_by_comparing(cluster: Judge, binder: Client) -> None:
    leases = Leases(binder, OURS, clock=lambda: 1_767_225_600.5)
    assert leases.get("genlb-vip-n1") is None

    first = leases.create("genlb-vip-n1", a_lease())
    second = leases.update("genlb-vip-n1", a_lease('{"10.208.1.1":"want"}'), first)

    stored = cluster.get(*LEASE, "genlb-vip-n1", OURS)
    assert stored["metadata"]["annotations"] == {"genlb.io/claims": '{"10.208.1.1":"want"}'}
    assert stored["spec"] == {
        "holderIdentity": "uid-1",
        "leaseDurationSeconds": 10,
        "acquireTime": "2026-01-01T00:00:00.500000Z",
        "renewTime": "2026-01-01T00:00:00.500000Z",
    }
    assert version_of(leases.get("genlb-vip-n1") or {}) == second
    with pytest.raises(Conflict):
        leases.create("genlb-vip-n1", a_lease())
    with pytest.raises(Conflict):
        leases.update("genlb-vip-n1", a_lease(), first)
    with pytest.raises(Conflict):
        leases.delete("genlb-vip-n1", first)
    leases.delete("genlb-vip-n1", second)
    assert leases.get("genlb-vip-n1") is None


def test_a_lease_of_our_own_is_written_whatever_happened_to_it(cluster: Judge, binder: Client) -> None:
    lease = OwnLease(Leases(binder, OURS), "genlb-report-vip-n1")

    def stored() -> dict[str, Any]:
        return cluster.get(*LEASE, "genlb-report-vip-n1", OURS)

    lease.write(a_lease("1"))
    lease.write(a_lease("2"))
    cluster.patch(stored(), {"metadata": {"labels": {"somebody": "else"}}})
    lease.write(a_lease("3"))
    assert stored()["metadata"]["annotations"]["genlb.io/claims"] == "3"
    cluster.delete(stored())
    lease.write(a_lease("4"))
    assert stored()["metadata"]["annotations"]["genlb.io/claims"] == "4"


def test_a_lease_elsewhere_is_refused(binder: Client) -> None:
    with pytest.raises(Refused) as told:
        Leases(binder, "kube-node-lease").create("n1", a_lease())

    assert told.value.status == 403


WEB = About("v1", "Service", THEIRS, "web", "uid-web")


def test_an_event_stands_beside_its_service(cluster: Judge, binder: Client) -> None:
    events = Events(binder, "genlb-vip", "n1", clock=lambda: 1_767_225_600)

    assert events.tell_once(WEB, "OutsidePools", "10.9.9.9 lies in no pool", warning=True)

    (stored,) = cluster.list("v1", "Event", THEIRS)
    assert stored["involvedObject"] == {
        "apiVersion": "v1",
        "kind": "Service",
        "namespace": THEIRS,
        "name": "web",
        "uid": "uid-web",
    }
    assert (stored["type"], stored["reason"], stored["count"]) == ("Warning", "OutsidePools", 1)
    assert stored["source"] == {"component": "genlb-vip", "host": "n1"}
    assert stored["firstTimestamp"] == stored["lastTimestamp"] == "2026-01-01T00:00:00Z"


def test_what_every_node_tells_is_one_event(cluster: Judge, binder: Client) -> None:
    about = WEB._replace(name="x" * 240)
    told = [Events(binder, "genlb-vip", node).tell_once(about, "Refused", "é" * 5_000, warning=False) for node in NODES]

    assert told == [True, False]
    (stored,) = cluster.list("v1", "Event", THEIRS)
    assert (stored["type"], len(stored["message"])) == ("Normal", 1_024)


def test_another_reason_or_another_service_is_another_event(cluster: Judge, binder: Client) -> None:
    events = Events(binder, "genlb-vip", "n1")

    for about, reason in ((WEB, "Refused"), (WEB, "Reserved"), (WEB._replace(uid="made-anew"), "Refused")):
        assert events.tell_once(about, reason, "no", warning=True)

    assert len(cluster.list("v1", "Event", THEIRS)) == 3


def test_an_event_that_the_server_forgot_is_told_anew(cluster: Judge, binder: Client) -> None:
    events = Events(binder, "genlb-vip", "n1")
    events.tell_once(WEB, "Refused", "outside the pools", warning=True)
    cluster.delete(cluster.list("v1", "Event", THEIRS)[0])

    assert events.tell_once(WEB, "Refused", "outside the pools", warning=True)
    assert len(cluster.list("v1", "Event", THEIRS)) == 1


def test_the_sysctl_daemon_publishes_its_report_with_the_rights_it_has(
    cluster: Judge, mounted: Callable[[str], Account], tmp_path: Path
) -> None:
    account = mounted("genlb-sysctl")
    environment = {
        "NODE_NAME": "node-1",
        "POD_NAME": "genlb-sysctl-x",
        "KUBERNETES_SERVICE_HOST": account.host,
        "KUBERNETES_SERVICE_PORT": str(account.port),
    }

    def stored() -> dict[str, Any] | None:
        return cluster.find(*LEASE, "genlb-report-sysctl-node-1", OURS)

    with report_publisher(a_sysctl_config().common, environment, QUIET, str(tmp_path / "genlb-sysctl")) as publisher:
        publisher.offer('{"schemaVersion":1}')
        assert wait(lambda: stored() is not None), publisher.failing

    lease = stored()
    assert lease is not None
    assert lease["metadata"]["annotations"] == {ANNOTATION: '{"schemaVersion":1}'}
    assert (lease["spec"]["holderIdentity"], lease["spec"]["leaseDurationSeconds"]) == ("genlb-sysctl-x", 180)
