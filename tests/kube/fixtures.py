"""Fixtures of the tier ``api``: one control plane for the whole run, a clean one for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kube import crds
from tests.kube.assets import MissingError, api_server, asset
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane


@pytest.fixture(scope="session")
def kube_program() -> Callable[[str], Path]:
    """Where a program of the tier is; the test ends where nobody built it."""

    def find(name: str) -> Path:
        try:
            return asset(name)
        except MissingError as error:
            pytest.skip(str(error))

    return find


@pytest.fixture(scope="session")
def control_plane(
    kube_program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ControlPlane]:
    """An API server with every CRD that genlb knows, the real ones where they are to be had."""
    for name in ("etcd", api_server()):
        kube_program(name)
    with ControlPlane(tmp_path_factory.mktemp("control-plane"), definitions=crds.best()) as plane:
        yield plane


@pytest.fixture
def api(control_plane: ControlPlane) -> Iterator[Client]:
    """An administrator. After the test the server holds again what it held before, cluster-scoped objects included."""
    with control_plane.isolated() as client:
        yield client


@pytest.fixture(scope="session")
def control_plane_of_ours(
    kube_program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ControlPlane]:
    """An API server whose CRDs are all made from ``schemas/objects/``."""
    for name in ("etcd", api_server()):
        kube_program(name)
    with ControlPlane(tmp_path_factory.mktemp("control-plane-of-ours"), definitions=crds.of_ours()) as plane:
        yield plane
