"""The files of a repository as a commit has them, read from the object store: nothing is ever checked out.

The tree is listed once; each file that is asked for comes from one ``git cat-file --batch`` that stays open. Symbolic
links are followed inside the commit, as the work tree's are inside the root.
"""

from __future__ import annotations

import posixpath
import subprocess
from types import TracebackType
from typing import NamedTuple, Self

from genlb.errors import Undetermined
from genlb.stores.git import MISSING, command, commit_of, environment, git
from genlb.stores.sourcefile import LARGEST, refused

_LINK, _FILE = "120000", "100"
_MOST_LINKS = 16
_PIECE = 1 << 20


class _Entry(NamedTuple):
    """A file, a link or a submodule of the commit."""

    mode: str
    object: str


class _LeadsOut(Exception):
    """A symbolic link leads out of the repository, nowhere, or round in circles."""


class Commit:
    """The files below ``root`` in the commit that ``ref`` names. Use it as a context manager: it holds a process.

    `Undetermined`, with the cure, when git knows no such commit or cannot be asked.
    """

    def __init__(self, root: str, ref: str) -> None:
        self.commit = commit_of(root, ref)
        self._root = root
        self._entries = _listed(root, self.commit)
        self._folders = _folders_of(self._entries)
        self._links: dict[str, str] = {}
        self._objects: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._objects is not None:
            self._objects.communicate()
            self._objects = None

    def read(self, file: str) -> bytes | None:
        """See `genlb.stores.files.Files`."""
        try:
            entry = self._entries.get(self._followed(file))
        except _LeadsOut as error:
            raise refused(file, str(error)) from None
        if entry is None:
            if self.is_folder(file):
                raise refused(file, "is a directory where a file belongs")
            if file in self._entries:
                raise refused(file, "is a symbolic link that leads nowhere")
            return None
        if not entry.mode.startswith(_FILE):
            raise refused(file, "is no regular file")
        return self._content(entry, file)

    def names(self, folder: str) -> list[str]:
        """See `genlb.stores.files.Files`."""
        try:
            return sorted(self._folders.get(self._followed(folder), ()))
        except _LeadsOut:
            return []

    def is_folder(self, path: str) -> bool:
        """See `genlb.stores.files.Files`."""
        try:
            return self._followed(path) in self._folders
        except _LeadsOut:
            return False

    def may_exist(self, path: str) -> bool:
        """See `genlb.stores.files.Files`."""
        return path in self._entries or path in self._folders or self.is_folder(path) or self._is_file(path)

    def is_inside(self, path: str) -> bool:
        """See `genlb.stores.files.Files`."""
        try:
            self._followed(path)
        except _LeadsOut:
            return False
        return True

    def _is_file(self, path: str) -> bool:
        try:
            return self._followed(path) in self._entries
        except _LeadsOut:
            return False

    def _followed(self, path: str) -> str:
        """``path`` without any symbolic link in it."""
        for _ in range(_MOST_LINKS):
            if path == ".." or path.startswith(("../", "/")):
                raise _LeadsOut("leads out of the repository through a symbolic link")
            link = self._first_link(path)
            if link is None:
                return path
            target = posixpath.join(posixpath.dirname(link), self._target(link), path[len(link) + 1 :])
            path = posixpath.normpath(target)
            path = "" if path == "." else path
        raise _LeadsOut("is a symbolic link that leads nowhere")

    def _first_link(self, path: str) -> str | None:
        """The shortest part of ``path`` that is a symbolic link."""
        end = path.find("/")
        while True:
            part = path if end < 0 else path[:end]
            entry = self._entries.get(part)
            if entry is not None and entry.mode == _LINK:
                return part
            if end < 0:
                return None
            end = path.find("/", end + 1)

    def _target(self, link: str) -> str:
        if link not in self._links:
            self._links[link] = self._content(self._entries[link], link).decode("utf-8", "surrogateescape")
        return self._links[link]

    def _content(self, entry: _Entry, file: str) -> bytes:
        """The bytes of an object, at most one more than LARGEST."""
        process = self._process()
        if process.stdin is None or process.stdout is None:
            raise Undetermined(f"{file}: git cannot be asked for it")
        try:
            process.stdin.write(f"{entry.object}\n".encode())
            process.stdin.flush()
            header = process.stdout.readline().split()
            if len(header) != 3 or header[1] != b"blob":  # noqa: PLR2004 -- id, type, size
                raise Undetermined(f"{file}: git does not have it at {self.commit}: is this a partial clone?")
            left = int(header[2]) + 1  # and a line break
            content = process.stdout.read(min(left, LARGEST + 2))
            left -= len(content)
            while left > 0 and (piece := process.stdout.read(min(left, _PIECE))):
                left -= len(piece)
        except OSError as error:
            raise Undetermined(f"{file}: git cannot be asked for it: {error.strerror}") from error
        if left:
            raise Undetermined(f"{file}: git broke off in the middle of it")
        return content[: min(int(header[2]), LARGEST + 1)]

    def _process(self) -> subprocess.Popen[bytes]:
        if self._objects is None:
            try:
                self._objects = subprocess.Popen(  # noqa: S603 -- fixed words, no shell
                    command("cat-file", "--batch"),
                    cwd=self._root,
                    env=environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except FileNotFoundError:
                raise Undetermined(MISSING) from None
            except OSError as error:
                raise Undetermined(f"git could not be started: {error.strerror}") from error
        return self._objects


def _listed(root: str, commit: str) -> dict[str, _Entry]:
    """Everything below ``root`` in the commit, by its path."""
    entries: dict[str, _Entry] = {}
    for line in git(root, "ls-tree", "-r", "-z", commit).split(b"\0"):
        if line:
            facts, _, path = line.partition(b"\t")
            mode, _, identity = facts.split()
            entries[path.decode("utf-8", "surrogateescape")] = _Entry(mode.decode(), identity.decode())
    return entries


def _folders_of(entries: dict[str, _Entry]) -> dict[str, set[str]]:
    """What lies in each folder; git knows folders only by what is in them."""
    folders: dict[str, set[str]] = {"": set()}
    for path in entries:
        while True:
            folder, _, name = path.rpartition("/")
            known = folders.setdefault(folder, set())
            if name in known:
                break
            known.add(name)
            if not folder:
                break
            path = folder  # noqa: PLW2901 -- on the way up
    return folders
