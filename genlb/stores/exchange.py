"""Putting a complete new folder in the place of an old one, so that nobody ever sees half of either."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2

# What old kernels, network file systems and sandboxes answer to a call or a flag that they do not know.
_NOT_SUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EPERM})


def replace_folder(new: str, current: str, aside: str) -> str:
    """Put ``new`` in the place of ``current``, both folders; the answer is where the old one is now.

    One step where the kernel and the file system can exchange two names. Elsewhere two renames, with the old folder
    moved to ``aside``: a run that is killed between them leaves ``current`` missing, and both others whole.
    """
    if _exchange(new, current):
        return new
    os.rename(current, aside)
    try:
        os.rename(new, current)
    except OSError:
        os.rename(aside, current)
        raise
    return aside


def _exchange(one: str, other: str) -> bool:
    renameat2 = _renameat2()
    if renameat2 is None:
        return False
    code = renameat2(os.fsencode(one), os.fsencode(other))
    if code in _NOT_SUPPORTED:
        return False
    if code:
        raise OSError(code, os.strerror(code), one, None, other)
    return True


@functools.cache
def _renameat2() -> Callable[[bytes, bytes], int] | None:
    """Linux's renameat2 with RENAME_EXCHANGE, which ``os`` does not offer; it answers an errno, 0 for success."""
    import ctypes  # as long to import as a quarter of a render, and needed only where a folder already is

    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    function.restype = ctypes.c_int

    def call(one: bytes, other: bytes) -> int:
        failed = function(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE)
        return ctypes.get_errno() if failed else 0

    return call
