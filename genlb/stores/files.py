"""Where the files of a repository come from: the work tree, or (``genlb.stores.commit``) a commit of it.

All names are relative to the root, with ``/``.
"""

from __future__ import annotations

import os
from typing import Protocol

from genlb.errors import Undetermined
from genlb.stores.sourcefile import is_inside, read_source

SETTINGS_FILE = "genlb.yaml"
CLUSTERS_FOLDER = "clusters"
CLUSTER_FILE = "cluster.yaml"
DEFAULTS_FILE = "_defaults.yaml"
PROFILES_FOLDER = "_profiles"


class Files(Protocol):
    """What a repository asks for. `Undetermined` wherever the answer cannot be found out."""

    def read(self, file: str) -> bytes | None:
        """The content; None where there is no such file, `InvalidInput` where there is something else."""

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, sorted; nothing where there is none."""

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this name."""

    def may_exist(self, path: str) -> bool:
        """False only where nothing is there for sure: a folder that may not be entered may hold a cluster."""

    def is_inside(self, path: str) -> bool:
        """Whether ``path`` lies in the repository once every symbolic link is followed."""


class WorkTree:
    """The files below ``root`` as they are now."""

    def __init__(self, root: str) -> None:
        # Asked once: whoever reads wants to know for each file whether it lies inside.
        self._root = os.path.realpath(root)

    def read(self, file: str) -> bytes | None:
        """See `Files`."""
        return read_source(self._root, file)

    def names(self, folder: str) -> list[str]:
        """See `Files`."""
        try:
            return sorted(os.listdir(self._path(folder)))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise Undetermined(f"{folder}: cannot be listed: {error.strerror}") from error

    def is_folder(self, path: str) -> bool:
        """See `Files`."""
        return os.path.isdir(self._path(path))

    def may_exist(self, path: str) -> bool:
        """See `Files`."""
        try:
            os.lstat(self._path(path))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    def is_inside(self, path: str) -> bool:
        """See `Files`."""
        return is_inside(self._root, self._path(path))

    def _path(self, path: str) -> str:
        return os.path.join(self._root, path)
