"""Frames byte by byte, as RFC 826, 5227 and 4861 lay them out."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.agent import arp
from genlb.agent.arp import Word, announcement, probe, word
from genlb.agent.vip.services.pools import Address

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
def test_whoever_announces_a_vip_has_it_and_whoever_probes_for_it_only_asks(address: Address) -> None:
    for frame in announcement(address, OTHER):
        assert word(frame) == Word(address, OTHER, is_claim=True)
    assert word(probe(address, OTHER)) == Word(address, OTHER, is_claim=False)


def test_a_neighbour_that_asks_for_the_vip_in_its_own_name_speaks_of_its_own_address() -> None:
    asks = bytes.fromhex(
        "ffffffffffff0200000000220806" + ARP_HEAD + "0001" + "020000000022" + "0a140102" + "0" * 12 + VIP4
    )

    assert word(asks) == Word(ip_address("10.20.1.2"), OTHER, is_claim=True)


def test_an_answer_that_names_no_sender_says_nothing() -> None:
    answer = bytes.fromhex(
        "02000000001102000000002208060001080006040002" + "020000000022" + "0" * 8 + "020000000011" + VIP4
    )

    assert word(answer) is None


def test_a_solicitation_in_ones_own_name_is_no_probe() -> None:
    asks = bytearray(probe(V6, OTHER))
    asks[22:38] = ip_address("fd00:10:208:1::2").packed

    assert word(bytes(asks)) is None


@given(st.binary(max_size=120))
def test_no_frame_is_too_much(frame: bytes) -> None:
    word(frame)
    word(b"\xff" * 6 + OTHER + b"\x08\x06" + frame)
    word(b"\xff" * 6 + OTHER + b"\x86\xdd" + frame)


class Wire(arp.Wire):
    """A wire on which time goes by when nothing is to be heard; ``frames`` come after each probe for a VIP."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *frames: bytes) -> None:
        self.frames, self.sent, self.now = frames, list[bytes](), 0.0
        self.waiting: list[bytes] = []
        self._mac = MAC
        self._socket = cast("socket.socket", self)
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        monkeypatch.setattr("time.sleep", self.let_pass)

    def let_pass(self, seconds: float) -> None:
        self.now += seconds

    def settimeout(self, seconds: float) -> None:
        self._left = seconds

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)
        self.waiting += self.frames

    def recv(self, size: int) -> bytes:
        if not self.waiting:
            self.now += self._left
            raise TimeoutError
        return self.waiting.pop(0)[:size]


@pytest.mark.parametrize("address", [V4, V6])
def test_a_host_that_probes_for_ever_holds_no_vip_up(monkeypatch: pytest.MonkeyPatch, address: Address) -> None:
    wire = Wire(monkeypatch, probe(address, OTHER))

    assert wire.holders([address]) == {}
    # RFC 5227 probes three times; whoever hears another's probe asks once more, in case both began at the same time.
    assert wire.sent == [probe(address, MAC)] * 6
    assert 1.2 <= wire.now <= 1.8


@pytest.mark.parametrize("address", [V4, V6])
def test_a_host_that_claims_the_vip_has_it_and_is_named(monkeypatch: pytest.MonkeyPatch, address: Address) -> None:
    wire = Wire(monkeypatch, probe(address, OTHER), *announcement(address, OTHER))

    assert wire.holders([address]) == {address: OTHER}
    assert wire.sent == [probe(address, MAC)]


def test_whoever_probed_and_then_claims_has_the_vip(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(monkeypatch, probe(V4, OTHER))

    def claim(seconds: float) -> None:
        wire.now += seconds
        wire.frames = tuple(announcement(V4, OTHER))

    monkeypatch.setattr("time.sleep", claim)

    assert wire.holders([V4]) == {V4: OTHER}


@pytest.mark.parametrize(
    ("address", "other"), [(V4, ip_address("10.20.1.201")), (V6, ip_address("fd00::1")), (V4, V6), (V6, V4)]
)
def test_frames_about_other_addresses_and_ones_own_are_not_about_the_vip(
    monkeypatch: pytest.MonkeyPatch, address: Address, other: Address
) -> None:
    wire = Wire(monkeypatch, *announcement(other, OTHER), probe(other, OTHER), *announcement(address, MAC))

    assert wire.holders([address]) == {}
    assert len(wire.sent) == arp.PROBES
