"""Files that were not there before: all of them appear, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping

from genlb.errors import Undetermined


def create_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Create ``files`` (path below ``folder``, with ``/``, to content); whatever goes wrong takes them all back.

    No file is ever overwritten: one that exists is ``Undetermined``, as is any failure of the system.
    """
    made_folders: list[str] = []
    made_files: list[str] = []
    try:
        for path, content in files.items():
            target = os.path.join(folder, path)
            _make_folders(os.path.dirname(target), made_folders)
            _create(target, content, made_files)
    except BaseException as error:  # an interrupt takes them back, too
        _take_back(made_files, made_folders)
        if isinstance(error, OSError):
            raise Undetermined(f"{error.filename or folder}: cannot be written: {error.strerror}") from error
        raise


def replace_file(path: str, content: bytes) -> None:
    """Write ``content`` beside ``path``, then put it there in one step; ``Undetermined`` when that fails."""
    beside = f"{path}.{os.getpid()}.tmp"
    made: list[str] = []
    try:
        _make_folders(os.path.dirname(path), [])
        _create(beside, content, made)
        os.replace(beside, path)
    except BaseException as error:
        _take_back(made, [])
        if isinstance(error, OSError):
            raise Undetermined(f"{path}: cannot be written: {error.strerror}") from error
        raise


def _make_folders(folder: str, made: list[str]) -> None:
    if folder and not os.path.isdir(folder):
        _make_folders(os.path.dirname(folder), made)
        os.mkdir(folder)
        made.append(folder)


def _create(path: str, content: bytes, made: list[str]) -> None:
    with open(path, "xb") as file:
        made.append(path)
        file.write(content)


def _take_back(files: list[str], folders: list[str]) -> None:
    """Remove what was made; what somebody else put into a folder meanwhile keeps it there."""
    for path, remove in [*((file, os.unlink) for file in files), *((folder, os.rmdir) for folder in reversed(folders))]:
        try:
            remove(path)
        except OSError:
            continue
