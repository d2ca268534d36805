"""Telling neighbours where a VIP is, and asking them before: ARP (RFC 826, 5227) and neighbour discovery (RFC 4861).

Frames are built and read purely; ``Wire`` sends and receives them. A move of a VIP is told as request and as reply,
since some neighbours believe only one of the two.
"""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from genlb.agent.vip.services.pools import Address

_BROADCAST = b"\xff" * 6
_ETHERTYPE_ARP, _ETHERTYPE_IPV6 = 0x0806, 0x86DD
_ETHERNET = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_REQUEST, _REPLY = 1, 2
_MAC_LENGTH = 6

_ICMPV6, _HOP_LIMIT = 58, 255
_NEIGHBOUR_SOLICITATION, _NEIGHBOUR_ADVERTISEMENT = 135, 136
_OVERRIDE = 0x20000000
_SOURCE_LINK, _TARGET_LINK = 1, 2
_ALL_NODES = IPv6Address("ff02::1")
_UNSPECIFIED = IPv6Address("::")

_ETH_P_ALL = 0x0003
PROBES, PROBE_PAUSE = 3, 0.2
"""How often, and with how many seconds between, a VIP is asked for before it is bound."""


def announcement(address: Address, mac: bytes) -> list[bytes]:
    """The frames that tell all neighbours that ``address`` is at ``mac`` now."""
    if isinstance(address, IPv6Address):
        return [_advertisement(address, mac)]
    return [
        _arp(_REQUEST, mac, address.packed, b"\0" * 6, address.packed),
        _arp(_REPLY, mac, address.packed, mac, address.packed),
    ]


def probe(address: Address, mac: bytes) -> bytes:
    """The frame that asks for ``address`` without claiming it: no neighbour learns anything from it."""
    if isinstance(address, IPv6Address):
        return _solicitation(address, mac)
    return _arp(_REQUEST, mac, b"\0" * 4, b"\0" * 6, address.packed)


class Word(NamedTuple):
    """What a frame says of an address: its sender, and whether that has it or only asks whether anybody has.

    A host that asks (a probe, RFC 5227; duplicate address detection, RFC 4862) does not have the address.
    """

    address: Address
    mac: bytes
    is_claim: bool


def word(frame: bytes) -> Word | None:
    """What ``frame`` says of who has an address; None where it says nothing of the kind."""
    if len(frame) < _ETHERNET.size:
        return None
    _, source, kind = _ETHERNET.unpack_from(frame)
    read = {_ETHERTYPE_ARP: _arp_word, _ETHERTYPE_IPV6: _ipv6_word}.get(kind)
    found = read(frame[_ETHERNET.size :]) if read else None
    return None if found is None else Word(found[0], source, is_claim=found[1])


class Wire:
    """One interface's frames."""

    def __init__(self, interface: str, mac: bytes) -> None:
        self._mac = mac
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.htons(_ETH_P_ALL))
        self._socket.bind((interface, _ETH_P_ALL))

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def announce(self, address: Address) -> None:
        """Tell all neighbours, once."""
        for frame in announcement(address, self._mac):
            self._socket.send(frame)

    def holders(self, addresses: Iterable[Address]) -> dict[Address, bytes]:
        """Those of ``addresses`` that another host has, with its MAC address; takes 0.6 s unless all are.

        Who only probes for one does not have it. RFC 5227, 2.1.1, would have us give way to a probe too (SHOULD): it
        speaks of two hosts that know nothing of each other and can both choose another address. A VIP cannot be
        another, nodes do not probe for the same one at the same time, and probes are no rare thing: switches that
        track devices, monitoring, ``arping -D`` in a loop send them for ever, and none of them wants the address. Who
        does want it gives way, since our kernel answers its probes as soon as the VIP is bound. Only two that begin
        at the same time would not see each other: so whoever hears a probe asks once more, after a random while.
        """
        found, probed = self._ask(addresses)
        if doubtful := probed - found.keys():
            time.sleep(random.uniform(0, PROBES * PROBE_PAUSE))  # noqa: S311 -- no secret
            found |= self._ask(doubtful)[0]
        return found

    def _ask(self, addresses: Iterable[Address]) -> tuple[dict[Address, bytes], set[Address]]:
        """The addresses that others have, and those that others probe for."""
        free, found, probed = set(addresses), dict[Address, bytes](), set[Address]()
        for _ in range(PROBES):
            for address in free:
                self._socket.send(probe(address, self._mac))
            until = time.monotonic() + PROBE_PAUSE
            while free and (left := until - time.monotonic()) > 0:
                heard = self._hear(left)
                if heard is None or heard.mac == self._mac or heard.address not in free:
                    continue
                if heard.is_claim:
                    found[heard.address] = heard.mac
                    free.discard(heard.address)
                else:
                    probed.add(heard.address)
        return found, probed

    def _hear(self, seconds: float) -> Word | None:
        """What the next frame says; None after ``seconds`` without one too."""
        self._socket.settimeout(seconds)
        try:
            return word(self._socket.recv(2048))
        except TimeoutError:
            return None


