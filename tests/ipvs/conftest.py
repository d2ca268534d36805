"""Fixtures of the tier ``ipvs``: a node with a kernel of its own, and the real kube-proxy on it in ipvs mode."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ipvs import uml
from tests.ipvs.rack import API, GATEWAY, VIPS, Rack
from tests.kube.control_plane import ControlPlane
from tests.lab.host import until
from tests.lab.machine import lab_or_skip, require
from tests.lab.net import NODES, pod_address, rack_address
from tests.lab.proxy import METRICS_PORT, add_node, api_port, configuration, forward, publish

SYNC_PERIOD = "2s"
"""Between two times that kube-proxy looks at everything; 30 s would be its own choice."""


@pytest.fixture(scope="package")
def rack(
    control_plane: ControlPlane, kube_program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rack]:
    """The guest serves every VIP of the rack; the lab's own nodes run no kube-proxy, their pods are the endpoints."""
    program = kube_program("kube-proxy")
    require(uml.TOOLS)
    folder = tmp_path_factory.mktemp("ipvs")
    routes = [f"route add {pod_address(node)}/32 via {rack_address(node)}" for node in NODES]
    commands = [f"addr add {uml.ADDRESS}/24 dev eth0", f"route add default via {GATEWAY}", *routes]
    with lab_or_skip() as lab, control_plane.isolated() as api:
        publish(api, VIPS.values())
        add_node(api, uml.NAME, uml.ADDRESS)
        with (
            forward(lab.tor, api_port(control_plane.kubeconfig), address=API),
            uml.guest(lab, lab.world.host(uml.NAME), folder, commands) as guest,
        ):
            kubeconfig = kubeconfig_by_way_of(API, control_plane.kubeconfig, folder / "kubeconfig")
            config = folder / "kube-proxy.json"
            config.write_text(json.dumps(proxy_configuration(kubeconfig)))
            made = Rack(lab, guest, api, guest.start(program, f"--config={config}", log=uml.PROXY_LOG))
            until(made.is_served, "serving in the guest", pause=0.3)
            yield made


def proxy_configuration(kubeconfig: Path) -> dict[str, object]:
    """Mode ipvs with strictARP; it looks at everything often, and tells the rack how often it did."""
    ipvs = {"strictARP": True, "syncPeriod": SYNC_PERIOD}
    metrics = f"0.0.0.0:{METRICS_PORT}"
    return configuration(uml.NAME, "ipvs", kubeconfig, ipvs=ipvs, metricsBindAddress=metrics)


def kubeconfig_by_way_of(address: str, original: Path, path: Path) -> Path:
    """The kubeconfig for whoever reaches the API server at another address."""
    config = json.loads(original.read_text())
    config["clusters"][0]["cluster"]["server"] = f"https://{address}:{api_port(original)}"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))
    return path
