"""A netlink socket: questions with all their answers, many changes at once, and events."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator

from genlb.agent.links import IPV4_ADDRESSES, IPV6_ADDRESSES, LINKS, KernelEvents
from genlb.agent.netlink import route
from genlb.agent.netlink.message import DONE, DUMP_INTERRUPTED, ERROR, Message, error_of, messages, packed
from genlb.errors import Undetermined

_BUFFER = 1 << 17
_BATCH = 128
"""Changes sent at once: their answers must fit into the socket's buffer."""

_TIMEOUT = 5.0
_ATTEMPTS = 3


class Interrupted(Undetermined):
    """The kernel's tables changed while it told them: what was told may miss something, and nothing follows from it."""


class Channel:
    """Questions to the kernel, one at a time."""

    def __init__(self) -> None:
        self._socket = _opened()
        self._sequence = 0

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def dump(self, kind: int, family: int = 0) -> list[Message]:
        """All links, addresses or routes; ``Interrupted`` where the list may be incomplete, several times over."""
        for _ in range(_ATTEMPTS - 1):
            with contextlib.suppress(Interrupted):
                return self._dump(kind, family)
        return self._dump(kind, family)

    def _dump(self, kind: int, family: int) -> list[Message]:
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
            for message in self._received():
                if message.kind == ERROR and first <= message.sequence <= self._sequence:
                    results[message.sequence] = error_of(message)
        return [results[first + index] for index in range(len(changes))]

    def _answers(self, sequence: int) -> Iterator[Message]:
        while True:
            for message in self._received():
                if message.sequence == sequence:
                    yield message

    def _received(self) -> Iterator[Message]:
        try:
            data = self._socket.recv(_BUFFER)
        except OSError:
            # Answers were dropped (ENOBUFS), or do not come. On this socket a dump is still under way, and the next
            # one would be refused (EBUSY); a new one hears nothing of it.
            fresh = _opened()
            self._socket.close()
            self._socket = fresh
            raise
        return messages(data)


def _opened() -> socket.socket:
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    opened.settimeout(_TIMEOUT)
    opened.bind((0, 0))
    return opened


class Events(KernelEvents):
    """A link or an address changed."""

    def __init__(self) -> None:
        super().__init__(LINKS | IPV4_ADDRESSES | IPV6_ADDRESSES)


def _raise_for(number: int) -> None:
    if number:
        raise OSError(number, os.strerror(number))
