"""Files with others on top: as they would be if those were written, or as they were read in one go before."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from genlb.stores.files import Files


class Overlay:
    """``below`` with ``files`` (path to content) on top of it."""

    def __init__(self, below: Files, files: Mapping[str, bytes]) -> None:
        self._below = below
        self._files = files
        self._names: dict[str, set[str]] = {}
        for path in files:
            folder, name = posixpath.split(path)
            while name:
                self._names.setdefault(folder, set()).add(name)
                folder, name = posixpath.split(folder)

    def read(self, file: str) -> bytes | None:
        """See `genlb.stores.files.Files`."""
        return self._files[file] if file in self._files else self._below.read(file)

    def names(self, folder: str) -> list[str]:
        """See `genlb.stores.files.Files`."""
        return sorted({*self._below.names(folder), *self._names.get(folder, ())})

    def is_folder(self, path: str) -> bool:
        """See `genlb.stores.files.Files`."""
        return path in self._names or self._below.is_folder(path)

    def may_exist(self, path: str) -> bool:
        """See `genlb.stores.files.Files`."""
        return path in self._files or path in self._names or self._below.may_exist(path)

    def is_inside(self, path: str) -> bool:
        """See `genlb.stores.files.Files`."""
        return path in self._files or self._below.is_inside(path)
