"""Reading ``rendered/``: genlb's own files by content, everything else by name alone."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from genlb.errors import Undetermined
from genlb.render.manifest_file import FILE_NAME as MANIFEST_FILE
from genlb.render.manifest_file import read_manifest

FOLDER = "rendered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeOnDisk:
    """What lies in ``rendered/``. ``files`` holds the content of genlb's files and of those that were asked for.

    ``recorded`` is what the old manifest says (path to sha256), None when there is a manifest that genlb did not write.
    ``foreign`` lists everything that it does not name: files, symbolic links, empty folders (with a final ``/``).
    ``folders`` maps each folder to its permissions, the top one being ``""``; it is empty when nothing is there.
    """

    files: Mapping[str, bytes]
    recorded: Mapping[str, str] | None
    foreign: tuple[str, ...] = ()
    folders: Mapping[str, int] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """The file as text, whatever is in it; None when there is no such file."""
        content = self.files.get(path)
        return None if content is None else content.decode("utf-8", "replace")

    def sha256(self, path: str) -> str:
        """The sha256 of a file in ``files``, 64 hex digits."""
        return hashlib.sha256(self.files[path]).hexdigest()


def read_tree(folder: str | os.PathLike[str], *, wanted: Collection[str] = ()) -> TreeOnDisk:
    """Read ``rendered/`` inside the cluster's ``folder``; ``wanted`` paths are read even where they are foreign.

    A ``rendered`` that is no folder of its own, and whatever cannot be read, is ``Undetermined``.
    """
    root = rendered_folder(folder)
    try:
        if not _is_folder(root):
            return TreeOnDisk(files={}, recorded={})
        found, folders = _walk(root)
        _hold_no_obstacles(root, wanted, found, folders)
        recorded = read_manifest(read_file(f"{root}/{MANIFEST_FILE}")) if found.get(MANIFEST_FILE) else {}
        ours = {path for path in (MANIFEST_FILE, *(recorded or ())) if found.get(path)}
        return TreeOnDisk(
            files={path: read_file(f"{root}/{path}") for path in sorted(ours.union(wanted)) if found.get(path)},
            recorded=recorded,
            foreign=tuple(sorted(found.keys() - ours)),
            folders=folders,
        )
    except OSError as error:
        path = root if error.filename is None else os.fsdecode(error.filename)
        raise Undetermined(f"{path}: cannot be read: {error.strerror or error}") from error


def rendered_folder(folder: str | os.PathLike[str]) -> str:
    """The path of ``rendered/`` in a cluster's folder."""
    return f"{os.fspath(folder)}/{FOLDER}"


def parents(path: str) -> Iterator[str]:
    """The folders that ``path`` lies in, outer ones first; a path with a final ``/`` is a folder and included."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)


def read_file(path: str) -> bytes:
    """The content of a file that is no symbolic link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with contextlib.closing(os.fdopen(descriptor, "rb", buffering=0)) as file:
        content: bytes = file.read()
        return content


def _walk(root: str) -> tuple[dict[str, bool], dict[str, int]]:
    """Everything below ``root``: each path with whether it is a regular file, and each folder's permissions."""
    found: dict[str, bool] = {}
    folders = {"": stat.S_IMODE(os.lstat(root).st_mode)}
    waiting = [""]
    for folder in waiting:  # grows while it is read; no recursion, for nobody says how deep a tree may be
        prefix = f"{folder}/" if folder else ""
        with os.scandir(f"{root}/{folder}") as entries:
            names = list(entries)
        if not names and folder:
            found[prefix] = False
        for entry in names:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
                folders[path] = stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode)
            else:
                found[path] = entry.is_file(follow_symlinks=False)
    return found, folders


def _hold_no_obstacles(root: str, wanted: Iterable[str], found: Mapping[str, bool], folders: Mapping[str, int]) -> None:
    for path in wanted:
        if path in folders:
            raise Undetermined(f"{root}/{path}: is a folder where a file belongs; move it away")
        for parent in parents(path):
            if parent in found:
                raise Undetermined(f"{root}/{parent}: is a file or a link where a folder belongs; move it away")


def _is_folder(root: str) -> bool:
    """Whether ``root`` is there; anything but a folder of its own is ``Undetermined``."""
    try:
        mode = os.lstat(root).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        what = "symbolic link" if stat.S_ISLNK(mode) else "file"
        raise Undetermined(f"{root}: is a {what} where genlb's own folder belongs; move it away")
    return True
