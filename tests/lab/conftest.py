"""Fixtures of the tier ``lab``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.lab.machine import lab_or_skip
from tests.lab.net import Lab
from tests.lab.proxy import MODES, kube_proxies, publish


@pytest.fixture(scope="package")
def cluster(control_plane: ControlPlane) -> Iterator[Client]:
    """An API server that knows the lab's nodes and Services."""
    with control_plane.isolated() as client:
        publish(client)
        yield client


@pytest.fixture(scope="package", params=MODES)
def proxied_lab(
    cluster: Client,
    control_plane: ControlPlane,
    kube_program: Callable[[str], Path],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lab]:
    """A lab whose nodes run the real kube-proxy, once in each mode."""
    program = kube_program("kube-proxy")
    folder = tmp_path_factory.mktemp(f"lab-{request.param}")
    with lab_or_skip() as made, kube_proxies(made, program, control_plane.kubeconfig, request.param, folder):
        yield made


@pytest.fixture
def lab(proxied_lab: Lab) -> Iterator[Lab]:
    """A lab whose nodes run the real kube-proxy; before and after each test nothing is bound, nothing is routed."""
    proxied_lab.pristine()
    yield proxied_lab
    proxied_lab.pristine()


@pytest.fixture
def plain_lab() -> Iterator[Lab]:
    """A lab of the test's own, without kube-proxy."""
    with lab_or_skip() as made:
        yield made
