"""Reading one file of a repository that somebody else may have filled: inside the root, regular, of bounded size."""

from __future__ import annotations

import errno
import os
import stat

from genlb.errors import InvalidInput, Span, Undetermined
from genlb.rules.catalogue import Finding
from genlb.rules.reading import SYNTAX

LARGEST = 16 * 1024 * 1024
"""Bytes that are read at most: more than the YAML reader accepts, so that it is the one who says "too large"."""

_PIECE = 1 << 18
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


def read_source(root: str, file: str) -> bytes | None:
    """The bytes of ``file`` (relative to ``root``, with ``/``); None where there is none. ``root`` is a real path.

    ``InvalidInput`` for what is no file of this repository: a directory, a pipe, a link that leads nowhere or out of
    ``root``, after which the excerpt of a diagnostic would show a file that its author could not read.
    ``Undetermined`` when the system refuses.
    """
    path = os.path.join(root, file)
    try:
        if not is_inside(root, path):
            raise refused(file, "leads out of the repository through a symbolic link")
        return _read(path, file)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise Undetermined(f"{file}: cannot be read: {error.strerror}") from error
        if os.path.islink(path):
            raise refused(file, "is a symbolic link that leads nowhere") from None
        return None
    except ValueError:  # a name with a NUL in it is no name
        return None


def is_inside(root: str, path: str) -> bool:
    """Whether ``path`` lies in ``root``, a real path, once every symbolic link is followed."""
    return os.path.commonpath([root, os.path.realpath(path)]) == root


def _read(path: str, file: str) -> bytes:
    # A named pipe must not keep genlb waiting, hence O_NONBLOCK; regular files do not care.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise refused(file, "is a directory where a file belongs")
        if not stat.S_ISREG(mode):
            raise refused(file, "is no regular file")
        return _content(descriptor)
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    """The file's bytes, at most one more than LARGEST; asked for in pieces, for a buffer of that size costs time."""
    content = os.read(descriptor, _PIECE)
    while len(content) <= LARGEST and (more := os.read(descriptor, _PIECE)):
        content += more
    return content[: LARGEST + 1]


def refused(file: str, message: str) -> InvalidInput:
    """Something is where a file belongs, and is none."""
    return InvalidInput([SYNTAX.diagnostic(Finding(Span.whole(file), f"{file} {message}", "put a YAML file there"))])
