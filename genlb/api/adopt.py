"""A spec made of a live cluster, judged and compared with it before it is written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genlb.api.clusters import LoadedCluster, load
from genlb.drift.adoption import BASE_FILE, Adopted, Gap, Note, adopt
from genlb.drift.adoption_patches import PATCHED, patch_of
from genlb.drift.adoption_reads import adoption_reads
from genlb.drift.model import Live, Sort
from genlb.drift.path import spelled
from genlb.drift.walk import RawDifference, differences
from genlb.errors import InvalidInput, UsageError
from genlb.manifest import Manifest, ResourceKey, key_of
from genlb.render.tree import render
from genlb.report.adopt import Adoption, spec_text
from genlb.spec.model import LABEL
from genlb.stores.overlay import Overlay
from genlb.stores.repository import CLUSTER_FILE, Repository
from genlb.yamltext.node import plain

_REAL = frozenset({Sort.CHANGED, Sort.MISSING})
_MOST = 6


class _Draft(NamedTuple):
    """A spec as it would be on disk."""

    text: str
    loaded: LoadedCluster


def read_for_adoption(
    *, dumps: Sequence[str], complete: bool, context: str, kubeconfig: str = "", directory: str = "."
) -> Live:
    """The objects of a cluster that a spec can be made of: from dumps, or without any from the cluster itself.

    ``Undetermined`` for garbage, or a cluster that cannot be reached.

    >>> read_for_adoption(dumps=["live/"], complete=True, context="").versions.calico
    '3.32.1'
    """
    reads = adoption_reads()
    if dumps:
        from genlb.stores.dump import dump_command, read_dump

        command = dump_command(reads, context)
        return read_dump(dumps, reads, complete=complete, directory=directory, command=command)
    from genlb.stores.cluster import read_live
    from genlb.stores.kubeconfig import Access

    return read_live(Access(context, kubeconfig), reads)


def adopt_cluster(repository: Repository, name: str, live: Live, *, context: str = "") -> Adoption:
    """The files of a new cluster ``name`` that render what ``live`` has, and all that they do not say.

    Nothing is written: ``genlb.api.write_adopted`` does that.

    >>> adopt_cluster(repository, "fra1-prod", live).notes[0].what
    'BGPFilter acme-import'
    """
    _hold_name(name)
    folder = repository.folder(name)
    adopted = adopt(live, name=name, folder=folder, context=context)
    notes = list(_filled(adopted.notes, _inherited(repository)))
    draft = _draft(repository, adopted, notes, [])
    patches = _patches(draft.loaded, live)
    if patches:
        patched = _draft(repository, adopted, notes, patches)
        if len(patched.loaded.diagnostics) > len(draft.loaded.diagnostics):
            patches, refused = _bearable(repository, adopted, notes, patches)
            notes += refused
            patched = _draft(repository, adopted, notes, patches)
        draft = patched
    notes += _changes(draft.loaded, live)
    files = {f"{folder}/{CLUSTER_FILE}": draft.text}
    if adopted.base_config:
        files[f"{folder}/{BASE_FILE}"] = adopted.base_config
    optional = {str(read) for read in adoption_reads() if read.optional}
    return Adoption(
        name=name,
        files=files,
        notes=tuple(notes),
        unread=live.not_checked,
        grave=any(one.what not in optional for one in live.not_checked),
        diagnostics=draft.loaded.diagnostics,
        valid=draft.loaded.valid,
    )


def hold_place(repository: Repository, name: str) -> None:
    """Make sure that there is no spec of this name; ``UsageError`` when there is, or when it can be no name.

    >>> hold_place(open_repository(), "muc1-prod")
    """
    _hold_name(name)
    file = f"{repository.folder(name)}/{CLUSTER_FILE}"
    if os.path.lexists(os.path.join(repository.root, file)):
        raise UsageError(f"there is {file} already: --out DIR writes somewhere else, for you to compare")


def write_adopted(repository: Repository, adoption: Adoption, *, out: str = "") -> tuple[str, ...]:
    """Create the files, all or none, in the cluster's folder or in ``out``; what is there already is never overwritten.

    ``UsageError`` when there is such a file.

    >>> write_adopted(repository, adoption)
    ('clusters/fra1-prod/cluster.yaml', 'clusters/fra1-prod/kube-proxy.base.yaml')
    """
    from genlb.stores.newfiles import create_files

    root = out or repository.root
    files = {(os.path.basename(path) if out else path): content for path, content in adoption.files.items()}
    for path in files:
        if os.path.lexists(os.path.join(root, path)):
            where = os.path.join(out, path) if out else path
            raise UsageError(f"there is {where} already: --out DIR writes somewhere else, for you to compare")
    create_files(root, {path: content.encode("utf-8", "backslashreplace") for path, content in files.items()})
    return tuple(files)


def _hold_name(name: str) -> None:
    if not re.fullmatch(LABEL, name):
        raise UsageError(f"{name!r} cannot name a cluster: lower-case letters, digits and dashes, 63 at most")


def _draft(repository: Repository, adopted: Adopted, notes: Sequence[Note], patches: list[dict[str, Any]]) -> _Draft:
    """The spec in its repository, read and judged as `genlb validate` would once it is written."""
    folder = repository.folder(adopted.name)
    spec = adopted.trimmed(_inherited(repository)) | ({"patches": patches} if patches else {})
    up = "../" * (folder.count("/") + 1)
    text = spec_text(adopted.name, spec, notes, schema=f"{up}schemas/cluster.schema.json")
    files = {f"{folder}/{CLUSTER_FILE}": text.encode("utf-8", "backslashreplace")}
    if adopted.base_config:
        files[f"{folder}/{BASE_FILE}"] = adopted.base_config.encode("utf-8", "backslashreplace")
    there = Repository(repository.root, None, files=Overlay(repository.files, files), today=repository.today)
    return _Draft(text, next(load(there, [adopted.name])))


def _inherited(repository: Repository) -> Mapping[str, Any]:
    """What FleetDefaults say; an adopted cluster takes no profile."""
    root = repository.defaults.document.root if repository.defaults else None
    found = plain(root) if root is not None else {}
    spec = found.get("spec") if isinstance(found, dict) else None
    return spec if isinstance(spec, dict) else {}


def _filled(notes: Sequence[Note], inherited: Mapping[str, Any]) -> Iterator[Note]:
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


def _patches(loaded: LoadedCluster, live: Live) -> list[dict[str, Any]]:
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


def _bearable(
    repository: Repository, adopted: Adopted, notes: Sequence[Note], patches: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Note]]:
    """The patches that no rule refuses, one after another; each of the others becomes a note."""
    kept: list[dict[str, Any]] = []
    refused: list[Note] = []
    wrong = len(_draft(repository, adopted, notes, []).loaded.diagnostics)
    for patch in patches:
        found = _draft(repository, adopted, notes, [*kept, patch]).loaded.diagnostics
        if len(found) <= wrong:
            kept.append(patch)
            continue
        fields = ", ".join(patch["merge"]["spec"])
        told = f"{fields}: no patch can say it: {found[0].message}"
        refused.append(Note(Gap.OUTSIDE, f"{patch['kind']} {patch['name']}", told))
    return kept, refused


def _changes(loaded: LoadedCluster, live: Live) -> Iterator[Note]:
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
