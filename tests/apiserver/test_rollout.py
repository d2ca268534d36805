"""The rendered DaemonSets roll out over nodes that kwok plays; only what was configured anew rolls again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.rendered import objects, of_kind, render
from tests.apiserver.surroundings import prepare
from tests.kube.client import Client, Object
from tests.kube.control_plane import ControlPlane
from tests.kube.controllers import add_nodes, controllers, kwok, scheduler
from tests.kube.process import wait

CLUSTER = "fra1-prod"  # has both daemons, and a kube-proxy that is ours to restart
NAMESPACE = "genlb-system"
DAEMONS = ("genlb-sysctl", "genlb-vip")
LINUX = {"worker", "control", "broken"}
CONTROL_PLANE = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
EVICTING = {"key": "example.com/broken", "effect": "NoExecute"}


@pytest.fixture(scope="module")
def nodes(control_plane: ControlPlane, kube_program: Callable[[str], Path]) -> Iterator[Client]:
    """Nodes with and without taints, one with another operating system; the examples' objects are rolled out."""
    for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
        kube_program(name)
    with (
        control_plane.isolated() as client,
        controllers(control_plane),
        scheduler(control_plane),
        kwok(control_plane),
    ):
        prepare(client, CLUSTER)
        add_nodes(client, "worker")
        add_nodes(client, "control", taints=[CONTROL_PLANE])
        add_nodes(client, "broken", taints=[EVICTING])
        add_nodes(client, "windows", labels={"kubernetes.io/os": "windows"})
        apply(client, objects(CLUSTER, "node"))
        rolled_out(client)
        yield client


@pytest.fixture
def cluster(nodes: Client) -> Iterator[Client]:
    """The same cluster for each test, since it takes its time: what a test applied is taken back."""
    yield nodes
    apply(nodes, objects(CLUSTER, "node"))
    rolled_out(nodes)


def apply(api: Client, manifests: list[Object]) -> None:
    """Apply as Flux does, but for the seconds that a pod has to stay ready before the next one goes."""
    for manifest in manifests:
        manifest.get("spec", {}).pop("minReadySeconds", None)
        api.apply(manifest, manager="kustomize-controller", force=True)


def rolled_out(api: Client) -> None:
    """Wait until every DaemonSet runs what it says everywhere, as ``kubectl rollout status`` does."""
    sets: list[Object] = []

    def done() -> bool:
        sets[:] = api.list("apps/v1", "DaemonSet")
        return all(is_rolled_out(item) for item in sets)

    assert wait(done, seconds=120), {item["metadata"]["name"]: item["status"] for item in sets}


def is_rolled_out(daemon_set: Object) -> bool:
    status = daemon_set["status"]
    counts = {status.get(name, 0) for name in ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable")}
    seen = status.get("observedGeneration") == daemon_set["metadata"]["generation"]
    return seen and len(counts) == 1 and 0 not in counts


def pods(api: Client) -> Mapping[str, Mapping[str, Object]]:
    """The pods of each DaemonSet by node."""
    found: dict[str, dict[str, Object]] = {}
    for pod in api.list("v1", "Pod"):
        if "deletionTimestamp" not in pod["metadata"] and "nodeName" in pod["spec"]:
            (owner,) = pod["metadata"]["ownerReferences"]
            found.setdefault(owner["name"], {})[pod["spec"]["nodeName"]] = pod
    return found


def uids(api: Client) -> Mapping[str, set[str]]:
    return {name: {pod["metadata"]["uid"] for pod in nodes.values()} for name, nodes in pods(api).items()}


def test_both_daemons_run_on_every_linux_node_whatever_its_taints(cluster: Client) -> None:
    running = pods(cluster)

    assert {name: set(running[name]) for name in DAEMONS} == dict.fromkeys(DAEMONS, LINUX)
    for name in DAEMONS:
        for pod in running[name].values():
            assert pod["status"]["phase"] == "Running"
            assert pod["spec"]["priority"] == 2_000_001_000  # system-node-critical
            assert pod["spec"]["hostNetwork"] is True
            assert pod["spec"]["serviceAccountName"] == name
    assert cluster.warnings == []


@pytest.mark.parametrize(
    ("change", "rolled"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param({"sysctls": {"extra": {"net.core.somaxconn": "4096"}}}, {"genlb-sysctl"}, id="a sysctl"),
        pytest.param({"vipBinder": {"guard": False}}, {"genlb-vip"}, id="the binder's guard"),
        pytest.param({"kubeProxy": {"ipvs": {"scheduler": "sh"}}}, {"kube-proxy"}, id="kube-proxy's scheduler"),
        pytest.param({"bgp": {"maxRestartTime": "3m0s"}}, set(), id="a BGP timer"),
    ],
)
def test_exactly_the_pods_of_what_changed_roll(
    cluster: Client, tmp_path: Path, change: Mapping[str, Any], rolled: set[str]
) -> None:
    before = uids(cluster)

    apply(cluster, objects(CLUSTER, "node", folder=render(CLUSTER, change, tmp_path)))
    rolled_out(cluster)

    after = uids(cluster)
    assert {name for name in before if before[name] != after[name]} == rolled
    assert {name for name in rolled if before[name] & after[name]} == set()
    assert after.keys() == before.keys() == {*DAEMONS, "kube-proxy"}


def test_a_daemon_that_is_cleaned_up_rolls_with_other_arguments(cluster: Client, tmp_path: Path) -> None:
    folder = render(CLUSTER, {"vipBinder": {"state": "Cleanup"}}, tmp_path)
    apply(cluster, objects(CLUSTER, "node", folder=folder))
    rolled_out(cluster)

    arguments = [pod["spec"]["containers"][0]["args"] for pod in pods(cluster)["genlb-vip"].values()]
    (daemon_set,) = of_kind(objects(CLUSTER, "node", folder=folder), "DaemonSet", "genlb-vip")
    assert arguments == [daemon_set["spec"]["template"]["spec"]["containers"][0]["args"]] * len(LINUX)
    assert "--cleanup" in arguments[0]


def test_a_new_node_gets_both_daemons(cluster: Client) -> None:
    """The last one: without the garbage collector of pods, a node does not go as it came."""
    add_nodes(cluster, "new")

    assert wait(lambda: all("new" in pods(cluster)[name] for name in DAEMONS)), pods(cluster).keys()
