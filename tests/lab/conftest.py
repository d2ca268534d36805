"""Fixtures of the tier ``lab``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.lab.host import PATH, UnavailableError
from tests.lab.net import Lab
from tests.lab.proxy import kube_proxies, publish

TOOLS = {
    "ip": "iproute2",
    "iptables": "iptables",
    "nft": "nftables",
    "bird": "bird",
    "unshare": "util-linux",
}
"""Programs, and the Debian packages that have them."""

MODES = ("iptables", "nftables")


@pytest.fixture(scope="session")
def machine() -> None:
    """What the lab needs of the machine; the test ends where it is missing."""
    if missing := [package for tool, package in TOOLS.items() if shutil.which(tool, path=PATH) is None]:
        pytest.skip(f"{', '.join(missing)} missing: `sudo apt install {' '.join(missing)}` gets it")


@pytest.fixture(scope="package")
def cluster(control_plane: ControlPlane) -> Iterator[Client]:
    """An API server that knows the lab's nodes and Services."""
    with control_plane.isolated() as client:
        publish(client)
        yield client


@pytest.fixture(scope="package", params=MODES)
def lab(
    machine: None,
    cluster: Client,
    control_plane: ControlPlane,
    kube_program: Callable[[str], Path],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lab]:
    """A lab whose nodes run the real kube-proxy, once in each mode; nothing is bound, nothing is routed."""
    program = kube_program("kube-proxy")
    folder = tmp_path_factory.mktemp(f"lab-{request.param}")
    with bare_lab() as made, kube_proxies(made, program, control_plane.kubeconfig, request.param, folder):
        yield made


@pytest.fixture
def plain_lab(machine: None) -> Iterator[Lab]:
    """A lab of the test's own, without kube-proxy."""
    with bare_lab() as made:
        yield made


def bare_lab() -> Lab:
    """A lab that is not entered yet, which skips where the machine gives none."""
    return _SkippingLab()


class _SkippingLab(Lab):
    def __enter__(self) -> _SkippingLab:
        try:
            super().__enter__()
        except UnavailableError as error:
            pytest.skip(f"no network namespaces: {error}")
        return self
