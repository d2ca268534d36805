"""Fixtures of the tier ``api``: one control plane for the whole run, a clean one for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.kube import crds
from tests.kube.assets import MissingError, api_server, asset
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane

# The scheduler and the controllers must not be newer than their server; those of an older line are not built.
collect_ignore = [] if api_server() == "kube-apiserver" else ["test_rollout.py"]


@pytest.fixture(scope="session")
def kube_program() -> Callable[[str], Path]:
    """Where a program of the tier is; the test ends where nobody built it."""
    if not {"GENLB_REQUIRE", "KUBEBUILDER_ASSETS"} & set(os.environ):
        pytest.skip("the tier api runs on demand: GENLB_REQUIRE=api make test (make kube builds what it needs)")
    if "api" not in os.environ.get("GENLB_REQUIRE", "api").split(","):
        pytest.skip("the tier api is not among those that GENLB_REQUIRE names")

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say where the logs are when a test failed."""
    report = yield
    plane = getattr(item, "funcargs", {}).get("control_plane")
    if report.failed and isinstance(plane, ControlPlane):
        report.sections.append(("control plane", f"logs: {plane.directory}"))
    return report
