"""Files of objects that a user names on the command line: one file, a folder of them, a pipe, or stdin."""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Iterator

from genlb.errors import Undetermined
from genlb.render.manifest_file import FILE_NAME
from genlb.stores.dump_objects import LIMITS

STDIN = "-"

NO_OBJECTS = frozenset({"kustomization.yaml", "kustomization.yml", FILE_NAME, "metallb-values.yaml"})
"""What kustomize, Helm and genlb itself read."""

_ENDINGS = (".yaml", ".yml", ".json")


def holds_objects(path: str) -> bool:
    """Whether a file of this name may hold objects."""
    return path.endswith(_ENDINGS) and posixpath.basename(path) not in NO_OBJECTS


def texts_at(path: str, directory: str = ".") -> Iterator[tuple[str, bytes]]:
    """Name and content of the file ``path``, or of all YAML and JSON files below it; relative to ``directory``.

    ``-`` is stdin. `Undetermined` for what cannot be read.
    """
    if path == STDIN:
        yield "stdin", _stdin()
        return
    place = os.path.join(directory, path)
    if not os.path.isdir(place):
        yield path, _content(place, path)
        return
    for name in sorted(_names_below(place, path)):
        yield posixpath.join(path, name), _content(os.path.join(place, name), posixpath.join(path, name))


def _names_below(place: str, shown: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise Undetermined(f"{shown}: cannot be listed: {error.strerror}") from error

    for folder, folders, files in os.walk(place, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = os.path.relpath(folder, place).replace(os.sep, "/")
        for name in files:
            if holds_objects(name) and not name.startswith("."):
                yield posixpath.normpath(posixpath.join(below, name))


def _content(place: str, shown: str) -> bytes:
    try:
        # Not only regular files: a shell's <(kubectl get …) is a pipe.
        with open(place, "rb") as file:
            return file.read(LIMITS.size + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise Undetermined(f"{shown}: cannot be read: {reason}") from error


def _stdin() -> bytes:
    if sys.stdin is None:
        raise Undetermined("stdin: cannot be read: it is closed")
    return sys.stdin.buffer.read(LIMITS.size + 1)


def read_text(path: str, directory: str = ".") -> bytes:
    """The content of a file that was read before; `Undetermined` when that is not possible any more."""
    return _content(os.path.join(directory, path), path)
