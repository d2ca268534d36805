"""Clients that open connections for as long as something is being moved, and what becomes of those.

``Stream`` opens a new one every few milliseconds, and its neighbours know the way; ``ColdClient`` opens one after the
other, each time without knowing where the address is.
"""

from __future__ import annotations

import errno
import selectors
import socket
import struct
import threading
import time
from typing import NamedTuple, Self

from tests.lab.host import Host, until
from tests.lab.net import is_ipv6
from tests.lab.traffic import connect

PER_SECOND = 100
_GAP = 1 / PER_SECOND
PATIENCE = 3.0
"""Seconds after which a connection that was not established has failed."""

_SEVERED = ("ECONNRESET", "EPIPE")
"""What Linux says of a reset after the handshake; before, it says ECONNREFUSED."""

# struct tcp_info: eight bytes, then 32-bit values; the 24th of these is tcpi_total_retrans.
_RETRANSMITTED = 8 + 23 * 4


class Tried(NamedTuple):
    """One connection: when it was begun, its verdict, and how often its first packet had to be sent again."""

    begun: float
    verdict: str
    repeated: int


class Stream:
    """A context manager that connects all the time. Times are those of the monotonic clock."""

    def __init__(self, host: Host, address: str, port: int, *, patience: float = PATIENCE) -> None:
        self._host, self._place, self._patience = host, (address, port), patience
        self._family = socket.AF_INET6 if is_ipv6(address) else socket.AF_INET
        self._pending: dict[socket.socket, float] = {}
        self._stopping = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.tried: list[Tried] = []

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: any(one.verdict == "ok" for one in self.tried), "connected for the first time")
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._selector.close()

    def flows(self, *, connections: int = 50) -> None:
        """Return when the last ``connections`` were all established at once, counted from now."""
        begun = time.monotonic()

        def all_well() -> bool:
            last = [one for one in list(self.tried) if one.begun > begun][-connections:]
            return len(last) == connections and all(map(self._is_untroubled, last))

        until(all_well, f"{connections} good connections in a row")

    @property
    def failed(self) -> list[Tried]:
        """Connections that were not established."""
        return [one for one in self.tried if one.verdict not in ("ok", *_SEVERED)]

    @property
    def severed(self) -> list[Tried]:
        """Connections that were established and then reset.

        When the neighbours turn from one node to another, what is open at that very moment goes on at a node that
        knows nothing of it.
        """
        return [one for one in self.tried if one.verdict in _SEVERED]

    def outage(self, since: float) -> float:
        """Seconds from ``since`` to the first connection that was established at once again.

        One that was begun in between may get through as well, by its second or third packet.
        """
        begun = min(one.begun for one in self.failed)
        return min(one.begun for one in self.tried if one.begun > begun and self._is_untroubled(one)) - since

    @staticmethod
    def _is_untroubled(one: Tried) -> bool:
        return one.verdict == "ok" and not one.repeated

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stopping.is_set() or self._pending:
            if not self._stopping.is_set() and time.monotonic() >= due:
                due = max(due + _GAP, time.monotonic() - 1)
                self._begin()
            self._collect(max(0.0, min(due - time.monotonic(), _GAP)))

    def _begin(self) -> None:
        client = self._host.socket(self._family)
        client.setblocking(False)  # noqa: FBT003 - has no keyword
        begun = time.monotonic()
        status = client.connect_ex(self._place)
        if status not in (0, errno.EINPROGRESS):
            self._note(client, begun, status)
            return
        self._pending[client] = begun
        self._selector.register(client, selectors.EVENT_WRITE)

    def _collect(self, seconds: float) -> None:
        if not self._pending:
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            assert isinstance(key.fileobj, socket.socket)
            self._end(key.fileobj, key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
        for client, begun in list(self._pending.items()):
            if time.monotonic() - begun > self._patience:
                self._end(client, errno.ETIMEDOUT)

    def _end(self, client: socket.socket, status: int) -> None:
        self._selector.unregister(client)
        self._note(client, self._pending.pop(client), status)

    def _note(self, client: socket.socket, begun: float, status: int) -> None:
        with client:
            info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RETRANSMITTED + 4)
            (repeated,) = struct.unpack_from("I", info, _RETRANSMITTED)
        self.tried.append(Tried(begun, errno.errorcode[status] if status else "ok", repeated))


class ColdClient:
    """A context manager that connects one time after the other, and forgets before each where the address is."""

    def __init__(self, host: Host, address: str, port: int) -> None:
        self._host, self._address, self._port = host, address, port
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.waits: list[tuple[float, float]] = []
        """When each attempt that came through was begun, and the seconds until it had."""

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: bool(self.waits), "connected for the first time")
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def flows(self) -> None:
        """Return when a connection that is begun from now on has come through."""
        now = time.monotonic()
        until(lambda: self.waits[-1][0] > now, "connected from a cold start")

    @property
    def longest(self) -> float:
        """Seconds of the longest wait."""
        return max(seconds for _, seconds in self.waits)

    def _run(self) -> None:
        while not self._stopping.is_set():
            begun = time.monotonic()
            while not self._stopping.is_set() and not self._comes_through():
                pass
            self.waits.append((begun, time.monotonic() - begun))

    def _comes_through(self) -> bool:
        self._host.run("ip", "neigh", "flush", "to", self._address, "dev", "eth0")
        return connect(self._host, self._address, self._port).verdict == "ok"
