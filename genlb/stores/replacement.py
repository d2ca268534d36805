"""Building the new ``rendered/`` beside the old one, and putting it in its place."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass

from genlb.render.manifest_file import FILE_NAME as MANIFEST_FILE
from genlb.stores import staging
from genlb.stores.exchange import replace_folder
from genlb.stores.ondisk import parents, read_file, rendered_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """The new tree: files to write with their content, paths to carry over as they are, genlb's files to leave out.

    ``folders`` are those of the old tree with their permissions (the top one is ``""``); empty when there is none.
    """

    written: Mapping[str, bytes]
    kept: tuple[str, ...]
    deleted: tuple[str, ...]
    folders: Mapping[str, int]


def replace(folder: str, replacement: Replacement) -> None:
    """Make ``rendered/`` in ``folder`` the new tree in one step; on an ``OSError`` it is still the old one."""
    root = rendered_folder(folder)
    container = staging.create(folder)
    try:
        new = staging.new_tree(container)
        _build(root, new, replacement)
        if not replacement.folders:
            os.rename(new, root)
            return
        try:
            replace_folder(new, root, staging.old_tree(container))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _replace_files(new, root, replacement)
    finally:
        staging.remove(container)


def _build(root: str, new: str, replacement: Replacement) -> None:
    """The complete tree in ``new``; what stays the same is the same file, by a hard link."""
    os.mkdir(new)
    made = {"": new}
    for path in sorted([*replacement.written, *replacement.kept]):
        for inner in parents(path):
            if inner not in made:
                made[inner] = f"{new}/{inner}"
                os.mkdir(made[inner])
        if path in replacement.written:
            staging.write_file(f"{new}/{path}", replacement.written[path])
        elif not path.endswith("/"):
            _carry_over(f"{root}/{path}", f"{new}/{path}")
    for inner in sorted(made, reverse=True):  # inner ones first: an outer one may not be open to us afterwards
        if inner in replacement.folders:
            os.chmod(made[inner], replacement.folders[inner])


def _replace_files(new: str, root: str, replacement: Replacement) -> None:
    """File by file, where a folder cannot be renamed: one that came with the image of a container (overlayfs).

    The manifest goes last. A run that is killed here leaves some files of the new tree and the old manifest: the next
    run knows what is still to be deleted, and finds the new files to be what it renders itself.
    """
    for path in replacement.written.keys() - {MANIFEST_FILE}:
        for inner in parents(path):
            with contextlib.suppress(FileExistsError):
                os.mkdir(f"{root}/{inner}")
        os.replace(f"{new}/{path}", f"{root}/{path}")
    for path in replacement.deleted:
        os.unlink(f"{root}/{path}")
        for inner in reversed(list(parents(path))):
            with contextlib.suppress(OSError):  # not empty: somebody's
                os.rmdir(f"{root}/{inner}")
    if MANIFEST_FILE in replacement.written:
        os.replace(f"{new}/{MANIFEST_FILE}", f"{root}/{MANIFEST_FILE}")


def _carry_over(source: str, target: str) -> None:
    """The same file in the new tree: a hard link, and a copy where there are none or the file is somebody else's."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        _copy(source, target)


def _copy(source: str, target: str) -> None:
    status = os.lstat(source)
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(source), target)
        return
    if not stat.S_ISREG(status.st_mode):
        raise OSError(None, "is neither a file nor a link, and cannot be kept", source)
    staging.write_file(target, read_file(source))
    os.chmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
