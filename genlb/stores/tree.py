"""``rendered/`` on disk against what genlb renders now: compare, and replace as a whole.

A file is *genlb's* when the old ``genlb.manifest.json`` lists it, and *foreign* otherwise. Foreign files are kept with
content, mode and time, whatever happens; a file of genlb's that somebody edited is not overwritten unasked. Paths are
relative to ``rendered/`` and have ``/``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from genlb.errors import Undetermined
from genlb.render.manifest_file import FILE_NAME as MANIFEST_FILE
from genlb.render.tree import Rendered
from genlb.stores import staging
from genlb.stores.ondisk import FOLDER, TreeOnDisk, read_tree, rendered_folder
from genlb.stores.replacement import Replacement, replace

__all__ = ["FOLDER", "TreeOnDisk", "TreeState", "Written", "compare_tree", "read_tree", "write_tree"]

_STAGED = re.compile(r"\.rendered\.[0-9a-f]{8}/(?:new|old)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeState:
    """What is on disk against what is rendered, path by path; each path stands in one list only.

    ``changed``: genlb's file as genlb left it, and the spec asks for another text. ``missing``: rendered, not on disk.
    ``stale``: genlb's file that is not rendered any more. ``hand_edited``: would be overwritten or deleted, and holds
    what genlb did not write. ``foreign`` is none of genlb's business.
    """

    disk: TreeOnDisk
    rendered: Mapping[str, str]
    unchanged: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    hand_edited: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def up_to_date(self) -> bool:
        """Whether writing would change nothing."""
        return not (self.changed or self.missing or self.stale or self.hand_edited)

    def before(self, path: str) -> str:
        """What is on disk, empty for a missing file."""
        return self.disk.text(path) or ""

    def after(self, path: str) -> str:
        """What is rendered, empty for a stale file."""
        return self.rendered.get(path, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write did, by path. With anything ``refused`` (hand edits) it did nothing at all."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def changed_anything(self) -> bool:
        """Whether a file was created, updated or deleted."""
        return bool(self.created or self.updated or self.deleted)


def compare_tree(folder: str | os.PathLike[str], rendered: Rendered) -> TreeState:
    """What writing ``rendered`` into the cluster's ``folder`` would change."""
    return _compare(read_tree(folder, wanted=rendered.files), rendered.files)


def write_tree(folder: str | os.PathLike[str], rendered: Rendered, *, overwrite: bool) -> Written:
    """Make ``rendered/`` in the cluster's ``folder`` what is rendered, all of it or nothing.

    Hand edits stop it (``Written.refused``) unless ``overwrite``. Where nothing changes, nothing is touched. Whatever
    goes wrong is ``Undetermined`` and leaves the old tree; so does a kill, whose leftovers the next run removes.
    """
    folder, root = os.fspath(folder), rendered_folder(folder)
    _hold_inside(rendered.files)
    try:
        os.makedirs(folder, exist_ok=True)
        if (state := _glance(folder, root, rendered)) is not None and state.up_to_date:
            return _outcome(state, overwrite=overwrite)
        with staging.locked(folder) as locked:
            if locked:
                staging.clean_up(folder, root)
            state = compare_tree(folder, rendered)
            outcome = _outcome(state, overwrite=overwrite)
            if outcome.changed_anything:
                _write(folder, state, outcome)
            return outcome
    except OSError as error:
        raise _undetermined(error, root) from error


def _glance(folder: str, root: str, rendered: Rendered) -> TreeState | None:
    """The state as seen without a lock, which would be a change by itself; to be believed only when it is up to date.

    Another run may replace the tree while this one looks, so that files vanish or do not fit their manifest.
    """
    if not os.path.lexists(root) or staging.traces(folder):
        return None
    try:
        return compare_tree(folder, rendered)
    except Undetermined:
        return None


def _compare(disk: TreeOnDisk, rendered: Mapping[str, str]) -> TreeState:
    lists: dict[str, list[str]] = {name: [] for name in ("unchanged", "changed", "missing", "stale", "hand_edited")}
    for path in {**rendered, **(disk.recorded or {})}:
        if story := _story(disk, path, rendered.get(path)):
            lists[story].append(path)
    return TreeState(
        disk=disk,
        rendered=rendered,
        foreign=tuple(path for path in disk.foreign if path not in rendered),
        **{name: tuple(sorted(paths)) for name, paths in lists.items()},
    )


def _story(disk: TreeOnDisk, path: str, text: str | None) -> str | None:
    """Which list of a TreeState ``path`` belongs to; ``text`` is what is rendered, None for nothing."""
    content = disk.files.get(path)
    if content is None:
        if text is None:
            return None
        # A link or the like in the place of a file of ours.
        return "hand_edited" if path in disk.foreign else "missing"
    if text is not None and content == text.encode():
        return "unchanged"
    if _as_genlb_left_it(disk, path):
        return "stale" if text is None else "changed"
    return "hand_edited"


def _as_genlb_left_it(disk: TreeOnDisk, path: str) -> bool:
    if disk.recorded is None:
        return False
    return path == MANIFEST_FILE or disk.recorded.get(path) == disk.sha256(path)


def _outcome(state: TreeState, *, overwrite: bool) -> Written:
    if state.hand_edited and not overwrite:
        return Written(unchanged=state.unchanged, foreign=state.foreign, refused=state.hand_edited)
    overwritten = [path for path in state.hand_edited if path in state.rendered]
    removed = [path for path in state.hand_edited if path not in state.rendered]
    return Written(
        created=state.missing,
        updated=tuple(sorted([*state.changed, *overwritten])),
        deleted=tuple(sorted([*state.stale, *removed])),
        unchanged=state.unchanged,
        foreign=state.foreign,
    )


def _write(folder: str, state: TreeState, outcome: Written) -> None:
    contents = {path: state.rendered[path].encode() for path in (*outcome.created, *outcome.updated)}
    replace(
        folder,
        Replacement(
            written=contents,
            kept=(*outcome.unchanged, *outcome.foreign),
            deleted=outcome.deleted,
            folders=state.disk.folders,
        ),
    )


def _hold_inside(paths: Iterable[str]) -> None:
    for path in paths:
        if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
            raise Undetermined(f"{path!r}: leads out of the rendered folder; nothing is written")


def _undetermined(error: OSError, root: str) -> Undetermined:
    """The error in the user's words: the file's place in ``rendered/``, not in the staging folder of this run."""
    path = _STAGED.sub(FOLDER, os.fsdecode(error.filename)) if error.filename is not None else root
    return Undetermined(f"{path}: cannot be written: {error.strerror or error}")
