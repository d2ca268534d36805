"""The guard: only Service ports answer on a VIP that is local; the node's own daemons do not."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from genlb.agent.vip.node.guard import removal, ruleset
from genlb.agent.vip.services.desired import Binding, Mode
from genlb.agent.vip.services.facts import Port
from tests.lab.net import Lab, rack_address
from tests.lab.proxy import PORT, VIPS
from tests.lab.traffic import SHORT, Attempt, Server, connect, connect_all

pytestmark = pytest.mark.lab

SSH, KUBELET = 22, 10_250
VIP = VIPS["routed", "Cluster"].address
BINDING = Binding(ip_address(VIP), "public", Mode.ANY_IP, ("lab/routed-cluster",), frozenset({Port("TCP", PORT)}), None)


@pytest.fixture
def exposed(lab: Lab) -> Iterator[Lab]:
    """A VIP that is local to n1, where two daemons of the node listen on every address."""
    n1 = lab.hosts["n1"]
    servers = [Server(n1, port) for port in (SSH, KUBELET)]
    lab.route(f"{VIP}/32", ["n1"])
    lab.bind(VIP, how="AnyIP", nodes=["n1"])
    yield lab
    n1.check("nft", "-f", "-", given=removal())
    for server in servers:
        server.close()


@pytest.mark.parametrize("port", [SSH, KUBELET])
def test_a_local_vip_lets_everybody_talk_to_the_nodes_daemons(exposed: Lab, port: int) -> None:
    assert connect(exposed.hosts["client"], VIP, port).server == "n1"


@pytest.mark.parametrize("port", [SSH, KUBELET])
def test_with_the_guard_the_nodes_daemons_are_silent_on_it(exposed: Lab, port: int) -> None:
    exposed.hosts["n1"].check("nft", "-f", "-", given=ruleset([BINDING]))

    clients = [exposed.hosts[name] for name in ("client", "rackhost", "q1")]
    outcomes = connect_all(Attempt(client, VIP, port, SHORT) for client in clients)
    assert [outcome.verdict for outcome in outcomes] == ["timeout"] * len(clients)


def test_the_guard_leaves_the_service_and_the_nodes_own_address_alone(exposed: Lab) -> None:
    exposed.hosts["n1"].check("nft", "-f", "-", given=ruleset([BINDING]))

    for client in ("client", "rackhost", "q1", "q3", "n1", "n3"):
        assert connect(exposed.hosts[client], VIP, PORT).verdict == "ok", client
    assert connect(exposed.hosts["client"], rack_address("n1"), SSH).server == "n1"
    assert connect(exposed.hosts["n1"], VIP, SSH).server == "n1"  # what a node says to itself is its own business


def test_without_the_guard_again_all_is_as_before(exposed: Lab) -> None:
    n1 = exposed.hosts["n1"]
    n1.check("nft", "-f", "-", given=ruleset([BINDING]))
    n1.check("nft", "-f", "-", given=removal())

    assert connect(exposed.hosts["client"], VIP, SSH).server == "n1"
    assert "genlb" not in n1.check("nft", "list", "tables")
