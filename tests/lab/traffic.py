"""Real traffic from and to hosts of the lab: servers that say who they are, connections, captures, ARP questions."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Self

from tests.lab.host import Host

LONG, SHORT = 30.0, 0.7
"""Seconds that a connection gets which should succeed, and one of which silence is expected."""

TIMEOUT = "timeout"

_MAPPED = "::ffff:"
"""How a socket for both families tells an IPv4 address."""

_ETHERNET_ALL = 0x0003
ARP, IPV6 = 0x0806, 0x86DD
_ASK, _ANSWER = 1, 2
BROADCAST = b"\xff" * 6
_ICMPV6, _SOLICITATION, _ADVERTISEMENT = 58, 135, 136
_SOLICITED_NODE = bytes.fromhex("ff0200000000000000000001ff")


class Server:
    """A TCP server on a host, IPv4 and IPv6: tells every client the host's name and where the client came from."""

    def __init__(self, host: Host, port: int) -> None:
        self._name = host.name
        self._listener = host.socket(socket.AF_INET6)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("::", port))
        self._listener.listen(128)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, (peer, *_) = self._listener.accept()
            except OSError:  # shut down
                return
            with connection, contextlib.suppress(OSError):
                connection.sendall(f"{self._name} {peer.removeprefix(_MAPPED)}\n".encode())


class Outcome(NamedTuple):
    """How a connection went: ``ok``, the name of an errno, or ``timeout``; who answered, and whom it saw."""

    verdict: str
    server: str = ""
    seen: str = ""


def connect(host: Host, address: str, port: int, *, patience: float = LONG) -> Outcome:
    """Open one connection and read what the server says."""
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    with host.socket(family) as client:
        client.settimeout(patience)
        try:
            client.connect((address, port))
            heard = b""
            while data := client.recv(200):
                heard += data
        except TimeoutError:
            return Outcome(TIMEOUT)
        except OSError as error:
            return Outcome(errno.errorcode.get(error.errno or 0, str(error)))
    server, _, seen = heard.decode().strip().partition(" ")
    return Outcome("ok", server, seen) if server else Outcome("closed")


class Attempt(NamedTuple):
    """One connection to be made."""

    host: Host
    address: str
    port: int
    patience: float = LONG


def connect_all(attempts: Iterable[Attempt]) -> list[Outcome]:
    """Make all connections at once; outcomes in their order."""
    listed = list(attempts)
    with ThreadPoolExecutor(max(len(listed), 1)) as threads:
        return list(threads.map(lambda one: connect(one.host, one.address, one.port, patience=one.patience), listed))


class Frame(NamedTuple):
    """An Ethernet frame as it was on the wire."""

    destination: bytes
    source: bytes
    kind: int
    payload: bytes


class Capture:
    """Everything that an interface sees from here on."""

    def __init__(self, host: Host, interface: str = "eth0") -> None:
        self._socket = host.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHERNET_ALL))
        self._socket.bind((interface, _ETHERNET_ALL))
        self._address: bytes = self._socket.getsockname()[4]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, frame: bytes) -> None:
        """Put a frame on the wire."""
        self._socket.send(frame)

    @property
    def address(self) -> bytes:
        """The MAC address of the interface."""
        return self._address

    def frames(self, *, seconds: float) -> Iterator[Frame]:
        """Frames as they come, until there was time enough."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self._socket], [], [], left)[0]:
            data = self._socket.recv(65_536)
            (kind,) = struct.unpack_from("!H", data, 12)
            yield Frame(data[:6], data[6:12], kind, data[14:])


def who_has(asker: Host, own: str, address: str, *, seconds: float = 0.4) -> frozenset[bytes]:
    """The MAC addresses that answer ``asker``, whose address on eth0 is ``own``, when it asks there for ``address``.

    An ordinary question: one that names no sender is a probe, and whoever is about to take the address gives way.
    """
    with Capture(asker) as wire:
        wire.send(_question(wire.address, ip_address(own), ip_address(address)))
        return frozenset(
            mac for frame in wire.frames(seconds=seconds) if (mac := holder_in(frame, address)) is not None
        )


def holder_in(frame: Frame, address: str) -> bytes | None:
    """The MAC address that an ARP reply or a neighbour advertisement gives for ``address``; None for other frames."""
    wanted, packet = ip_address(address).packed, frame.payload
    if frame.kind == ARP and packet[6:8] == struct.pack("!H", _ANSWER) and packet[14:18] == wanted:
        return packet[8:14]
    if frame.kind == IPV6 and packet[6] == _ICMPV6 and packet[40] == _ADVERTISEMENT and packet[48:64] == wanted:
        return frame.source
    return None


def asks_for(frame: Frame, address: str) -> bool:
    """Whether a frame is the question who has ``address``, an ARP request or a neighbour solicitation."""
    wanted, packet = ip_address(address).packed, frame.payload
    if frame.kind == ARP:
        return packet[6:8] == struct.pack("!H", _ASK) and packet[24:28] == wanted
    return frame.kind == IPV6 and packet[6] == _ICMPV6 and packet[40] == _SOLICITATION and packet[48:64] == wanted


def _question(mac: bytes, own: IPv4Address | IPv6Address, wanted: IPv4Address | IPv6Address) -> bytes:
    """A frame that asks everybody for ``wanted``: an ARP request, or a neighbour solicitation."""
    if isinstance(wanted, IPv4Address):
        question = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, _ASK, mac, own.packed, b"", wanted.packed)
        return BROADCAST + mac + struct.pack("!H", ARP) + question
    group = _SOLICITED_NODE + wanted.packed[-3:]
    body = bytes(4) + wanted.packed + b"\x01\x01" + mac
    pseudo = own.packed + group + struct.pack("!II", 4 + len(body), _ICMPV6)
    checksum = 0xFFFF - internet_sum(pseudo + struct.pack("!BBH", _SOLICITATION, 0, 0) + body)
    head = struct.pack("!IHBB", 6 << 28, 4 + len(body), _ICMPV6, 255) + own.packed + group
    message = struct.pack("!BBH", _SOLICITATION, 0, checksum) + body
    return b"\x33\x33" + group[-4:] + mac + struct.pack("!H", IPV6) + head + message


def internet_sum(data: bytes) -> int:
    """The ones' complement sum of 16-bit words; 0xFFFF over what carries its own right checksum."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total
