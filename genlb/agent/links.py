"""That something came, went or changed in the kernel's network: rtnetlink's events, for whoever waits for them.

Only that something happened is told, not what: a reader that looks for itself cannot be misled by an event it missed.
"""

from __future__ import annotations

import contextlib
import errno
import socket

LINKS, IPV4_ADDRESSES, IPV6_ADDRESSES = 0x1, 0x10, 0x100
"""Groups of events (linux/rtnetlink.h, RTMGRP)."""

_NETLINK_ROUTE = 0


class KernelEvents:
    """Events of ``groups`` in this network namespace. OSError at the start where the kernel gives no such socket."""

    def __init__(self, groups: int) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, _NETLINK_ROUTE
        )
        try:
            self._socket.bind((0, groups))
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Readable when something happened."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Take all events; whether there was one. Events that the kernel had to drop (ENOBUFS) count as one."""
        happened = False
        while True:
            try:
                self._socket.recv(65_536)
            except BlockingIOError:
                return happened
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
            happened = True

    def close(self) -> None:
        """No more events."""
        self._socket.close()


class LinkEvents(KernelEvents):
    """An interface came, went or changed."""

    def __init__(self) -> None:
        super().__init__(LINKS)


def link_events() -> LinkEvents | None:
    """Link events, or None where there are none to be had: then one has to look again and again."""
    with contextlib.suppress(OSError):
        return LinkEvents()
    return None
