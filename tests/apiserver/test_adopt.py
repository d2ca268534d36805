"""A cluster of a real API server, with all that it fills in by itself, becomes a spec that renders what is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genlb.cli.main import run
from tests.api.repositories import DEFAULTS, write
from tests.apiserver.rendered import objects
from tests.apiserver.surroundings import prepare
from tests.cli.live import by_hand
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane

CLUSTER = "fra1-prod"
CONTEXT = "genlb-tests"
NODES = (
    {"IPv4Address": "10.20.1.11/24", "IPv6Address": "fd00:20:1::11/64"},
    {"IPv4Address": "10.20.2.11/24", "IPv6Address": "fd00:20:2::11/64"},
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of FleetDefaults alone."""
    write(tmp_path, "clusters/_defaults.yaml", DEFAULTS + '  versions: {calico: "3.32.1", metallb: "0.16.1"}\n')
    return tmp_path


def with_nodes(api: Client) -> None:
    """Nodes as calico-node annotates them, and a pool of the pods where the server knows such a thing."""
    for number, addresses in enumerate(NODES):
        annotations = {f"projectcalico.org/{key}": value for key, value in addresses.items()}
        api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n{number}", "annotations": annotations}})
    kubeadm = "networking: {podSubnet: '10.244.0.0/16,fd00:10:244::/56', serviceSubnet: 10.96.0.0/16}\n"
    api.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "kubeadm-config", "namespace": "kube-system"},
            "data": {"ClusterConfiguration": kubeadm},
        }
    )


def adopt(plane: ControlPlane, root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """The exit code and the document of ``genlb adopt``."""
    capsys.readouterr()
    access = ("--context", CONTEXT, "--kubeconfig", str(plane.kubeconfig))
    code = run(["-C", str(root), "adopt", CLUSTER, *access, "-o", "json"])
    return code, json.loads(capsys.readouterr().out)


def gaps(document: Any, gap: str) -> dict[str, str]:
    return {note["what"]: note["text"] for note in document["notes"] if note["gap"] == gap}


def test_what_genlb_rendered_and_a_server_filled_in_is_adopted_without_a_change(
    api: Client, control_plane: ControlPlane, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(api, CLUSTER)
    with_nodes(api)
    for manifest in objects(CLUSTER):
        api.apply(manifest, manager="kustomize-controller", force=True)
    code, document = adopt(control_plane, root, capsys)
    assert gaps(document, "changes") == {}
    assert gaps(document, "outside") == {}
    assert [one["message"] for one in document["diagnostics"] if one["severity"] == "error"] == []
    assert code == 0


def test_what_somebody_else_configured_changes_only_as_listed(
    api: Client, control_plane: ControlPlane, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(api)
    with_nodes(api)
    for manifest in by_hand():
        if manifest["kind"] in ("BGPConfiguration", "BGPPeer", "BGPFilter", "IPAddressPool"):
            api.create(manifest, manager="kubectl-create")
    _, document = adopt(control_plane, root, capsys)
    assert set(gaps(document, "outside")) == {"BGPFilter acme-import"}
    assert set(gaps(document, "changes")) == {
        "BGPFilter genlb-no-reexport",
        "BGPPeer rack1-leaf.a",
        "BGPPeer rack1-leaf.b",
        "ClusterRole genlb-drift-reader",
        "metadata",
    }
