"""genlb's own daemons on the nodes, as rendered: what they make of sysctls and VIPs, judged by kernel and traffic."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.lab.host import until
from tests.lab.net import ENDPOINTS, NODES
from tests.lab.proxy import PORT, VIPS
from tests.lab.rack import ONLINK, ROUTED, Rack, addresses, guarded, is_local, local_routes
from tests.lab.scenario import EVERYWHERE, reached
from tests.lab.traffic import SHORT, Attempt, Server, connect, connect_all

pytestmark = pytest.mark.lab

SSH, KUBELET = 22, 10_250
CONF = "net/ipv4/conf/all"


# --------------------------------------------------------------------------------------------------------------- VIPs


@pytest.mark.parametrize("policy", ["Cluster", "Local"])
def test_a_routed_vip_is_local_on_every_node_and_answers_nobody(rack_in_each_mode: Rack, policy: str) -> None:
    rack, lab = rack_in_each_mode, rack_in_each_mode.lab
    for vip in VIPS["routed", policy].both:
        lab.route(vip, ENDPOINTS)

        assert [node.name for node in lab.nodes if not is_local(node, vip)] == []
        assert [node.name for node in lab.nodes if vip in addresses(node)] == []
        assert lab.owners(vip) == set()
        assert reached(rack.lab, vip) == EVERYWHERE


@pytest.fixture
def listening(rack_in_each_mode: Rack) -> Iterator[Rack]:
    """Every node has daemons that listen on every address it has."""
    servers = [Server(node, port) for node in rack_in_each_mode.lab.nodes for port in (SSH, KUBELET)]
    yield rack_in_each_mode
    for server in servers:
        server.close()


def test_the_nodes_daemons_are_silent_on_every_vip(listening: Rack) -> None:
    lab = listening.lab
    for vip in ROUTED:
        lab.route(vip, ["n1"])
    asked = [
        Attempt(lab.hosts[client], vip, port, SHORT)
        for vip in (*ROUTED, *ONLINK)
        for client in ("client", "rackhost", "q1")
        for port in (SSH, KUBELET)
    ]

    answers = connect_all(asked)

    assert {answer.verdict for answer in answers} == {"timeout"}
    for vip in (*ROUTED, *ONLINK):
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"
    for port in (SSH, KUBELET):
        assert connect(lab.hosts["client"], lab.addresses("n1")[0], port).server == "n1"
        assert connect(lab.hosts["client"], lab.addresses("n1")[1], port).server == "n1"


# ----------------------------------------------------------------------------------------------------------- sysctls


def test_the_sysctl_daemon_brings_the_rendered_values_into_effect(rack: Rack) -> None:
    found = {
        node.name: [node.read(f"{CONF}/{key}") for key in ("arp_ignore", "arp_announce", "rp_filter")]
        for node in rack.lab.nodes
    }

    assert found == {node: ["1", "2", "2"] for node in NODES}


@pytest.mark.parametrize(
    ("key", "foreign", "ours"), [("arp_ignore", 0, "1"), ("arp_announce", 0, "2"), ("rp_filter", 1, "2")]
)
def test_the_sysctl_daemon_takes_back_what_others_write(rack: Rack, key: str, foreign: int, ours: str) -> None:
    n1 = rack.host("n1")

    n1.write(f"{CONF}/{key}", foreign)

    until(lambda: n1.read(f"{CONF}/{key}") == ours, "corrected")


# -------------------------------------------------------------------------------------------------------- the way out


def test_cleanup_leaves_nothing_of_ours_on_a_node(rack: Rack) -> None:
    owner = rack.owner(ONLINK[0])
    node = rack.host(owner)
    rack.daemon("vip", owner).stop(by=signal.SIGKILL)
    assert ONLINK[0] in addresses(node)
    assert guarded(node)

    assert rack.kubelet.start("vip", owner, "--cleanup", "--once").wait() == 0

    assert local_routes(node) == set()
    assert set(addresses(node)).isdisjoint(ONLINK)
    assert guarded(node) == ""
