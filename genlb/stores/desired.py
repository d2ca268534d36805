"""What git wants a cluster to have: what is rendered in the work tree or in a commit, or any manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from genlb.drift.model import Desired, Source, Wanted
from genlb.errors import InvalidInput, Undetermined
from genlb.manifest import Manifest, ResourceKey
from genlb.render.manifest_file import FILE_NAME, read_manifest
from genlb.stores.dump_files import holds_objects, texts_at
from genlb.stores.dump_objects import Found, found, objects_in
from genlb.stores.files import Files

_DEEPEST = 32
"""Folders inside each other; genlb writes one."""


class Fresh(NamedTuple):
    """What the spec renders now, by path below the folder: every text, and the objects among them as data."""

    texts: Mapping[str, str]
    objects: Mapping[str, Manifest]


NOTHING_FRESH = Fresh({}, {})


def from_folder(files: Files, folder: str, source: Source, *, fresh: Fresh | None = None) -> Desired:
    """The objects below ``folder``, a cluster's ``rendered/``, that genlb wrote; ``files`` says whose folder it is.

    With ``fresh`` the files that differ from it are listed as stale, and what does not differ is not parsed again.
    Files that genlb did not write are nobody's wish: no kustomization names them. `Undetermined` when a file cannot be
    read or there is no object.
    """
    wanted: dict[ResourceKey, Wanted] = {}
    stale: list[str] = []
    now = fresh or NOTHING_FRESH
    for path in _paths(files, folder, now):
        file = f"{folder}/{path}"
        content = _content(files, file)
        same = content is not None and path in now.texts and content == now.texts[path].encode()
        if fresh is not None and not same:
            stale.append(file)
        if content is None or not holds_objects(path):
            continue
        _add(
            wanted,
            [found(now.objects[path], file)] if same and path in now.objects else objects_in(content, file),
            file,
        )
    if not wanted:
        raise Undetermined(f"{folder}: nothing is rendered there")
    return Desired(source=source, objects=wanted, stale=tuple(stale))


def from_path(path: str, directory: str = ".") -> Desired:
    """The objects of the file ``path``, or of all YAML and JSON files below it; relative to ``directory``."""
    wanted: dict[ResourceKey, Wanted] = {}
    for file, content in texts_at(path, directory):
        _add(wanted, objects_in(content, file), file)
    if not wanted:
        raise Undetermined(f"{path}: holds no objects")
    return Desired(source=Source(what=path), objects=wanted)


def _add(wanted: dict[ResourceKey, Wanted], objects: Iterable[Found], file: str) -> None:
    for one in objects:
        if not one.key.name:
            continue
        if one.key in wanted:
            also = wanted[one.key].file
            raise Undetermined(f"{one.place}: {one.key} stands in {also} as well; which one is wanted?")
        wanted[one.key] = Wanted(one.manifest, file)


def _paths(files: Files, folder: str, fresh: Fresh) -> list[str]:
    """What genlb wrote and would write, sorted; every file where its own list cannot be read."""
    recorded = read_manifest(_content(files, f"{folder}/{FILE_NAME}") or b"")
    if recorded is None:
        return sorted({*_below(files, folder, "", 0), *fresh.texts})
    return sorted({*filter(_is_below, recorded), *fresh.texts})


def _below(files: Files, folder: str, path: str, depth: int) -> Iterator[str]:
    for name in files.names(f"{folder}/{path}".rstrip("/")):
        below = f"{path}/{name}" if path else name
        if not files.is_folder(f"{folder}/{below}"):
            if holds_objects(below):
                yield below
        elif depth < _DEEPEST:
            yield from _below(files, folder, below, depth + 1)


def _is_below(path: str) -> bool:
    """Whether a path of a list that anybody may have written stays below its folder."""
    return "\0" not in path and not any(part in {"", ".", ".."} for part in path.split("/"))


def _content(files: Files, file: str) -> bytes | None:
    try:
        return files.read(file)
    except InvalidInput as error:
        raise Undetermined("; ".join(one.message for one in error.diagnostics)) from error
