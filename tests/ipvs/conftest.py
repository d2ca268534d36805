"""Fixtures of the tier ``ipvs``: a node with a kernel of its own, and the real kube-proxy on it in ipvs mode."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.ipvs import uml
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.kube.ports import LOOPBACK
from tests.lab.host import until
from tests.lab.machine import lab_or_skip, require
from tests.lab.net import NODES, Lab, pod_address, rack_address
from tests.lab.proxy import VIPS, add_node, api_port, configuration, forward, publish

GATEWAY = "10.0.0.1"
LOG = "/run/kube-proxy.log"


class Rack(NamedTuple):
    """A lab, and the guest in its rack."""

    lab: Lab
    guest: uml.Guest
    api: Client


@pytest.fixture(scope="package")
def rack(
    control_plane: ControlPlane, kube_program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rack]:
    """The guest serves every VIP of the lab; the lab's own nodes run no kube-proxy, their pods are the endpoints."""
    program = kube_program("kube-proxy")
    require(uml.TOOLS)
    folder = tmp_path_factory.mktemp("ipvs")
    routes = [f"route add {pod_address(node)}/32 via {rack_address(node)}" for node in NODES]
    commands = [f"addr add {uml.ADDRESS}/24 dev eth0", f"route add default via {GATEWAY}", *routes]
    with lab_or_skip() as lab, control_plane.isolated() as api:
        publish(api)
        add_node(api, uml.NAME, uml.ADDRESS)
        with (
            forward(lab.tor, api_port(control_plane.kubeconfig), address=GATEWAY),
            uml.guest(lab, lab.world.host(uml.NAME), folder, commands) as guest,
        ):
            config = folder / "kube-proxy.json"
            kubeconfig = kubeconfig_by_way_of(GATEWAY, control_plane.kubeconfig, folder / "kubeconfig")
            config.write_text(json.dumps(configuration(uml.NAME, "ipvs", kubeconfig, ipvs={"strictARP": True})))
            guest.start(program, f"--config={config}", log=LOG)
            until(lambda: _serves(guest), "serving in the guest", pause=0.3)
            yield Rack(lab, guest, api)


def kubeconfig_by_way_of(address: str, original: Path, path: Path) -> Path:
    """The kubeconfig for whoever reaches the API server at another address, which its certificate does not name."""
    config = json.loads(original.read_text())
    cluster = config["clusters"][0]["cluster"]
    cluster |= {"server": f"https://{address}:{api_port(original)}", "tls-server-name": LOOPBACK}
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))
    return path


def _serves(guest: uml.Guest) -> bool:
    held = guest.run("ip", "-o", "addr", "show", "dev", "kube-ipvs0").out
    return all(f" {vip.address}/32 " in held for vip in VIPS.values())
