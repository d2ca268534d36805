"""What a daemon says on the wire when it takes a VIP over, byte by byte as a neighbour hears it."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pytest

from tests.lab.host import PATIENCE
from tests.lab.net import NODES
from tests.lab.proxy import VIPS
from tests.lab.rack import DRAIN, Rack
from tests.lab.traffic import BROADCAST, Capture, Frame, internet_sum

pytestmark = pytest.mark.lab

VIP = VIPS["onlink", "Cluster"]
TIMES = 3
"""How often it asks, and how often it announces."""

ETHERNET_AND_IPV4 = struct.pack("!HHBB", 1, 0x0800, 6, 4)
WHO_HAS, IS_AT = b"\x00\x01", b"\x00\x02"
NOBODY = bytes(4)

ICMPV6, HOP_LIMIT = 58, 255
SOLICITATION, ADVERTISEMENT = 135, 136
OVERRIDE = 0x2000_0000
"""Of an advertisement's flags this one alone: sent by no router, and not asked for."""

UNSPECIFIED, ALL_NODES = bytes(16), bytes.fromhex("ff02") + bytes(13) + b"\x01"
SOLICITED_NODE = bytes.fromhex("ff0200000000000000000001ff")


def frames_of_a_successor(rack: Rack, vip: str, wanted: int) -> list[Frame]:
    """The first ``wanted`` frames about ``vip`` that a host on the rack hears of the node that takes it over."""
    owner = rack.owner(vip)
    others = {rack.lab.mac(node) for node in NODES if node != owner}
    found: list[Frame] = []
    with Capture(rack.host("rackhost")) as wire:
        rack.label(owner, DRAIN)
        for frame in wire.frames(seconds=PATIENCE):
            if frame.source in others and ip_address(vip).packed in frame.payload:
                found.append(frame)
            if len(found) == wanted:
                break
    assert len({frame.source for frame in found}) == 1
    return found


def test_an_ipv4_vip_is_asked_for_and_then_announced_by_requests_and_replies_to_all(rack: Rack) -> None:
    vip = ip_address(VIP.address).packed

    frames = frames_of_a_successor(rack, VIP.address, TIMES + 2 * TIMES)

    mac = frames[0].source
    # RFC 5227: a probe names no sender's address, so that nobody learns from it; an announcement names the VIP twice.
    probe = ETHERNET_AND_IPV4 + WHO_HAS + mac + NOBODY + bytes(6) + vip
    request = ETHERNET_AND_IPV4 + WHO_HAS + mac + vip + bytes(6) + vip
    reply = ETHERNET_AND_IPV4 + IS_AT + mac + vip + mac + vip
    said = [(frame.destination, frame.payload[:28]) for frame in frames]
    assert said == [(BROADCAST, packet) for packet in (*[probe] * TIMES, *[request, reply] * TIMES)]


def test_an_ipv6_vip_is_asked_for_and_then_announced_by_advertisements_that_override(rack: Rack) -> None:
    vip = ip_address(VIP.address6).packed
    group = SOLICITED_NODE + vip[-3:]

    frames = frames_of_a_successor(rack, VIP.address6, TIMES + TIMES)

    for frame in frames:
        length, protocol, hop_limit = struct.unpack_from("!HBB", frame.payload, 4)
        assert (protocol, hop_limit) == (ICMPV6, HOP_LIMIT)  # a neighbour ignores any other hop limit
        message = frame.payload[40 : 40 + length]
        assert internet_sum(frame.payload[8:40] + struct.pack("!II", length, ICMPV6) + message) == 0xFFFF
    said = [
        (frame.destination, frame.payload[8:24], frame.payload[24:40], _without_checksum(frame)) for frame in frames
    ]
    # RFC 4862: asked in nobody's name, and only of those who may have it. RFC 4861: told with the link-layer address.
    asked = struct.pack("!BBI", SOLICITATION, 0, 0) + vip
    told = struct.pack("!BBI", ADVERTISEMENT, 0, OVERRIDE) + vip + b"\x02\x01" + frames[0].source
    assert said == [
        *[(b"\x33\x33" + group[-4:], UNSPECIFIED, group, asked)] * TIMES,
        *[(b"\x33\x33" + ALL_NODES[-4:], vip, ALL_NODES, told)] * TIMES,
    ]


def _without_checksum(frame: Frame) -> bytes:
    (length,) = struct.unpack_from("!H", frame.payload, 4)
    message = frame.payload[40 : 40 + length]
    return message[:2] + message[4:]
