"""A spec that is being made of a live cluster: written down, read back, rendered and compared with what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genlb.api.clusters import LoadedCluster, load
from genlb.drift.adoption import BASE_FILE, Adopted, Gap, Note
from genlb.drift.adoption_patches import PATCHED, patch_of
from genlb.drift.model import Live, Sort
from genlb.drift.path import spelled
from genlb.drift.walk import RawDifference, differences
from genlb.errors import InvalidInput
from genlb.manifest import Manifest, ResourceKey, key_of
from genlb.render.tree import render
from genlb.report.adopt import spec_text
from genlb.stores.overlay import Overlay
from genlb.stores.repository import CLUSTER_FILE, Repository
from genlb.yamltext.node import plain

_REAL = frozenset({Sort.CHANGED, Sort.MISSING})
_MOST = 6


class Draft(NamedTuple):
    """A spec as it would be on disk."""

    text: str
    loaded: LoadedCluster


def draft_of(repository: Repository, adopted: Adopted, notes: Sequence[Note], patches: list[dict[str, Any]]) -> Draft:
    """The spec in its repository, read and judged as `genlb validate` would once it is written."""
    folder = repository.folder(adopted.name)
    spec = adopted.trimmed(inherited_by(repository)) | ({"patches": patches} if patches else {})
    up = "../" * (folder.count("/") + 1)
    text = spec_text(adopted.name, spec, notes, schema=f"{up}schemas/cluster.schema.json")
    files = {f"{folder}/{CLUSTER_FILE}": text.encode("utf-8", "backslashreplace")}
    if adopted.base_config:
        files[f"{folder}/{BASE_FILE}"] = adopted.base_config.encode("utf-8", "backslashreplace")
    there = Repository(repository.root, None, files=Overlay(repository.files, files), today=repository.today)
    return Draft(text, next(load(there, [adopted.name])))


def inherited_by(repository: Repository) -> Mapping[str, Any]:
    """What FleetDefaults say; an adopted cluster takes no profile."""
    root = repository.defaults.document.root if repository.defaults else None
    found = plain(root) if root is not None else {}
    spec = found.get("spec") if isinstance(found, dict) else None
    return spec if isinstance(spec, dict) else {}


def filled(notes: Sequence[Note], inherited: Mapping[str, Any]) -> Iterator[Note]:
    """The notes, less severe where FleetDefaults say what the cluster does not tell."""
    for note in notes:
        section, _, field = note.what.partition(".")
        said = inherited.get(section)
        if note.gap is Gap.UNKNOWN and field and isinstance(said, Mapping) and field in said:
            yield Note(Gap.ASSUMED, note.what, f"{said[field]}, as FleetDefaults say: nothing that was read tells it")
        else:
            yield note


def _rendered(loaded: LoadedCluster) -> list[Manifest]:
    """Every object of a spec that can be rendered, be it as wrong as the cluster is."""
    if loaded.context is None:
        return []
    try:
        rendered = render(loaded.context, "")
    except InvalidInput:  # no image of the daemons: validate says so
        return []
    return [*(manifest for unit in rendered.objects.values() for manifest in unit), *rendered.gitops]


def patches_of(loaded: LoadedCluster, live: Live) -> list[dict[str, Any]]:
    """What is there and is not what the spec renders."""
    found: list[dict[str, Any]] = []
    for manifest in _rendered(loaded):
        key = key_of(manifest)
        there = live.objects.get(key) if key.kind in PATCHED else None
        if there is None:
            continue
        fields = {str(one.path[1]) for one in differences(key, manifest, there) if _is_of_spec(one)}
        patch = patch_of(manifest, there, fields)
        if patch is not None:
            found.append(patch)
    return found


def _spelled(found: RawDifference) -> str:
    return spelled(found.path) + (f" » {spelled(found.embedded)}" if found.embedded else "")


def _is_of_spec(found: RawDifference) -> bool:
    return found.sort is not Sort.ORDER and len(found.path) > 1 and found.path[0] == "spec"


def bearable(
    repository: Repository, adopted: Adopted, notes: Sequence[Note], patches: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Note]]:
    """The patches that no rule refuses, one after another; each of the others becomes a note."""
    kept: list[dict[str, Any]] = []
    refused: list[Note] = []
    wrong = len(draft_of(repository, adopted, notes, []).loaded.diagnostics)
    for patch in patches:
        found = draft_of(repository, adopted, notes, [*kept, patch]).loaded.diagnostics
        if len(found) <= wrong:
            kept.append(patch)
            continue
        fields = ", ".join(patch["merge"]["spec"])
        told = f"{fields}: no patch can say it: {found[0].message}"
        refused.append(Note(Gap.OUTSIDE, f"{patch['kind']} {patch['name']}", told))
    return kept, refused


def changes_of(loaded: LoadedCluster, live: Live) -> Iterator[Note]:
    """What applying the rendered objects would do to the cluster."""
    marked: list[ResourceKey] = []
    for manifest in _rendered(loaded):
        key = key_of(manifest)
        there = live.objects.get(key)
        if there is None:
            told = "genlb adds it" if live.covers(key) else "genlb adds it, unless it is there: nobody looked"
            yield Note(Gap.CHANGES, str(key), told)
            continue
        found = [one for one in differences(key, manifest, there) if one.sort in _REAL]
        if any(one.path[0] == "metadata" for one in found):
            marked.append(key)
        fields = list(dict.fromkeys(map(_spelled, (one for one in found if one.path[0] != "metadata"))))
        if fields:
            more = f" and {len(fields) - _MOST} more" if len(fields) > _MOST else ""
            yield Note(Gap.CHANGES, str(key), f"{', '.join(fields[:_MOST])}{more}")
    if marked:
        more = f" and {len(marked) - _MOST} more" if len(marked) > _MOST else ""
        told = f"labels and annotations of genlb's on {', '.join(map(str, marked[:_MOST]))}{more}"
        yield Note(Gap.CHANGES, "metadata", told)
