"""A file that is there as a whole or not at all, power failures included."""

from __future__ import annotations

import contextlib
import os

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_atomically(path: str, text: str) -> None:
    """Put ``text`` into the file at ``path``, for everybody to read; OSError where that fails, with the old file left.

    The new file stands beside the old one for a moment, under a name that no ``*.conf`` or ``*.json`` matches.
    """
    folder, name = os.path.split(path)
    fresh = os.path.join(folder, f".{name}.new")
    with contextlib.suppress(FileNotFoundError):  # of a run that was killed half-way
        os.unlink(fresh)
    descriptor = os.open(fresh, _FLAGS, 0o644)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.rename(fresh, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise
    _sync(folder)


def remove(path: str) -> bool:
    """Take the file at ``path`` away; whether there was one."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    _sync(os.path.dirname(path))
    return True


def _sync(folder: str) -> None:
    """Make a change of names last; some file systems have no such thing, and need none."""
    descriptor = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
