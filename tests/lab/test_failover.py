"""An L2 VIP moves from one node to another while a client opens a hundred connections a second."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.lab.host import until
from tests.lab.net import Lab
from tests.lab.proxy import PORT, VIPS
from tests.lab.stream import Stream
from tests.lab.test_wire import ANNOUNCE

pytestmark = pytest.mark.lab

VIP = VIPS["onlink", "Cluster"].address
ROOT = Path(__file__).resolve().parents[2]
MINUTES_MS = 600_000


def neighbour_of_tor(lab: Lab) -> str:
    """The ToR's entry for the VIP."""
    return lab.tor.check("ip", "neigh", "show", "to", VIP, "dev", "rack")


def announce(lab: Lab, node: str) -> None:
    command = (sys.executable, "-W", "ignore", "-c", ANNOUNCE, VIP, lab.mac(node).hex())
    result = lab.hosts[node].run(*command, environment={"PYTHONPATH": str(ROOT)})
    assert result.status == 0, result.err


@pytest.fixture
def held_by_n1(lab: Lab) -> Lab:
    """The VIP is on n1's NIC; the ToR keeps what it learned, as switches do."""
    lab.arp(ignore=1, announce=2)
    lab.tor.write("net/ipv4/neigh/rack/base_reachable_time_ms", MINUTES_MS)
    lab.bind(VIP, how="L2", nodes=["n1"])
    return lab


def test_a_move_that_is_announced_costs_no_connection(held_by_n1: Lab) -> None:
    lab = held_by_n1
    with Stream(lab.hosts["client"], VIP, PORT) as stream:
        stream.flows()
        lab.bind(VIP, how="L2", nodes=["n2"])

        def believed() -> bool:
            announce(lab, "n2")  # not once: a neighbour may disregard what comes within a second of its last news
            return lab.mac("n2").hex(":") in neighbour_of_tor(lab)

        until(believed, "believed")
        lab.hosts["n1"].ip(f"addr del {VIP}/32 dev eth0")
        stream.flows()

    assert (stream.failed, stream.delayed) == ([], [])


def test_an_owner_that_dies_is_missed_until_its_successor_is_announced(held_by_n1: Lab) -> None:
    lab = held_by_n1
    with Stream(lab.hosts["client"], VIP, PORT) as stream:
        stream.flows()
        lab.tor.ip("link set n1-eth0 down")
        lab.bind(VIP, how="L2", nodes=["n2"])
        # The successor is there, and nobody is told: the ToR goes on sending to the dead one.
        until(lambda: len(stream.failed) > 20, "missed")
        assert lab.mac("n1").hex(":") in neighbour_of_tor(lab)

        announce(lab, "n2")
        stream.flows()
