"""Where a new tree is built before anybody sees it: ``.rendered.<random>/`` beside ``rendered/``.

::

    .rendered.lock               held by the one run that writes here
    .rendered.1f2e3d4c/
        genlb-staging            says whose folder this is
        new/                     the tree under construction; after the exchange the old one
        old/                     the old tree, where the file system cannot exchange

The kernel gives the lock back when its holder dies, however it dies. Whoever holds it may therefore take every staging
folder that it finds for the leftover of a killed run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import time
from collections.abc import Iterator

from genlb.errors import Undetermined

PREFIX = ".rendered."
_LOCK = f"{PREFIX}lock"
_NAME = re.compile(r"\.rendered\.[0-9a-f]{8}\Z")
_MARKER = "genlb-staging"
_MARKER_TEXT = b"A staging folder of genlb, to be removed when no genlb is running.\n"

_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02
_CANNOT_LOCK = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP})


def new_tree(container: str) -> str:
    """The folder in ``container`` that is to become ``rendered``."""
    return f"{container}/new"


def old_tree(container: str) -> str:
    """Where the old ``rendered`` goes when it cannot be exchanged."""
    return f"{container}/old"


def create(folder: str) -> str:
    """A new staging folder inside ``folder``."""
    container = f"{folder}/{PREFIX}{os.urandom(4).hex()}"
    os.mkdir(container)
    try:
        write_file(f"{container}/{_MARKER}", _MARKER_TEXT)
    except OSError:
        remove(container)
        raise
    return container


def remove(container: str) -> None:
    """Remove a staging folder; the marker goes last, so that a run killed here leaves something recognisable."""
    for tree in (new_tree(container), old_tree(container)):
        if os.path.lexists(tree):
            _remove_tree(tree)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{container}/{_MARKER}")
    os.rmdir(container)


def traces(folder: str) -> bool:
    """Whether another run is writing here, or one was killed while it did."""
    return any(name.startswith(PREFIX) for name in os.listdir(folder))


def clean_up(folder: str, current: str) -> None:
    """Undo what killed runs left in ``folder``: a ``current`` that was moved aside comes back, the rest goes."""
    for name in sorted(os.listdir(folder)):
        container = f"{folder}/{name}"
        if not (_NAME.match(name) and _is_ours(container)):
            continue
        if os.path.lexists(old_tree(container)) and os.path.lexists(new_tree(container)):
            if os.path.lexists(current):
                # Killed between two renames, and somebody made a folder since. The old one may hold files that are
                # nowhere else: for a person to decide.
                continue
            os.rename(old_tree(container), current)
        remove(container)


@contextlib.contextmanager
def locked(folder: str) -> Iterator[bool]:
    """Be the only writer in ``folder``. False where the file system has no locks: nothing may be taken for dead."""
    path = f"{folder}/{_LOCK}"
    descriptor = _open_lock(path)
    if descriptor is None:
        os.unlink(path)
        yield False
        return
    try:
        yield True
    finally:
        os.unlink(path)  # while it is held: whoever waits for it sees that it is gone, and makes another
        os.close(descriptor)


def write_file(path: str, content: bytes) -> None:
    """Create ``path``, which must not exist, with the permissions that the umask leaves."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = content
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        error.filename = path  # write() knows no name
        raise
    finally:
        os.close(descriptor)


def _open_lock(path: str) -> int | None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            if _lock(descriptor) and _is_still(path, descriptor):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            if error.errno in _CANNOT_LOCK:
                return None
            raise
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise Undetermined(f"{path}: another genlb has been writing here for {_PATIENCE_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _lock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: str, descriptor: int) -> bool:
    """Whether the file that was locked is the one that others would lock; its holder may just have removed it."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _is_ours(container: str) -> bool:
    """Whether this is a folder that genlb made: one with the marker, or an empty one that was killed before it."""
    if os.path.islink(container) or not os.path.isdir(container):
        return False
    return os.path.lexists(f"{container}/{_MARKER}") or not os.listdir(container)


def _remove_tree(root: str) -> None:
    folders = [root]
    for folder in folders:  # grows while it is read; no recursion, for nobody says how deep a tree may be
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                os.unlink(entry.path)
    for folder in reversed(folders):
        os.rmdir(folder)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with contextlib.suppress(PermissionError):
        os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        return list(entries)
