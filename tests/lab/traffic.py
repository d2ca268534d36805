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
from ipaddress import ip_address
from typing import NamedTuple, Self

from tests.lab.host import Host

LONG, SHORT = 30.0, 1.2
"""Seconds that a connection gets which should succeed, and one of which silence is expected."""

TIMEOUT = "timeout"

_ETHERNET_ALL = 0x0003
ARP, IPV6 = 0x0806, 0x86DD
_ASK, _ANSWER = 1, 2
_BROADCAST = b"\xff" * 6


class Server:
    """A TCP server on a host: tells every client the host's name and the address that the client came from."""

    def __init__(self, host: Host, port: int, *, family: int = socket.AF_INET) -> None:
        self._name = host.name
        self._listener = host.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("::" if family == socket.AF_INET6 else "", port))
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
                connection.sendall(f"{self._name} {peer}\n".encode())


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
        sender, wanted = ip_address(own).packed, ip_address(address).packed
        question = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, _ASK, wire.address, sender, b"", wanted)
        wire.send(_BROADCAST + wire.address + struct.pack("!H", ARP) + question)
        return frozenset(
            frame.payload[8:14]
            for frame in wire.frames(seconds=seconds)
            if frame.kind == ARP and frame.payload[6:8] == struct.pack("!H", _ANSWER) and frame.payload[14:18] == wanted
        )
