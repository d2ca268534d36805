"""A netlink socket: questions with all their answers, many changes at once, and events."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterable, Iterator

from genlb.agent.netlink import route
from genlb.agent.netlink.message import DONE, DUMP_INTERRUPTED, ERROR, Message, error_of, messages, packed
from genlb.errors import Undetermined

_BUFFER = 1 << 17
_BATCH = 128
"""Changes sent at once: their answers must fit into the socket's buffer."""

_GROUPS = 0x1 | 0x10 | 0x100  # links, IPv4 addresses, IPv6 addresses
_TIMEOUT = 5.0


class Interrupted(Undetermined):
    """The kernel's tables changed while it told them: what was told may miss something, and nothing follows from it."""


class Channel:
    """Questions to the kernel, one at a time."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.settimeout(_TIMEOUT)
        self._socket.bind((0, 0))
        self._sequence = 0

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def dump(self, kind: int, family: int = 0) -> list[Message]:
        """All links, addresses or routes; ``Interrupted`` where the list may be incomplete."""
        self._sequence += 1
        self._socket.send(packed(route.dump(kind, self._sequence, family)))
        found: list[Message] = []
        interrupted = False
        for message in self._answers(self._sequence):
            interrupted = interrupted or bool(message.flags & DUMP_INTERRUPTED)
            if message.kind in (ERROR, DONE):
                _raise_for(error_of(message))
                break
            found.append(message)
        if interrupted:
            raise Interrupted("the kernel's tables changed while they were read")
        return found

    def change(self, changes: Iterable[Callable[[int], Message]]) -> list[int]:
        """Carry out changes in order; the error number of each, 0 for those that were done."""
        waiting = list(changes)
        results: list[int] = []
        for start in range(0, len(waiting), _BATCH):
            results += self._change(waiting[start : start + _BATCH])
        return results

    def _change(self, changes: list[Callable[[int], Message]]) -> list[int]:
        first = self._sequence + 1
        self._sequence += len(changes)
        self._socket.send(b"".join(packed(change(first + index)) for index, change in enumerate(changes)))
        results: dict[int, int] = {}
        while len(results) < len(changes):
            for message in messages(self._socket.recv(_BUFFER)):
                if message.kind == ERROR and first <= message.sequence <= self._sequence:
                    results[message.sequence] = error_of(message)
        return [results[first + index] for index in range(len(changes))]

    def _answers(self, sequence: int) -> Iterator[Message]:
        while True:
            for message in messages(self._socket.recv(_BUFFER)):
                if message.sequence == sequence:
                    yield message


class Events:
    """What changes on links and addresses; ``fileno`` becomes readable when something has."""

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE
        )
        self._socket.bind((0, _GROUPS))

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def drain(self) -> bool:
        """Take all that waits; whether anything did. An overrun counts: what was lost is looked up anyway."""
        anything = False
        while True:
            try:
                anything = bool(self._socket.recv(_BUFFER)) or anything
            except BlockingIOError:
                return anything
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                anything = True  # more happened than the buffer holds


def _raise_for(number: int) -> None:
    if number:
        raise OSError(number, os.strerror(number))
