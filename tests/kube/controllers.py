"""What works on a control plane: controllers, a scheduler, nodes that are only played, MetalLB's controller.

Each is a process to be stopped before the state of a test is taken back, or it would put its own traces there again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.kube.assets import asset
from tests.kube.client import Client, Object
from tests.kube.control_plane import ControlPlane
from tests.kube.ports import LOOPBACK, free_ports
from tests.kube.process import Process, wait

METALLB_NAMESPACE = "metallb-system"

_CONTROLLERS = (
    "daemonset-controller",
    "deployment-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "replicaset-controller",
    "serviceaccount-controller",
)
_numbers = itertools.count()


@contextmanager
def controllers(plane: ControlPlane) -> Iterator[Process]:
    """The controller manager, with those controllers that a roll-out needs."""
    flags = ["--leader-elect=false", "--secure-port=0", f"--controllers={','.join(_CONTROLLERS)}"]
    with _started(plane, "kube-controller-manager", flags) as process:
        yield process


@contextmanager
def scheduler(plane: ControlPlane) -> Iterator[Process]:
    """The scheduler: a DaemonSet's pods need it, too."""
    with _started(plane, "kube-scheduler", ["--leader-elect=false", "--secure-port=0"]) as process:
        yield process


@contextmanager
def kwok(plane: ControlPlane) -> Iterator[Process]:
    """kwok, which plays the kubelet of every Node: nodes become Ready, pods Running with an address."""
    with _started(plane, "kwok", ["--manage-all-nodes", "--config=/dev/null"]) as process:
        yield process


@contextmanager
def metallb(plane: ControlPlane) -> Iterator[Process]:
    """MetalLB's controller in ``metallb-system``; it wants its own Deployment to be there."""
    client = plane.client
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": METALLB_NAMESPACE}})
    client.apply(_metallb_deployment())
    (port,) = free_ports(1)
    flags = [
        f"-namespace={METALLB_NAMESPACE}",
        "-deployment=controller",
        "-ml-secret-name=memberlist",
        "-webhook-mode=disabled",
        "-disable-cert-rotation",
        f"-port={port}",
    ]
    variables = {"METALLB_POD_NAME": "controller-0", "METALLB_NAMESPACE": METALLB_NAMESPACE, "METALLB_HOST": LOOPBACK}
    with _started(plane, "metallb-controller", flags, variables) as process:
        yield process


def add_nodes(client: Client, *names: str, labels: dict[str, str] | None = None, taints: Sequence[Object] = ()) -> None:
    """Create Nodes as their kubelets would and wait until something plays those."""
    for name in names:
        known = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(labels or {})}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": known}}
        client.create(node)
        if not wait(partial(_plays, client, node)):
            raise AssertionError(f"nobody plays the node {name}")
        # The server taints every new node as not ready; the controller that would take it off again does not run.
        client.patch(node, {"spec": {"taints": list(taints)}})


@contextmanager
def _started(
    plane: ControlPlane, program: str, flags: Sequence[str], variables: dict[str, str] | None = None
) -> Iterator[Process]:
    log = plane.directory / f"{program}-{next(_numbers)}.log"
    # MetalLB's own flags have one dash; Go's flag package takes both spellings.
    command: list[str | Path] = [asset(program), f"--kubeconfig={plane.kubeconfig}", *flags]
    with Process(program, command, log=log, variables=variables) as process:
        yield process


def _plays(client: Client, node: Object) -> bool:
    conditions = client.live(node).get("status", {}).get("conditions", ())
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


def _metallb_deployment() -> Object:
    labels = {"app": "metallb", "component": "controller"}
    pod = {"containers": [{"name": "controller", "image": "metallb-controller"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "controller", "namespace": METALLB_NAMESPACE},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
