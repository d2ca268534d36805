"""JSON merge patches (RFC 7396) on rendered objects: the way out for what the spec cannot say.

They come last, after the engine's annotations, and reach every rendered object, those of the GitOps engine included:
a private repository's ``secretRef`` or a manual sync policy has no other place. The one thing that a patch may not do
is to turn an object into another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from genlb.manifest import Manifest, key_of
from genlb.spec.model import Patch

_IDENTITY = "a patch may not change apiVersion, kind, metadata.name or metadata.namespace"
_TOP = ("apiVersion", "kind", "metadata")
_METADATA = ("name", "namespace", "labels", "annotations")


class PatchProblem(NamedTuple):
    """A patch that could not be applied; ``position`` counts ``spec.patches`` from 0."""

    position: int
    message: str


def apply_patches(
    objects: Sequence[Manifest], patches: Sequence[Patch]
) -> tuple[list[Manifest], tuple[PatchProblem, ...]]:
    """``objects`` in their order, patched one patch after another; a patch with a problem changes nothing."""
    out = list(objects)
    problems: list[PatchProblem] = []
    for index, patch in enumerate(patches):
        found = matches(out, patch)
        if len(found) != 1:
            problems.append(PatchProblem(index, _no_single_object(out, patch, found)))
            continue
        before = out[found[0]]
        after = _ordered(merge_patch(before, patch.merge))
        if _identity(after) != _identity(before):
            problems.append(PatchProblem(index, _IDENTITY))
            continue
        out[found[0]] = after
    return out, tuple(problems)


def matches(objects: Sequence[Manifest], patch: Patch) -> list[int]:
    """Where the objects stand that ``patch`` names."""
    return [
        index
        for index, manifest in enumerate(objects)
        if manifest["kind"] == patch.kind
        and manifest["metadata"]["name"] == patch.name
        and patch.namespace in (None, manifest["metadata"].get("namespace"))
    ]


def merge_patch(target: Any, patch: Any) -> Any:
    """``target`` after ``patch`` as RFC 7396 defines it; neither is changed.

    New keys come in sorted order, wherever they stand: the same patch written in another order gives the same bytes.
    """
    if not isinstance(patch, Mapping):
        return _sorted(patch)
    out: dict[str, Any] = dict(target) if isinstance(target, Mapping) else {}
    for key in sorted(patch):
        if patch[key] is None:
            out.pop(key, None)
        else:
            out[key] = merge_patch(out.get(key), patch[key])
    return out


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_sorted(item) for item in value]
    return value


def _ordered(manifest: Manifest) -> Manifest:
    out = _first(manifest, _TOP)
    if isinstance(out.get("metadata"), dict):
        out["metadata"] = _first(out["metadata"], _METADATA)
    return out


def _first(mapping: Manifest, keys: tuple[str, ...]) -> Manifest:
    head = {key: mapping[key] for key in keys if key in mapping}
    return head | mapping


def _identity(manifest: Manifest) -> tuple[Any, ...]:
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    return (manifest.get("apiVersion"), manifest.get("kind"), metadata.get("name"), metadata.get("namespace"))


def _no_single_object(objects: Sequence[Manifest], patch: Patch, found: list[int]) -> str:
    wanted = f"{patch.kind} {patch.namespace}/{patch.name}" if patch.namespace else f"{patch.kind} {patch.name}"
    if found:
        places = ", ".join(sorted(str(key_of(objects[index])) for index in found))
        return f"{wanted} could be any of {places}; name the namespace"
    same_kind = sorted(str(key_of(manifest)) for manifest in objects if manifest["kind"] == patch.kind)
    if same_kind:
        return f"nothing rendered is {wanted}; of that kind there are {', '.join(same_kind)}"
    kinds = ", ".join(sorted({manifest["kind"] for manifest in objects}))
    return f"nothing rendered is {wanted}, nor any {patch.kind}; rendered kinds are {kinds}"
