"""The binder as its DaemonSet starts it, on a real kernel: from a Service to a local VIP, and the way out."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.agent.kernel.cluster import (
    EVENTS,
    LEASES,
    NODE,
    ROUTED,
    VIP,
    Api,
    addresses,
    ask,
    routes,
    rules,
)
from tests.agent.objects import service_object
from tests.agent.waiting import PATIENCE, wait


def test_a_service_becomes_a_local_vip_and_the_end_is_in_order(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    process = start()

    assert wait(lambda: routes() == {ROUTED})
    assert wait(lambda: VIP in addresses())
    assert json.loads(served.claims()) == {VIP: "held"}
    assert ask("/healthz")[0] == ask("/readyz")[0] == 200
    assert wait(lambda: "genlb_vip_owned 1" in ask("/metrics")[1].splitlines())
    assert 'genlb_vip_refused{reason="OUTSIDE_POOLS"} 2' in ask("/metrics")[1].splitlines()
    report = json.loads(served.objects[LEASES]["genlb-report-vip-n1"]["metadata"]["annotations"]["genlb.io/report"])
    assert (report["daemon"], report["node"]) == ("vip", "n1")
    assert wait(lambda: bool(served.objects[EVENTS]))
    (event,) = served.objects[EVENTS].values()
    assert (event["involvedObject"]["name"], event["reason"]) == ("evil", "OutsidePools")
    assert NODE in event["message"]
    assert "10.99.0.1" in event["message"]

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0
    assert served.log[-2:] == ["{} off", "deleted"]
    assert "{} bound" not in served.log
    assert routes() == {ROUTED}
    assert VIP not in addresses()


def test_a_changed_service_is_followed(api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]) -> None:
    served, _ = api
    start()
    assert wait(lambda: routes() == {ROUTED})

    served.put("/api/v1/services", service_object("web", "10.208.1.8"))

    assert wait(lambda: routes() == {"10.208.1.8"})


def test_cleanup_leaves_nothing(api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]) -> None:
    served, _ = api
    first = start()
    assert wait(lambda: VIP in addresses())
    assert wait(lambda: {"genlb-vip-n1", "genlb-report-vip-n1"} <= served.objects[LEASES].keys())
    first.kill()
    first.wait(PATIENCE)

    assert start("--once", "--cleanup").wait(PATIENCE) == 0

    assert routes() == set()
    assert VIP not in addresses()
    assert NODE in addresses()
    assert not {"genlb-vip-n1", "genlb-report-vip-n1"} & served.objects[LEASES].keys()


def test_a_dry_run_tells_and_does_nothing(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("--once", "--dry-run")

    told, _ = process.communicate(timeout=PATIENCE)

    assert (process.returncode, told) == (1, f"{ROUTED}: local route added\n")
    assert routes() == set()


def test_the_daemonset_that_cleans_up_is_ready_when_nothing_is_left(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    first = start()
    assert wait(lambda: VIP in addresses())
    first.kill()
    first.wait(PATIENCE)
    served.put(LEASES, {"metadata": {"name": "genlb-vip-n2", "annotations": {}}})

    last = start("--cleanup")

    assert wait(lambda: ask("/readyz")[0] == 200)
    assert (routes(), VIP in addresses()) == (set(), False)
    assert set(served.objects[LEASES]) == {"genlb-vip-n2"}
    del served.objects[LEASES]["genlb-vip-n2"]
    last.terminate()
    assert last.wait(PATIENCE) == 0


def test_a_guard_that_is_not_asked_for_any_more_goes(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    first, file = start(), tmp_path / "agent.json"
    assert wait(lambda: routes() == {ROUTED})
    first.kill()
    first.wait(PATIENCE)
    assert "table inet genlb" in rules()
    file.write_text(json.dumps({**json.loads(file.read_text()), "guard": False}))

    start()

    assert wait(lambda: rules() == "")
    assert routes() == {ROUTED}
