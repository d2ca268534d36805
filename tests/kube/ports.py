"""Free TCP ports on loopback."""

from __future__ import annotations

import contextlib
import socket

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now. Somebody may be quicker: be ready to ask again."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for taken in sockets:
            taken.bind((LOOPBACK, 0))
        return [taken.getsockname()[1] for taken in sockets]


def listens(port: int) -> bool:
    """Whether somebody accepts connections on ``port``."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
