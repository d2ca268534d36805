"""One binder on a node: two would take each other's addresses off."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from genlb.errors import Undetermined


@contextlib.contextmanager
def alone(directory: str) -> Iterator[None]:
    """Hold the node's lock in the state directory; ``Undetermined`` where another process has it.

    The kernel gives it back when the process ends, however that happens.
    """
    path = os.path.join(directory, "vip.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Undetermined(f"{path}: another binder runs on this node") from error
    try:
        yield
    finally:
        os.close(descriptor)
