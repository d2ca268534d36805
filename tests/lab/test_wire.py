"""What the daemon says on the wire when it takes a VIP over, byte by byte as a neighbour receives it."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from tests.lab.host import Host, until
from tests.lab.net import Lab
from tests.lab.traffic import ARP, IPV6, Capture, Frame

pytestmark = pytest.mark.lab

VIP, VIP6 = IPv4Address("10.0.0.200"), IPv6Address("fd00:20::200")
ROOT = Path(__file__).resolve().parents[2]
ANNOUNCE = """
import sys
from ipaddress import ip_address
from genlb.agent.arp import Wire
Wire("eth0", bytes.fromhex(sys.argv[2])).announce(ip_address(sys.argv[1]))
"""
BROADCAST = b"\xff" * 6
ALL_NODES = bytes.fromhex("ff02") + bytes(13) + b"\x01"


def announce(lab: Lab, node: str, vip: IPv4Address | IPv6Address) -> None:
    host = lab.hosts[node]
    command = (sys.executable, "-W", "ignore", "-c", ANNOUNCE, str(vip), lab.mac(node).hex())
    result = host.run(*command, environment={"PYTHONPATH": str(ROOT)})
    assert result.status == 0, result.err


def heard(lab: Lab, node: str, vip: IPv4Address | IPv6Address, kind: int) -> Iterator[Frame]:
    """What a host on the rack hears of a node that announces."""
    with Capture(lab.hosts["rackhost"]) as wire:
        announce(lab, node, vip)
        yield from (
            frame
            for frame in wire.frames(seconds=0.5)
            if frame.kind == kind and frame.source == lab.mac(node) and vip.packed in frame.payload
        )


def neighbour(host: Host, vip: IPv4Address | IPv6Address) -> bytes:
    """The MAC address that a host has for ``vip``."""
    (entry,) = json.loads(host.check("ip", "-j", "neigh", "show", "to", str(vip), "dev", "eth0"))
    return bytes.fromhex(entry["lladdr"].replace(":", ""))


def test_an_ipv4_vip_is_announced_by_a_request_and_a_reply_to_all(plain_lab: Lab) -> None:
    mac = plain_lab.mac("n1")

    frames = list(heard(plain_lab, "n1", VIP, ARP))

    ethernet_and_ipv4 = struct.pack("!HHBB", 1, 0x0800, 6, 4)
    who_has, is_at = b"\x00\x01", b"\x00\x02"
    sender = mac + VIP.packed
    assert [(frame.destination, frame.payload[:28]) for frame in frames] == [
        (BROADCAST, ethernet_and_ipv4 + who_has + sender + bytes(6) + VIP.packed),
        (BROADCAST, ethernet_and_ipv4 + is_at + sender + mac + VIP.packed),
    ]


def test_an_ipv6_vip_is_announced_by_an_unsolicited_advertisement_that_overrides(plain_lab: Lab) -> None:
    mac = plain_lab.mac("n1")

    (frame,) = heard(plain_lab, "n1", VIP6, IPV6)

    assert frame.destination == bytes.fromhex("333300000001")
    head, body = frame.payload[:40], frame.payload[40:72]
    length, next_header, hop_limit = struct.unpack_from("!HBB", head, 4)
    assert (length, next_header, hop_limit) == (32, 58, 255)  # a neighbour ignores any other hop limit
    assert (head[8:24], head[24:40]) == (VIP6.packed, ALL_NODES)
    advertisement, code, checksum, flags = struct.unpack_from("!BBHI", body)
    assert (advertisement, code, flags) == (136, 0, 0x2000_0000)  # neither router nor solicited, but override
    assert body[8:24] == VIP6.packed
    assert body[24:32] == b"\x02\x01" + mac  # target link-layer address
    assert checksum != 0
    assert internet_sum(head[8:40] + struct.pack("!II", length, 58) + body) == 0xFFFF


@pytest.mark.parametrize(("vip", "prefix"), [(VIP, f"{VIP}/32"), (VIP6, f"{VIP6}/128")], ids=["IPv4", "IPv6"])
def test_a_neighbour_believes_the_announcement(plain_lab: Lab, vip: IPv4Address | IPv6Address, prefix: str) -> None:
    rackhost, n2 = plain_lab.hosts["rackhost"], plain_lab.hosts["n2"]
    rackhost.run(
        "ip", "neigh", "replace", str(vip), "lladdr", plain_lab.mac("n1").hex(":"), "nud", "stale", "dev", "eth0"
    )
    assert neighbour(rackhost, vip) == plain_lab.mac("n1")

    n2.ip(f"addr add {prefix} dev eth0")
    assert neighbour(rackhost, vip) == plain_lab.mac("n1"), "believed before it was told"

    def moved() -> bool:
        announce(plain_lab, "n2", vip)
        return neighbour(rackhost, vip) == plain_lab.mac("n2")

    until(moved, "believed")


def internet_sum(data: bytes) -> int:
    """The ones' complement sum of 16-bit words; 0xFFFF over what carries its own right checksum."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total
