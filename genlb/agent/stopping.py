"""The end of a daemon: SIGTERM is noticed at once, wherever the loop waits."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterable
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """Whether the daemon shall end. A context manager: inside, SIGTERM and SIGINT ask for it instead of killing."""

    def __init__(self) -> None:
        self.requested = False
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() returned, it takes
        os.close(self._reader)
        os.close(self._writer)

    def request(self) -> None:
        """Ask for the end; whoever waits wakes up. Safe in a signal handler and in any thread."""
        self.requested = True
        self.wake()

    def wake(self) -> None:
        """Let ``wait`` return early."""
        try:
            os.write(self._writer, b"!")
        except BlockingIOError:  # full: it wakes anyway
            return

    def wait(self, seconds: float, descriptors: Iterable[int] = ()) -> frozenset[int]:
        """Wait until one of ``descriptors`` can be read, somebody wakes us, or ``seconds`` are over; those readable."""
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        for descriptor in descriptors:
            poll.register(descriptor, select.POLLIN)
        ready = frozenset(descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1_000))
        if self._reader in ready:
            self._drain()
        return ready - {self._reader}

    def _drain(self) -> None:
        try:
            while os.read(self._reader, 4_096):
                pass
        except BlockingIOError:
            return

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.request()
