"""Frames byte by byte, as RFC 826, 5227 and 4861 lay them out."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.agent.arp import announcement, holder, probe
from genlb.agent.vip.pools import Address

MAC, OTHER = bytes.fromhex("020000000011"), bytes.fromhex("020000000022")
V4, V6 = ip_address("10.20.1.200"), ip_address("fd00:10:208:1::9")

ETHERNET_BROADCAST_ARP = "ffffffffffff" + "020000000011" + "0806"
ARP_HEAD = "0001" + "0800" + "06" + "04"  # Ethernet, IPv4, their lengths
VIP4 = "0a1401c8"
VIP6 = "fd000010020800010000000000000009"


def test_a_gratuitous_arp_is_a_request_and_a_reply_from_the_vip_about_the_vip() -> None:
    request = ETHERNET_BROADCAST_ARP + ARP_HEAD + "0001" + "020000000011" + VIP4 + "000000000000" + VIP4
    reply = ETHERNET_BROADCAST_ARP + ARP_HEAD + "0002" + "020000000011" + VIP4 + "020000000011" + VIP4

    assert [frame.hex() for frame in announcement(V4, MAC)] == [request, reply]


def test_an_arp_probe_comes_from_no_address() -> None:
    expected = ETHERNET_BROADCAST_ARP + ARP_HEAD + "0001" + "020000000011" + "00000000" + "000000000000" + VIP4

    assert probe(V4, MAC).hex() == expected


def ones_complement(data: bytes) -> int:
    """RFC 1071, over what the sender summed and its checksum: all ones where it is right."""
    total = 0
    for offset in range(0, len(data), 2):
        total += int.from_bytes(data[offset : offset + 2], "big")
        total = (total & 0xFFFF) + (total >> 16)
    return total


def is_valid_icmpv6(frame: bytes) -> bool:
    packet = frame[14:]
    pseudo = packet[8:40] + len(packet[40:]).to_bytes(4, "big") + b"\0\0\0\x3a"
    return ones_complement(pseudo + packet[40:]) == 0xFFFF


def test_an_unsolicited_advertisement_overrides_and_claims_no_router() -> None:
    [frame] = announcement(V6, MAC)

    ethernet = "333300000001" + "020000000011" + "86dd"
    # version 6, 32 bytes of ICMPv6, hop limit 255; from the VIP to all nodes
    header = "60000000" + "0020" + "3a" + "ff" + VIP6 + "ff020000000000000000000000000001"
    # type 136; flags: only Override; the target, and its link-layer address
    body = "20000000" + VIP6 + "0201" + "020000000011"
    assert frame.hex()[: len(ethernet + header)] == ethernet + header
    assert (frame.hex()[108:112], frame.hex()[116:]) == ("8800", body)
    assert is_valid_icmpv6(frame)


def test_a_probe_for_ipv6_is_duplicate_address_detections_question() -> None:
    frame = probe(V6, MAC)

    ethernet = "3333ff000009" + "020000000011" + "86dd"
    header = "60000000" + "0018" + "3a" + "ff" + "0" * 32 + "ff0200000000000000000001ff000009"
    assert frame.hex()[: len(ethernet + header)] == ethernet + header
    assert (frame.hex()[108:112], frame.hex()[116:]) == ("8700", "00000000" + VIP6)
    assert is_valid_icmpv6(frame)


@pytest.mark.parametrize("address", [V4, V6])
def test_whoever_announces_or_probes_for_the_vip_is_heard_but_not_oneself(address: Address) -> None:
    for frame in [*announcement(address, OTHER), probe(address, OTHER)]:
        assert holder(frame, address, MAC) == OTHER
        assert holder(frame, address, OTHER) is None


@pytest.mark.parametrize(
    ("address", "other"), [(V4, ip_address("10.20.1.201")), (V6, ip_address("fd00::1")), (V4, V6), (V6, V4)]
)
def test_frames_about_other_addresses_are_not_about_the_vip(address: Address, other: Address) -> None:
    for frame in [*announcement(other, OTHER), probe(other, OTHER)]:
        assert holder(frame, address, MAC) is None


def test_a_neighbour_that_asks_for_the_vip_does_not_have_it() -> None:
    asks = bytes.fromhex(
        "ffffffffffff0200000000220806" + ARP_HEAD + "0001" + "020000000022" + "0a140102" + "0" * 12 + VIP4
    )

    assert holder(asks, V4, MAC) is None


@given(st.binary(max_size=120))
def test_no_frame_is_too_much(frame: bytes) -> None:
    holder(frame, V4, MAC)
    holder(frame, V6, MAC)
    holder(b"\xff" * 6 + OTHER + b"\x08\x06" + frame, V4, MAC)
    holder(b"\xff" * 6 + OTHER + b"\x86\xdd" + frame, V6, MAC)
