"""The real kube-proxy in ipvs mode with strictARP, on a kernel that has IPVS."""

from __future__ import annotations

import pytest

from tests.ipvs.rack import CLIENTS, ONLINK, ROUTED, VIPS, Rack
from tests.ipvs.uml import NAME, PROXY_LOG
from tests.lab.host import until

pytestmark = pytest.mark.ipvs


@pytest.fixture
def served(rack: Rack) -> Rack:
    """The rack, when kube-proxy holds every VIP and nobody else does, whatever the last test did."""
    until(rack.is_served, f"served: {rack.guest.read(PROXY_LOG)}", pause=0.3)
    return rack


def test_kube_proxy_binds_every_vip_on_kube_ipvs0_and_nowhere_else(served: Rack) -> None:
    assert {vip: served.holders(vip) for vip in VIPS.values()} == {vip: {"kube-ipvs0"} for vip in VIPS.values()}


def test_strict_arp_is_arp_ignore_1_and_arp_announce_2_of_all_interfaces(rack: Rack) -> None:
    conf = "/proc/sys/net/ipv4/conf"

    assert rack.guest.read(f"{conf}/all/arp_ignore") == "1"
    assert rack.guest.read(f"{conf}/all/arp_announce") == "2"
    assert rack.guest.read(f"{conf}/eth0/arp_ignore") == "0"


def test_a_routed_vip_is_served_from_kube_ipvs0(rack: Rack) -> None:
    rack.lab.tor.ip(f"route replace {ROUTED.address}/32 via 10.0.0.14")

    assert rack.reached(ROUTED) == dict.fromkeys(CLIENTS, "ok")


def test_an_on_link_vip_on_kube_ipvs0_alone_is_answered_by_nobody(served: Rack) -> None:
    assert served.reached(ONLINK) == dict.fromkeys(CLIENTS, "EHOSTUNREACH")
    assert served.lab.owners(ONLINK.address) == set()


def test_it_is_strict_arp_that_makes_it_silent(served: Rack) -> None:
    served.guest.write("/proc/sys/net/ipv4/conf/all/arp_ignore", "0")
    try:
        assert served.reached(ONLINK) == dict.fromkeys(CLIENTS, "ok")
    finally:
        served.guest.write("/proc/sys/net/ipv4/conf/all/arp_ignore", "1")


def test_an_owner_on_the_nic_answers_and_kube_proxy_leaves_the_address_there(rack: Rack) -> None:
    rack.guest.ip(f"addr add {ONLINK.address}/32 dev eth0 scope link")
    try:
        assert len(rack.lab.owners(ONLINK.address)) == 1
        assert rack.reached(ONLINK) == dict.fromkeys(CLIENTS, "ok")

        rack.wait_for_syncs(1)

        # kube-proxy gives up its own copy, as no VIP may be on two interfaces, and never touches the other.
        assert rack.holders(ONLINK) == {"eth0"}
        assert len(rack.lab.owners(ONLINK.address)) == 1
        assert rack.reached(ONLINK) == dict.fromkeys(CLIENTS, "ok")
    finally:
        rack.guest.ip(f"addr del {ONLINK.address}/32 dev eth0")


def test_the_guest_is_a_node_of_its_own_kernel(rack: Rack) -> None:
    assert rack.guest.check("uname", "-r") != rack.lab.tor.check("uname", "-r")
    assert rack.guest.name == NAME
