"""genlb's own daemons on the nodes, as rendered: what they make of sysctls and VIPs, judged by kernel and traffic."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.lab.daemons import Kubelet, rendered, spec
from tests.lab.host import Host, until
from tests.lab.machine import lab_or_skip
from tests.lab.net import ENDPOINTS, Lab, rack_address
from tests.lab.proxy import MODES, PORT, VIPS, kube_proxies
from tests.lab.test_story import INSIDE, OUTSIDE, reached
from tests.lab.traffic import SHORT, Server, connect

pytestmark = pytest.mark.lab


QUICK = {"assertIntervalSeconds": 1, "resyncIntervalSeconds": 2}
"""Between two complete looks at a node."""


SSH = 22
EVERYWHERE = dict.fromkeys((*OUTSIDE, *INSIDE), "ok")
NOBODY_BOUND = {**dict.fromkeys(OUTSIDE, "EHOSTUNREACH"), **dict.fromkeys(INSIDE, "ok")}


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


def test_with_the_daemons_running_an_on_link_vip_has_one_owner_and_is_reached_from_everywhere(rack: Rack) -> None:
    lab = rack.lab
    vips = [VIPS["onlink", policy].address for policy in ("Cluster", "Local")]
    assert {vip: lab.owners(vip) for vip in vips} == dict.fromkeys(vips, frozenset())
    assert {vip: reached(lab, vip) for vip in vips} == dict.fromkeys(vips, NOBODY_BOUND)

    with rack.kubelet.running("sysctl"), rack.kubelet.running("vip"):
        until(lambda: all(len(lab.owners(vip)) == 1 for vip in vips), "owned by one node each")

        assert {vip: reached(lab, vip) for vip in vips} == dict.fromkeys(vips, EVERYWHERE)
        assert lab.owners(vips[1]) <= set(ENDPOINTS)


def test_with_the_daemons_running_a_routed_vip_is_local_on_every_node_and_answers_no_arp(rack: Rack) -> None:
    lab = rack.lab
    vip = VIPS["routed", "Local"].address
    lab.route(f"{vip}/32", ["n1"])

    with rack.kubelet.running("sysctl"), rack.kubelet.running("vip"):
        until(lambda: all(is_local(node, vip) for node in lab.nodes), "local everywhere")

        assert lab.owners(vip) == set()
        assert reached(lab, vip) == EVERYWHERE
        assert [node.check("ip", "-o", "addr", "show", "to", f"{vip}/32") for node in lab.nodes] == ["", "", ""]


def test_the_running_guard_keeps_the_nodes_daemons_off_every_vip(rack: Rack) -> None:
    lab = rack.lab
    vip = VIPS["routed", "Cluster"].address
    lab.route(f"{vip}/32", ["n1"])
    ssh = Server(lab.hosts["n1"], SSH)
    try:
        with rack.kubelet.running("vip", "n1"):
            until(lambda: is_local(lab.hosts["n1"], vip), "local")

            assert connect(lab.hosts["client"], vip, SSH, patience=SHORT).verdict == "timeout"
            assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"
            assert connect(lab.hosts["client"], rack_address("n1"), SSH).server == "n1"
    finally:
        ssh.close()


def test_an_owner_that_is_told_to_end_hands_over_before_it_goes(rack: Rack) -> None:
    lab = rack.lab
    vip = VIPS["onlink", "Cluster"].address
    with rack.kubelet.running("sysctl"), rack.kubelet.running("vip") as daemons:
        until(lambda: len(lab.owners(vip)) == 1, "owned")
        (owner,) = lab.owners(vip)
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"

        assert daemons[owner].stop(by=signal.SIGTERM) == 0

        until(lambda: len(lab.owners(vip) - {owner}) == 1, "owned by another")
        assert reached(lab, vip) == EVERYWHERE


def test_an_owner_that_is_killed_loses_the_address_and_another_node_takes_it(rack: Rack) -> None:
    lab = rack.lab
    vip = VIPS["onlink", "Cluster"].address
    with rack.kubelet.running("sysctl"), rack.kubelet.running("vip") as daemons:
        until(lambda: len(lab.owners(vip)) == 1, "owned")
        (owner,) = lab.owners(vip)

        daemons[owner].stop()

        seen = set()

        def taken_over() -> bool:
            owners = lab.owners(vip)
            seen.add(len(owners))
            return owners != set() and owner not in owners

        until(taken_over, "taken over")
        assert max(seen) == 1, "two owners at once"
        assert reached(lab, vip) == EVERYWHERE


def test_cleanup_leaves_nothing_of_ours_on_a_node(rack: Rack) -> None:
    lab = rack.lab
    vips = [VIPS["routed", policy].address for policy in ("Cluster", "Local")]
    n1 = lab.hosts["n1"]
    with rack.kubelet.running("vip", "n1"):
        until(lambda: all(is_local(n1, vip) for vip in vips), "local")

    assert rack.kubelet.start("vip", "n1", "--cleanup", "--once").wait() == 0

    assert [vip for vip in vips if is_local(n1, vip)] == []
    assert "table inet genlb" not in n1.check("nft", "list", "tables")


def is_local(node: Host, vip: str) -> bool:
    """Whether a node takes packets to ``vip`` for its own."""
    return node.check("ip", "route", "get", vip).startswith("local ")