def _arp(operation: int, mac: bytes, sender: bytes, target_mac: bytes, target: bytes) -> bytes:
    head = _ETHERNET.pack(_BROADCAST, mac, _ETHERTYPE_ARP)
    return head + _ARP.pack(1, 0x0800, _MAC_LENGTH, 4, operation, mac, sender, target_mac, target)


def _arp_word(packet: bytes) -> tuple[Address, bool] | None:
    """The address, and whether the sender has it."""
    if len(packet) < _ARP.size:
        return None
    _, _, _, _, operation, _, sender, _, target = _ARP.unpack_from(packet)
    if sender != b"\0" * 4:
        return IPv4Address(sender), True
    return (IPv4Address(target), False) if operation == _REQUEST else None


def _advertisement(address: IPv6Address, mac: bytes) -> bytes:
    body = struct.pack("!I", _OVERRIDE) + address.packed + bytes([_TARGET_LINK, 1]) + mac
    return _ipv6(address, _ALL_NODES, mac, b"\x33\x33\x00\x00\x00\x01", _NEIGHBOUR_ADVERTISEMENT, body)


def _solicitation(address: IPv6Address, mac: bytes) -> bytes:
    """Duplicate address detection's question: from nobody, so without a link-layer option."""
    group = IPv6Address(bytes.fromhex("ff0200000000000000000001ff") + address.packed[-3:])
    destination = b"\x33\x33" + group.packed[-4:]
    body = b"\0" * 4 + address.packed
    return _ipv6(_UNSPECIFIED, group, mac, destination, _NEIGHBOUR_SOLICITATION, body)


def _ipv6(source: IPv6Address, target: IPv6Address, mac: bytes, to: bytes, kind: int, body: bytes) -> bytes:
    length = 4 + len(body)
    pseudo = source.packed + target.packed + struct.pack("!II", length, _ICMPV6)
    checksum = _checksum(pseudo + struct.pack("!BBH", kind, 0, 0) + body)
    header = struct.pack("!IHBB", 6 << 28, length, _ICMPV6, _HOP_LIMIT) + source.packed + target.packed
    return _ETHERNET.pack(to, mac, _ETHERTYPE_IPV6) + header + struct.pack("!BBH", kind, 0, checksum) + body


def _ipv6_word(packet: bytes) -> tuple[Address, bool] | None:
    """The address, and whether the sender has it."""
    if len(packet) < 64 or packet[6] != _ICMPV6 or packet[7] != _HOP_LIMIT:  # noqa: PLR2004 -- both headers and a target
        return None
    kind, source, target = packet[40], packet[8:24], IPv6Address(packet[48:64])
    if kind == _NEIGHBOUR_ADVERTISEMENT:
        return target, True
    return (target, False) if kind == _NEIGHBOUR_SOLICITATION and source == _UNSPECIFIED.packed else None


def _checksum(data: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f"!{len(data) // 2}H", data)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
