"""An end for all connections of a run: after Ctrl-C nobody waits for clusters that do not answer."""

from __future__ import annotations

import threading
from typing import Protocol


class Closable(Protocol):
    """What can be hung up."""

    def close(self) -> None:
        """Hang up."""


class Halt:
    """Knows what is open; `stop` closes that, and at once whatever is opened later."""

    def __init__(self) -> None:
        self._open: set[Closable] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def opened(self, one: Closable) -> None:
        """Take it over until it is `closed`."""
        with self._lock:
            self._open.add(one)
            stopped = self._stopped
        if stopped:
            one.close()

    def closed(self, one: Closable) -> None:
        """It was closed."""
        with self._lock:
            self._open.discard(one)

    def stop(self) -> None:
        """Hang up everywhere."""
        with self._lock:
            self._stopped = True
            left = tuple(self._open)
        for one in left:
            one.close()
