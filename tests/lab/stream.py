"""A client that opens a new connection every few milliseconds, for as long as something is being moved."""

from __future__ import annotations

import errno
import selectors
import socket
import struct
import threading
import time
from typing import NamedTuple, Self

from tests.lab.host import Host, until

PER_SECOND = 100
PATIENCE = 3.0
"""Seconds after which a connection that was not established has failed."""

# struct tcp_info: eight bytes, then 32-bit values; the 24th of these is tcpi_total_retrans.
_RETRANSMITTED = 8 + 23 * 4


class Tried(NamedTuple):
    """One connection: when it was begun, its verdict, and how often its first packet had to be sent again."""

    begun: float
    verdict: str
    repeated: int


class Stream:
    """A context manager that connects all the time. Times are those of the monotonic clock."""

    def __init__(self, host: Host, address: str, port: int, *, per_second: int = PER_SECOND) -> None:
        self._host, self._place, self._gap = host, (address, port), 1 / per_second
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
            return len(last) == connections and all(one.verdict == "ok" and not one.repeated for one in last)

        until(all_well, f"{connections} good connections in a row")

    @property
    def failed(self) -> list[Tried]:
        """Connections that were not established."""
        return [one for one in self.tried if one.verdict != "ok"]

    @property
    def delayed(self) -> list[Tried]:
        """Connections whose first packet was lost."""
        return [one for one in self.tried if one.verdict == "ok" and one.repeated]

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stopping.is_set() or self._pending:
            if not self._stopping.is_set() and time.monotonic() >= due:
                due = max(due + self._gap, time.monotonic() - 1)
                self._begin()
            self._collect(max(0.0, min(due - time.monotonic(), self._gap)))

    def _begin(self) -> None:
        client = self._host.socket()
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
            if time.monotonic() - begun > PATIENCE:
                self._end(client, errno.ETIMEDOUT)

    def _end(self, client: socket.socket, status: int) -> None:
        self._selector.unregister(client)
        self._note(client, self._pending.pop(client), status)

    def _note(self, client: socket.socket, begun: float, status: int) -> None:
        with client:
            info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RETRANSMITTED + 4)
            (repeated,) = struct.unpack_from("I", info, _RETRANSMITTED)
        self.tried.append(Tried(begun, errno.errorcode[status] if status else "ok", repeated))
