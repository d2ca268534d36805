"""genlb's own daemons on the nodes, as rendered: what they make of sysctls and VIPs, judged by kernel and traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.lab.daemons import Kubelet, rendered, spec
from tests.lab.host import until
from tests.lab.machine import lab_or_skip
from tests.lab.net import Lab
from tests.lab.proxy import MODES, kube_proxies

pytestmark = pytest.mark.lab


QUICK = {"assertIntervalSeconds": 1, "resyncIntervalSeconds": 2}
"""Between two complete looks at a node."""


class Rack(NamedTuple):
    lab: Lab
    kubelet: Kubelet
    mode: str


@pytest.fixture(scope="module", params=MODES)
def rack(
    cluster: Client,
    control_plane: ControlPlane,
    kube_program: Callable[[str], Path],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Rack]:
    """A lab of this module's own: daemons leave more behind than plain commands do."""
    mode: str = request.param
    folder = tmp_path_factory.mktemp(f"daemons-{mode}")
    with ExitStack() as running:
        lab = running.enter_context(lab_or_skip())
        program = kube_program("kube-proxy")
        running.enter_context(kube_proxies(lab, program, control_plane.kubeconfig, mode, folder))
        yield Rack(lab, Kubelet(lab, cluster, rendered(spec(mode), folder), folder, changed=QUICK), mode)


def test_the_sysctl_daemon_brings_the_rendered_values_into_effect(rack: Rack) -> None:
    for node in rack.lab.nodes:
        for key, value in (("arp_ignore", 0), ("arp_announce", 0), ("rp_filter", 1)):
            node.write(f"net/ipv4/conf/all/{key}", value)

    with rack.kubelet.running("sysctl"):
        for node in rack.lab.nodes:
            conf = "net/ipv4/conf/all"
            values = [node.read(f"{conf}/{key}") for key in ("arp_ignore", "arp_announce", "rp_filter")]
            assert values == ["1", "2", "2"], node.name


def test_the_sysctl_daemon_takes_back_what_others_write(rack: Rack) -> None:
    n1 = rack.lab.hosts["n1"]
    with rack.kubelet.running("sysctl", "n1"):
        n1.write("net/ipv4/conf/all/arp_announce", 0)

        until(lambda: n1.read("net/ipv4/conf/all/arp_announce") == "2", "corrected")
