"""Waiting for a daemon that runs beside the test, and asking it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds after which nothing more is to be expected, also of a busy machine."""


def wait(condition: Callable[[], bool]) -> bool:
    """Whether ``condition`` has come true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def ask(port: int, page: str) -> tuple[int, str]:
    """Status and text of a page of the daemon at ``port`` of this node; status 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()
