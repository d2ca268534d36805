"""Giving a file new content in one step: a reader sees the old or the new one, and never a half of either."""

from __future__ import annotations

import os
import stat

from genlb.errors import Undetermined


def overwrite(path: str, content: bytes) -> None:
    """Put ``content`` where ``path`` is or shall be; ``Undetermined`` when that fails, and then nothing has changed.

    The folder has to be there. A file that is replaced keeps its permissions, a symbolic link stays one. What is no
    regular file, as ``/dev/stdout`` or a named pipe, is written to.
    """
    try:
        target = os.path.realpath(path)
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            with open(path, "wb") as stream:
                stream.write(content)
            return
        _replace(target, content, mode)
    except FileNotFoundError as error:
        folder = os.path.dirname(path) or "."
        raise Undetermined(f"{path}: cannot be written: there is no folder {folder}") from error
    except OSError as error:
        raise Undetermined(f"{path}: cannot be written: {error.strerror}") from error


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _replace(target: str, content: bytes, mode: int | None) -> None:
    beside = f"{target}.{os.getpid()}.tmp"
    with open(beside, "xb") as file:
        try:
            file.write(content)
            if mode is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            file.flush()
            os.replace(beside, target)
        except BaseException:  # an interrupt leaves no rest behind, too
            os.unlink(beside)
            raise
