"""The file below /etc/sysctl.d that repeats the values: for the next boot, and for udev when an interface comes.

Only a file that genlb wrote is ever written over or taken away; its first line tells.
"""

from __future__ import annotations

import os

from genlb.agent.storing import remove, write_atomically
from genlb.agent.sysctl.plan import drop_in
from genlb.agent.sysctl.proc import told

_HEAD = drop_in({}, (), {}).splitlines()[0]


class DropIn:
    """The file at ``path``. Its methods give "" or what went wrong."""

    def __init__(self, path: str) -> None:
        self._path = path

    def hold(self, text: str) -> str:
        """Make ``text`` what the file says; it is left untouched where it says that already."""
        try:
            found = self._read()
            if found == text:
                return ""
            if found is not None and not _is_ours(found):
                return f"{self._path}: was not written by genlb, so it stays as it is"
            write_atomically(self._path, text)
        except OSError as error:
            return f"{self._path}: {told(error)}"
        return ""

    def remove(self) -> str:
        """Take the file away, if it is ours."""
        try:
            found = self._read()
            if found is not None and not _is_ours(found):
                return f"{self._path}: was not written by genlb, so it stays as it is"
            remove(self._path)
        except FileNotFoundError:  # the whole folder is missing
            return ""
        except OSError as error:
            return f"{self._path}: {told(error)}"
        return ""

    def _read(self) -> str | None:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with open(descriptor, encoding="utf-8", errors="replace") as file:
            return file.read()


def _is_ours(text: str) -> bool:
    return text.partition("\n")[0] == _HEAD
