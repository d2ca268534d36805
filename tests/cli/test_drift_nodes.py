"""``genlb drift --nodes``: the nodes' reports in every report format, from dumps and from an API server."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from genlb.agent.kube.leases import micro_time
from genlb.cli.drift_options import FORMATS
from genlb.network.node_report import (
    ANNOTATION,
    Daemon,
    NodeReport,
    SysctlState,
    Tally,
    VipState,
    decoded,
    digest_of,
    encoded,
)
from tests.cli.genlb import Genlb
from tests.cli.test_drift import CLUSTER, dump, in_step, live, objects, of_kind, rendered, server
from tests.stores.fake_api import Manifest, Server

__all__ = ["live", "rendered", "server"]

VIPS = VipState(bound=0, owned=0, digest=digest_of([]), refused={}, proxy_mode="iptables", proxy_config={})


def a_node(name: str) -> Manifest:
    """A node that the DaemonSets select."""
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/os": "linux"}}}


@pytest.fixture
def reports(live: list[Manifest]) -> list[Manifest]:
    """The live cluster with one node, on which both daemons run as git wants."""
    live.append(a_node("n1"))
    configs = {one["metadata"]["name"]: one["data"] for one in live if one["kind"] == "ConfigMap"}
    for daemon, state in ((Daemon.VIP, VIPS), (Daemon.SYSCTL, SysctlState(declared=2))):
        text = configs.get(f"genlb-{daemon.value}", {}).get("agent.json", "")
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        put(live, NodeReport(daemon, "n1", "1.0.0", digest, state))
    return live


def put(found: list[Manifest], report: NodeReport) -> None:
    """The Lease as the daemon writes it."""
    metadata = {
        "name": f"genlb-report-{report.daemon.value}-{report.node}",
        "namespace": "genlb-system",
        "annotations": {ANNOTATION: encoded(report)},
    }
    spec = {"renewTime": micro_time(time.time())}
    found.append({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec})


def test_nodes_that_report_what_git_wants_are_in_step(genlb: Genlb, rendered: Path, reports: list[Manifest]) -> None:
    done = genlb("drift", CLUSTER, "--nodes", "--live", dump(rendered, reports), "--live-complete")

    assert done.code == 0, done.out


@pytest.mark.parametrize(
    ("mode", "code", "told"), [("nftables", 1, "GLB847"), (None, 3, "kube-proxy's mode on Node n1")]
)
def test_the_mode_that_kube_proxy_says_it_runs_in_is_compared(
    genlb: Genlb, rendered: Path, reports: list[Manifest], mode: str | None, code: int, told: str
) -> None:
    (annotations,) = (
        one["metadata"]["annotations"] for one in reports if one["metadata"]["name"] == "genlb-report-vip-n1"
    )
    report = decoded(annotations[ANNOTATION])
    annotations[ANNOTATION] = encoded(report._replace(state=VIPS._replace(proxy_mode=mode)))

    done = genlb("drift", CLUSTER, "--nodes", "--live", dump(rendered, reports), "--live-complete")

    assert done.code == code, done.out
    assert told in done.out


def test_a_node_without_reports_is_drift_only_where_it_is_asked_for(
    genlb: Genlb, rendered: Path, reports: list[Manifest]
) -> None:
    reports.append(a_node("n2"))
    path = dump(rendered, reports)

    asked = genlb("drift", CLUSTER, "--nodes", "--live", path, "--live-complete", "-o", "json")

    assert asked.code == 1
    assert set(objects(asked.json)["Node n2"]) == {"GLB840"}
    assert genlb("drift", CLUSTER, "--live", path, "--live-complete").code == 0


def test_a_dump_without_leases_is_not_checked(genlb: Genlb, rendered: Path, reports: list[Manifest]) -> None:
    rest = [one for one in reports if one["kind"] != "Lease"]

    path = dump(rendered, rest)

    done = genlb("drift", CLUSTER, "--nodes", "--live", path, "-o", "json")

    assert done.code == 3
    assert "leases in genlb-system" in [one["what"] for one in done.json["clusters"][0]["notChecked"]]


def test_how_to_dump_says_nodes_and_leases_too(genlb: Genlb, rendered: Path, reports: list[Manifest]) -> None:
    rest = [one for one in reports if one["kind"] != "Lease"]

    done = genlb("drift", CLUSTER, "--nodes", "--live", dump(rendered, rest))

    assert "leases.v1.coordination.k8s.io" in done.err
    assert done.err.rstrip().endswith("--live live --live-complete --nodes")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_of_nodes(genlb: Genlb, rendered: Path, reports: list[Manifest], form: str) -> None:
    state = VIPS._replace(leaks=Tally.of(["10.208.1.1 eth0"]))
    lease = next(one for one in reports if one["metadata"]["name"] == "genlb-report-vip-n1")
    lease["metadata"]["annotations"][ANNOTATION] = encoded(NodeReport(Daemon.VIP, "n1", "1.0.0", "sha256:x", state))
    target = rendered / "report"

    done = genlb(
        "drift",
        CLUSTER,
        "--nodes",
        "--live",
        dump(rendered, reports),
        "--live-complete",
        "--report",
        f"{form}={target}",
    )

    assert done.code == 1
    assert ("GLB846" in target.read_text()) or form == "prom"


def test_nodes_of_a_live_cluster_are_read_with_the_rest(genlb: Genlb, reports: list[Manifest], server: Server) -> None:
    of_kind(reports, "Lease")["spec"]["renewTime"] = micro_time(time.time() - 3_600)

    done = genlb("drift", CLUSTER, "--nodes", "-o", "json")

    assert done.code == 1, done.err
    assert objects(done.json)["Node n1"] == ["GLB841"]


def test_leases_that_are_forbidden_are_not_checked(genlb: Genlb, reports: list[Manifest], server: Server) -> None:
    server.faults["leases"] = lambda handler: handler.json({"message": "no"}, 403)

    done = genlb("drift", CLUSTER, "--nodes", "-o", "json")

    assert done.code == 3
    assert objects(done.json) == {}


def test_any_manifests_have_no_nodes(genlb: Genlb, rendered: Path) -> None:
    assert genlb("drift", "--nodes", "--desired", "clusters", "--live", dump(rendered, in_step(rendered))).code == 2
