"""The binder on a bad day: hostile Services, an API that lies, a second binder, nobody who reads its log, SIGKILL."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.kernel.cluster import (
    EVENTS,
    LEASES,
    NODE,
    ROUTED,
    VIP,
    Api,
    addresses,
    ask,
    ip,
    lines_lost,
    reported,
    routes,
    rules,
)
from tests.agent.objects import node_object, service_object
from tests.agent.waiting import PATIENCE, wait


def end(binder: subprocess.Popen[str]) -> None:
    """Without a chance to give anything back."""
    binder.kill()
    binder.wait(PATIENCE)


def test_a_second_binder_on_the_node_refuses_to_start(start: Callable[..., subprocess.Popen[str]]) -> None:
    start()
    assert wait(lambda: routes() == {ROUTED})

    assert start().wait(PATIENCE) == 3
    assert routes() == {ROUTED}


def test_a_router_is_refused_and_told_and_its_routes_stay(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    ip("route", "add", "default", "via", "10.20.1.193")
    ip("route", "add", "192.0.2.0/24", "via", "10.208.1.1", "dev", "nic0", "onlink")
    served.put("/api/v1/services", service_object("thief", "10.20.1.193", "10.208.1.1"))
    start()

    assert wait(lambda: VIP in addresses())
    assert wait(lambda: 'genlb_vip_refused{reason="RESERVED"} 2' in ask("/metrics")[1].splitlines())

    assert routes() == {ROUTED}
    assert "10.20.1.193" not in addresses()
    assert wait(lambda: any(event["reason"] == "Reserved" for event in served.objects[EVENTS].values()))
    served.put("/api/v1/services", served.objects["/api/v1/services"]["thief"], "DELETED")


def test_an_empty_list_after_a_restart_takes_nothing_away_at_once(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    first = start()
    assert wait(lambda: routes() == {ROUTED})
    end(first)
    kept = dict(served.objects["/api/v1/services"])
    served.objects["/api/v1/services"].clear()

    start()

    assert wait(lambda: "genlb_vip_withheld 1" in ask("/metrics")[1].splitlines())
    assert ask("/readyz")[0] == 200
    assert routes() == {ROUTED}
    assert wait(lambda: reported(served)["withheld"] == 1)
    for service in kept.values():
        served.put("/api/v1/services", service, "ADDED")
    assert wait(lambda: "genlb_vip_withheld 0" in ask("/metrics")[1].splitlines())
    assert routes() == {ROUTED}


def test_a_list_without_a_single_node_is_no_answer(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    first = start()
    assert wait(lambda: routes() == {ROUTED})
    end(first)
    served.objects["/api/v1/nodes"].clear()
    served.put("/api/v1/services", service_object("web", "10.208.1.8"))

    start()

    assert wait(lambda: ask("/readyz")[0] == 503)
    assert start("--once", "--dry-run").wait(PATIENCE) == 3
    assert routes() == {ROUTED}
    served.put("/api/v1/nodes", node_object("n1", NODE), "ADDED")
    assert wait(lambda: routes() == {"10.208.1.8"})


def test_a_log_that_nobody_reads_stops_nothing(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    reader, writer = os.pipe2(os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4_096)
    os.set_blocking(writer, True)

    start(stderr=writer)

    assert wait(lambda: routes() == {ROUTED})
    assert wait(lambda: VIP in addresses())
    served.put("/api/v1/services", service_object("web", "10.208.1.8"))
    assert wait(lambda: routes() == {"10.208.1.8"})
    assert wait(lambda: lines_lost() > 2)
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b"null", b'{"items": 7, "metadata": {}}', b"[" * 200_000])
def test_lists_that_make_no_sense_change_nothing(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]], answer: bytes
) -> None:
    served, _ = api
    first = start()
    assert wait(lambda: routes() == {ROUTED})
    end(first)
    served.nonsense = answer

    second = start()

    assert wait(lambda: served.asked_for_nonsense > 2)
    assert wait(lambda: ask("/healthz")[0] == 200)
    assert second.poll() is None
    assert ask("/readyz")[0] == 503
    assert routes() == {ROUTED}
    served.nonsense = None
    assert wait(lambda: ask("/readyz")[0] == 200)
    assert routes() == {ROUTED}


def test_a_storm_of_changes_and_of_hostile_services_ends_with_what_is_true(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    served, _ = api
    with (tmp_path / "log").open("wb") as log:
        start(stderr=log.fileno())
    assert wait(lambda: VIP in addresses())
    ip("address", "add", "10.208.1.99/32", "dev", "nic0")

    hostile = [service_object(f"evil{number}", NODE, f"10.99.{number // 250}.1", "x") for number in range(2_000)]
    for number, service in enumerate(hostile):
        served.put("/api/v1/services", service, "ADDED")
        served.put("/api/v1/services", service_object("web", f"10.208.1.{number % 200}"))
    served.put("/api/v1/services", service_object("web", ROUTED, "10.208.1.99"))

    assert wait(lambda: 'genlb_vip_refused{reason="MALFORMED"} 2000' in ask("/metrics")[1].splitlines())
    assert wait(lambda: routes() == {ROUTED})
    assert wait(lambda: VIP in addresses())
    assert {entry for entry in addresses() if entry.startswith("10.")} == {NODE, VIP, "10.208.1.99"}
    assert wait(lambda: "genlb_vip_foreign 1" in ask("/metrics")[1].splitlines())
    assert ask("/healthz")[0] == 200
    assert len((tmp_path / "log").read_bytes()) < 1_000_000
    for service in hostile:
        del served.objects["/api/v1/services"][service["metadata"]["name"]]


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.6, 0.9, 1.2])
def test_whenever_it_is_killed_the_next_one_leaves_nothing_behind(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]], moment: float
) -> None:
    served, _ = api
    first = start()
    assert wait(lambda: "genlb-vip-n1" in served.objects[LEASES])
    time.sleep(moment)
    end(first)

    assert start("--once", "--cleanup").wait(PATIENCE) == 0

    assert (routes(), VIP in addresses(), NODE in addresses()) == (set(), False, True)
    assert not served.objects[LEASES].keys()
    assert rules() == ""
