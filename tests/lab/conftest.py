"""Fixtures of the tier ``lab``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.lab.machine import lab_or_skip, require
from tests.lab.net import Lab
from tests.lab.proxy import MODES, api_on_nodes, kube_proxies, publish
from tests.lab.rack import Rack


@pytest.fixture(scope="package")
def cluster(control_plane: ControlPlane) -> Iterator[Client]:
    """An API server that knows the lab's nodes and Services."""
    with control_plane.isolated() as client:
        publish(client)
        yield client


@pytest.fixture(scope="package")
def proxied_labs(
    cluster: Client,
    control_plane: ControlPlane,
    kube_program: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, Lab]]:
    """A lab for each mode of kube-proxy, as the last test left them; they are started at the same time."""
    require()
    program, folder = kube_program("kube-proxy"), tmp_path_factory.mktemp("labs")

    def proxied(mode: str, running: ExitStack) -> Lab:
        lab = running.enter_context(lab_or_skip())
        running.enter_context(api_on_nodes(lab, control_plane.kubeconfig))
        running.enter_context(kube_proxies(lab, program, control_plane.kubeconfig, mode, folder))
        return lab

    with ThreadPoolExecutor() as threads, ExitStack() as first, ExitStack() as second:
        yield dict(zip(MODES, threads.map(proxied, MODES, (first, second)), strict=True))


@pytest.fixture
def labs(proxied_labs: Mapping[str, Lab]) -> Mapping[str, Lab]:
    """Labs whose nodes run the real kube-proxy, by its mode; in the beginning nothing is bound, nothing is routed."""
    for lab in proxied_labs.values():
        lab.pristine()
    return proxied_labs


@pytest.fixture(params=MODES)
def lab(proxied_labs: Mapping[str, Lab], request: pytest.FixtureRequest) -> Lab:
    """One of these, once in each mode."""
    chosen = proxied_labs[request.param]
    chosen.pristine()
    return chosen


@pytest.fixture
def plain_lab() -> Iterator[Lab]:
    """A lab of the test's own, without kube-proxy."""
    with lab_or_skip() as made:
        yield made


@pytest.fixture(scope="package")
def started_rack(
    cluster: Client,
    control_plane: ControlPlane,
    kube_program: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Rack]:
    """The rack, as the last test left it."""
    folder = tmp_path_factory.mktemp("rack")
    with Rack(cluster, control_plane.kubeconfig, kube_program("kube-proxy"), folder) as made:
        yield made


@pytest.fixture
def rack(started_rack: Rack) -> Rack:
    """A rack whose nodes run kube-proxy, in whichever mode, and both daemons of genlb; every on-link VIP is owned."""
    started_rack.settle()
    return started_rack


@pytest.fixture(scope="module", params=MODES)
def _mode(started_rack: Rack, request: pytest.FixtureRequest) -> None:
    started_rack.proxy(request.param)


@pytest.fixture
def rack_in_each_mode(_mode: None, rack: Rack) -> Rack:
    """The same, once with kube-proxy in iptables and once in nftables mode."""
    return rack
