"""The real kube-proxy in ipvs mode with strictARP, on a kernel that has IPVS."""

from __future__ import annotations

import pytest

from tests.ipvs.conftest import LOG, Rack
from tests.ipvs.uml import NAME
from tests.lab.host import until
from tests.lab.proxy import PORT, VIPS, Vip, publish_vip
from tests.lab.traffic import Attempt, connect_all

pytestmark = pytest.mark.ipvs

ONLINK = VIPS["onlink", "Cluster"]
ROUTED = VIPS["routed", "Cluster"]
CLIENTS = ("client", "tor", "rackhost")
SENTINEL = Vip("sentinel", "10.208.1.99", "Cluster")
"""A Service that comes later: when it is served, kube-proxy has looked at everything again."""


def reached(rack: Rack, vip: Vip) -> dict[str, str]:
    for host in (rack.lab.tor, rack.lab.hosts["rackhost"]):
        host.check("ip", "neigh", "flush", "all")
    outcomes = connect_all(Attempt(rack.lab.hosts[client], vip.address, PORT) for client in CLIENTS)
    return {client: outcome.verdict for client, outcome in zip(CLIENTS, outcomes, strict=True)}


def holders(rack: Rack, vip: Vip) -> set[str]:
    """The interfaces of the guest that have the VIP."""
    lines = rack.guest.check("ip", "-o", "addr", "show", "to", f"{vip.address}/32").splitlines()
    return {line.split()[1] for line in lines}


def test_kube_proxy_binds_every_vip_on_kube_ipvs0_and_nowhere_else(rack: Rack) -> None:
    assert {vip: holders(rack, vip) for vip in VIPS.values()} == {vip: {"kube-ipvs0"} for vip in VIPS.values()}, (
        rack.guest.read(LOG)
    )


def test_strict_arp_is_arp_ignore_1_and_arp_announce_2_of_all_interfaces(rack: Rack) -> None:
    conf = "/proc/sys/net/ipv4/conf"

    assert rack.guest.read(f"{conf}/all/arp_ignore") == "1"
    assert rack.guest.read(f"{conf}/all/arp_announce") == "2"
    assert rack.guest.read(f"{conf}/eth0/arp_ignore") == "0"


def test_a_routed_vip_is_served_from_kube_ipvs0(rack: Rack) -> None:
    rack.lab.tor.ip(f"route replace {ROUTED.address}/32 via 10.0.0.14")

    assert reached(rack, ROUTED) == dict.fromkeys(CLIENTS, "ok")


def test_an_on_link_vip_on_kube_ipvs0_alone_is_answered_by_nobody(rack: Rack) -> None:
    assert reached(rack, ONLINK) == dict.fromkeys(CLIENTS, "EHOSTUNREACH")
    assert rack.lab.owners(ONLINK.address) == set()


def test_it_is_strict_arp_that_makes_it_silent(rack: Rack) -> None:
    rack.guest.write("/proc/sys/net/ipv4/conf/all/arp_ignore", "0")
    try:
        assert reached(rack, ONLINK) == dict.fromkeys(CLIENTS, "ok")
    finally:
        rack.guest.write("/proc/sys/net/ipv4/conf/all/arp_ignore", "1")


def test_an_owner_on_the_nic_answers_and_kube_proxy_leaves_the_address_there(rack: Rack) -> None:
    rack.guest.ip(f"addr add {ONLINK.address}/32 dev eth0 scope link")
    assert len(rack.lab.owners(ONLINK.address)) == 1
    assert reached(rack, ONLINK) == dict.fromkeys(CLIENTS, "ok")

    publish_vip(rack.api, SENTINEL)
    until(lambda: holders(rack, SENTINEL) == {"kube-ipvs0"}, "synchronised again")

    # kube-proxy gives up its own copy, as no VIP may be on two interfaces, and never touches the other.
    assert holders(rack, ONLINK) == {"eth0"}
    assert len(rack.lab.owners(ONLINK.address)) == 1
    assert reached(rack, ONLINK) == dict.fromkeys(CLIENTS, "ok")


def test_the_guest_is_a_node_of_its_own_kernel(rack: Rack) -> None:
    assert rack.guest.check("uname", "-r") != rack.lab.tor.check("uname", "-r")
    assert rack.guest.name == NAME
