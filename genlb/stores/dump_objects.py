"""Kubernetes objects in YAML or JSON texts that others wrote: several documents, Lists, Lists in Lists.

They are read as kubectl reads them (`genlb.yamltext.go`). Such a text is hostile: whatever is no object ends in one
sentence that says where.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from genlb.drift.kinds import KINDS, identity_group
from genlb.errors import InvalidInput, Undetermined
from genlb.manifest import Manifest, ResourceKey
from genlb.yamltext import Limits
from genlb.yamltext.go import load_all

LIMITS = Limits(size=256 * 1024 * 1024, depth=100, nodes=5_000_000)
"""A dump of a whole cluster is large; its nesting is what any file may have."""

_MOST_LISTS = 3
"""Lists inside each other: kubectl writes one, a List of dumps would be the second."""


class Found(NamedTuple):
    """One object and where it stands; ``list`` is the place of the List that it is an item of.

    Without a name in ``key`` it is an empty list of its kind: the cluster has none.
    """

    key: ResourceKey
    manifest: Manifest
    place: str
    list: str = ""


def objects_in(data: bytes, file: str) -> Iterator[Found]:
    """Every object of a text, in its order; `Undetermined` names the place of what is none."""
    try:
        documents = load_all(data, file, limits=LIMITS)
    except InvalidInput as error:
        first = error.diagnostics[0]
        raise Undetermined(f"{first.span}: {first.message}") from None
    several = len(documents) > 1
    for number, document in enumerate(documents, 1):
        if document is not None:
            yield from _objects(document, f"{file}: document {number}" if several else file, ("", ""), 0)


def _objects(value: Any, place: str, known: tuple[str, str], lists: int, inside: str = "") -> Iterator[Found]:
    """The object ``value`` or, if it is a List, its items; ``known`` is what the List says of them."""
    if not isinstance(value, dict):
        raise Undetermined(f"{place}: this is no Kubernetes object, but {_called(value)}")
    api, kind = (_text(value, field, known[index], place) for index, field in enumerate(("apiVersion", "kind")))
    if not _is_list(kind, value):
        yield found({"apiVersion": api, "kind": kind, **value}, place, inside)
        return
    if lists == _MOST_LISTS:
        raise Undetermined(f"{place}: Lists inside Lists, deeper than kubectl writes them")
    items = value["items"] if value["items"] is not None else []
    if not isinstance(items, list):
        raise Undetermined(f"{place}: items of a {kind} have to be a list, and are {_called(items)}")
    inner = ("", "") if kind == "List" else (api, kind.removesuffix("List"))
    if not items and inner[1]:
        yield Found(ResourceKey(_group(api), inner[1], "", ""), {}, place, inside or place)
    for index, item in enumerate(items):
        yield from _objects(item, f"{place}: items[{index}]", inner, lists + 1, inside or place)


def _is_list(kind: str, value: dict[str, Any]) -> bool:
    """An object of its own has a name, whatever its kind ends with."""
    metadata = value.get("metadata")
    return kind.endswith("List") and "items" in value and not (isinstance(metadata, dict) and metadata.get("name"))


def found(manifest: Manifest, place: str, inside: str = "") -> Found:
    """One object with its identity; `Undetermined` where it has none."""
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict):
        raise Undetermined(f"{place}: a {manifest['kind']} without metadata: this is no Kubernetes object")
    name = _text(metadata, "name", "", f"{place}: metadata")
    namespace = _text(metadata, "namespace", None, f"{place}: metadata")
    group = _group(manifest["apiVersion"])
    key = ResourceKey(group, manifest["kind"], _namespace(group, manifest["kind"], namespace), name)
    return Found(key, manifest, place, inside)


def _namespace(group: str, kind: str, namespace: str) -> str:
    """The namespace of an identity: kubectl takes ``default`` where none is named, and none where none belongs."""
    known = KINDS.get((group, kind))
    if known is None:
        return namespace
    return (namespace or "default") if known.namespaced else ""


def _group(api: str) -> str:
    return identity_group(api.rpartition("/")[0])


def _text(value: dict[str, Any], field: str, default: str | None, place: str) -> str:
    """A field that has to be text; without a ``default`` (None: it may be absent) it has to be there."""
    found = value.get(field)
    if found is None or found == "":
        if default == "":
            raise Undetermined(f"{place}: {field} is missing: this is no Kubernetes object")
        return default or ""
    if not isinstance(found, str):
        raise Undetermined(f"{place}: {field} has to be text, and is {_called(found)}")
    return found


_NAMES: dict[type, str] = {dict: "a map", list: "a list", str: "text", bool: "a boolean", int: "a number"}


def _called(value: Any) -> str:
    return "nothing" if value is None else _NAMES.get(type(value), "a number")
