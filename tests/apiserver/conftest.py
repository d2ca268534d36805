"""The two API servers of the tests that compare verdicts, and which tests an older server cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.apiserver.surroundings import NAMESPACES
from tests.contract.real_crds import FOLDER
from tests.kube.assets import api_server
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane

# The scheduler and the controllers must not be newer than their server; those of an older line are not built.
collect_ignore = [] if api_server() == "kube-apiserver" else ["test_rollout.py"]


@pytest.fixture
def servers(control_plane: ControlPlane, control_plane_of_ours: ControlPlane) -> Iterator[Mapping[str, Client]]:
    """The API servers that judge, by whose CRDs they have."""
    planes = {"ours": control_plane_of_ours} | ({"real": control_plane} if FOLDER.is_dir() else {})
    with control_plane_of_ours.isolated() as ours, control_plane.isolated() as best:
        clients = {"ours": ours, "real": best}
        for client in clients.values():
            for name in NAMESPACES:
                client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield {name: clients[name] for name in planes}
