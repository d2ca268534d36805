"""The story that genlb grew from: an on-link VIP that nobody holds does not answer, and one that is bound rightly does.

Told with kube-proxy in two modes, for Cluster and for Local, and measured in both halves from everywhere.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

import pytest

from tests.lab.net import Lab
from tests.lab.proxy import PORT, VIPS
from tests.lab.traffic import ARP, Attempt, Capture, connect_all

pytestmark = pytest.mark.lab

OUTSIDE = ("client", "tor", "rackhost")
INSIDE = ("q1", "q3", "n1", "n3")


def reached(lab: Lab, vip: str) -> dict[str, str]:
    """What each place sees of a VIP, by new connections and with empty neighbour tables."""
    lab.forget()
    places = (*OUTSIDE, *INSIDE)
    outcomes = connect_all(Attempt(lab.hosts[place], vip, PORT) for place in places)
    return {place: outcome.verdict for place, outcome in zip(places, outcomes, strict=True)}


def conversation(lab: Lab, vip: str) -> tuple[bool, bool]:
    """Whether anybody asks for ``vip`` on the rack when a client connects, and whether anybody answers."""
    lab.forget()
    with Capture(lab.hosts["rackhost"]) as wire:
        connect_all([Attempt(lab.hosts["client"], vip, PORT)])
        packets = [frame.payload for frame in wire.frames(seconds=0.3) if frame.kind == ARP]
    packed = IPv4Address(vip).packed
    operations = [
        struct.unpack_from("!H", packet, 6)[0] for packet in packets if packed in (packet[14:18], packet[24:28])
    ]
    # The answer goes to the ToR alone; the bridge need not show it to others, but who has the address says so.
    return 1 in operations, lab.owners(vip) != set()


@pytest.mark.parametrize("policy", ["Cluster", "Local"])
def test_nobody_answers_for_an_on_link_vip_that_nobody_holds(lab: Lab, policy: str) -> None:
    vip = VIPS["onlink", policy].address
    lab.arp(ignore=1, announce=2)

    assert conversation(lab, vip) == (True, False)
    assert reached(lab, vip) == {**dict.fromkeys(OUTSIDE, "EHOSTUNREACH"), **dict.fromkeys(INSIDE, "ok")}


@pytest.mark.parametrize("policy", ["Cluster", "Local"])
def test_one_owner_with_an_endpoint_makes_an_on_link_vip_reachable_from_everywhere(lab: Lab, policy: str) -> None:
    vip = VIPS["onlink", policy].address
    lab.arp(ignore=1, announce=2)

    lab.bind(vip, how="L2", nodes=["n1"])

    assert lab.owners(vip) == {"n1"}
    assert conversation(lab, vip) == (True, True)
    assert reached(lab, vip) == dict.fromkeys((*OUTSIDE, *INSIDE), "ok")


@pytest.mark.parametrize("policy", ["Cluster", "Local"])
def test_a_routed_vip_is_never_asked_for(lab: Lab, policy: str) -> None:
    vip = VIPS["routed", policy].address
    lab.route(f"{vip}/32", ["n1"])

    assert conversation(lab, vip) == (False, False)
    assert reached(lab, vip) == dict.fromkeys((*OUTSIDE, *INSIDE), "ok")
