"""Whose a field is that git does not set: ours from before, somebody else's, or the API server's.

A field that an applier of ours still owns was in git once and stayed behind. What our appliers own is asked of
``managedFields`` (server-side apply), and of the annotation that client-side apply leaves; only where there is neither,
of whoever of them wrote the object.

One thing none of them tells: whether a field in an item of a list that is owned as a whole was dropped by git, or
filled in by the API server. For kinds that the tables know, the tables tell; in a list of an unknown custom resource
such a field is taken for a default, unless a client-side apply left its annotation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from genlb.drift.attribution import APPLY, Entry, Fields, attribute, entries_of, is_leaf, locate
from genlb.drift.model import ABSENT, Confidence, Sort, Writer
from genlb.drift.normalise import LAST_APPLIED, normalised
from genlb.drift.path import Item, Member, Path
from genlb.drift.shape import alike
from genlb.drift.shapes import shape_of
from genlb.drift.walk import RawDifference
from genlb.drift.within import text
from genlb.manifest import Manifest, ResourceKey

APPLIERS = frozenset(
    {
        "argocd-application-controller",
        "argocd",
        "argocd-controller",
        "flux",
        "genlb",
        "helm-controller",
        "kustomize-controller",
    }
)
"""The field managers of genlb and of the GitOps engines."""

_BY_HAND = frozenset({"before-first-apply", "helm", "kubectl", "kubectl-client-side-apply", "kubectl-create"})
"""Managers that may be somebody who applies git, or anybody."""

_FREE_MAPS = frozenset({"annotations", "binaryData", "data", "labels", "matchLabels", "stringData"})
_HALF = 0.5


class Owners:
    """What is known about who owns what in one live object."""

    __slots__ = ("_applied", "_entries", "_last_applied", "_shape", "managers")

    def __init__(self, key: ResourceKey, desired: Manifest, live: Manifest) -> None:
        self._shape = shape_of(key, {})
        self._entries = entries_of(live)
        self.managers = _appliers(self._entries, desired)
        self._last_applied = None if self._is_newer_than_ours() else _last_applied(key, live)
        self._applied = tuple(entry.fields for entry in self._entries if self._is_ours(entry))

    def _is_newer_than_ours(self) -> bool:
        """Whether a client-side apply came after the appliers of git: then it was somebody else, with other files."""
        writers = [entry.writer for entry in self._entries]
        ours = [one.time for one in writers if one.operation == APPLY and one.manager in self.managers]
        by_hand = [one.time for one in writers if one.operation != APPLY and one.manager in _BY_HAND]
        return bool(ours and by_hand) and max(by_hand) > max(ours)

    def _is_ours(self, entry: Entry) -> bool:
        writer = entry.writer
        if writer.operation == APPLY:
            return writer.manager in self.managers
        alone = self._last_applied is None and not any(
            other.writer.operation == APPLY and other.writer.manager in self.managers for other in self._entries
        )
        return alone and writer.manager in APPLIERS

    def judged(self, raw: RawDifference) -> Iterator[RawDifference]:
        """A FOREIGN difference as what it is: EXTRA, CHANGED, FOREIGN, split where parts differ; or nothing at all."""
        if raw.filled_in:
            if self._was_applied(raw.path):
                yield raw._replace(sort=Sort.EXTRA)
            return
        parts = [*self._parts(raw.path, raw.live)]
        if all(ours for _, _, ours in parts):
            yield raw._replace(sort=Sort.EXTRA)
        elif not any(ours for _, _, ours in parts):
            yield from self._foreign(raw)
        else:
            for path, value, ours in parts:
                part = raw._replace(path=path, live=value)
                yield from [part._replace(sort=Sort.EXTRA)] if ours else self._foreign(part)

    def _was_applied(self, path: Path) -> bool:
        """Whether an applier of ours asked for the field; an update of the whole object owns defaults as well."""
        if any(locate(entry.fields, path).depth == len(path) for entry in self._entries if self._is_apply(entry)):
            return True
        return _value_at(self._last_applied, path) not in (ABSENT, None) and not self._handed_over(path)

    def _is_apply(self, entry: Entry) -> bool:
        return entry.writer.operation == APPLY and entry.writer.manager in self.managers

    def _foreign(self, raw: RawDifference) -> Iterator[RawDifference]:
        attribution = attribute(self._entries, raw.path)
        writers = attribution.writers if attribution.confidence is Confidence.EXACT else ()
        whole = not _is_entry(raw.path) and self._whole_around(raw.path)
        if whole and self.managers and writers and not any(writer.manager in self.managers for writer in writers):
            yield raw._replace(sort=Sort.CHANGED)  # somebody else rewrote what git sets as a whole
        elif (
            not self._entries
            or _is_entry(raw.path)
            or self._differs_from_default(raw.path)
            or any(not self._applies(writer) for writer in writers)
        ):
            yield raw

    def _differs_from_default(self, path: Path) -> bool:
        """Whether the tables know what the API server fills in there: then it was not the API server."""
        shape = self._shape
        for step in path:
            shape = shape.under(step) if isinstance(step, str) else shape.item
        return shape.default is not ABSENT

    def _applies(self, writer: Writer) -> bool:
        if writer.manager in self.managers or writer.manager in APPLIERS:
            return True
        return self._last_applied is not None and writer.operation != APPLY and writer.manager in _BY_HAND

    def _whole_around(self, path: Path) -> bool:
        """Whether some entry has a thing around ``path`` as a whole, as atomic lists and maps are owned.

        A map that was applied empty looks alike; but of an atomic one nobody owns a part.
        """
        located = [locate(entry.fields, path) for entry in self._entries]
        if any(one.depth == len(path) for one in located):
            return False
        return any(one.depth > 0 and is_leaf(one.node) for one in located)

    def _parts(self, path: Path, value: Any) -> Iterator[tuple[Path, Any, bool]]:
        """The parts of a value that git does not have, each with whether an applier of ours still owns it."""
        nodes = [found.node for found in (locate(tree, path) for tree in self._applied) if found.depth == len(path)]
        before = _value_at(self._last_applied, path)
        if before is not ABSENT and self._handed_over(path):
            before = ABSENT
        yield from _split(path, value, nodes, before)

    def _handed_over(self, path: Path) -> bool:
        """Whether others own by now what a client-side apply once wrote."""
        attribution = attribute(self._entries, path)
        if attribution.confidence is not Confidence.EXACT:
            return False
        return not any(self._applies(writer) for writer in attribution.writers)


def _split(path: Path, value: Any, nodes: Sequence[Fields], before: Any) -> Iterator[tuple[Path, Any, bool]]:
    if isinstance(value, dict) and value:
        if any(is_leaf(node) for node in nodes):
            yield path, value, True
            return
        for name, item in value.items():
            children = [child for child in (node.get(f"f:{name}") for node in nodes) if isinstance(child, dict)]
            old = before.get(name, ABSENT) if isinstance(before, dict) else ABSENT
            yield from _split((*path, name), item, children, old)
        return
    yield path, value, bool(nodes) or (before is not ABSENT and before is not None)


def _appliers(entries: Sequence[Entry], desired: Manifest) -> frozenset[str]:
    """Who applies git to this object: those known for it, else whoever applied most of what git sets."""
    applied = [entry for entry in entries if entry.writer.operation == APPLY]
    known = frozenset(entry.writer.manager for entry in applied if entry.writer.manager in APPLIERS)
    if known:
        return known
    return frozenset(entry.writer.manager for entry in applied if _share(entry.fields, desired) > _HALF)


def _share(fields: Fields, desired: Manifest) -> float:
    """How much of what git sets an entry has, counted by fields of maps."""
    counted, owned = _count(
        {name: value for name, value in desired.items() if name not in ("apiVersion", "kind")}, fields
    )
    return owned / counted if counted else 0.0


def _count(desired: dict[str, Any], node: Fields) -> tuple[int, int]:
    counted = owned = 0
    for name, value in desired.items():
        if name in ("name", "namespace"):
            continue
        child = node.get(f"f:{name}")
        if isinstance(value, dict) and value and not (isinstance(child, dict) and is_leaf(child)):
            more = _count(value, child if isinstance(child, dict) else {})
            counted, owned = counted + more[0], owned + more[1]
        else:
            counted, owned = counted + 1, owned + isinstance(child, dict)
    return counted, owned


def _last_applied(key: ResourceKey, live: Manifest) -> Manifest | None:
    """What the last client-side apply sent, in the spelling of the comparison; None where there was none."""
    try:
        applied = json.loads(text(live, "metadata", "annotations", LAST_APPLIED))
    except (ValueError, RecursionError):
        return None
    return normalised(key, applied) if isinstance(applied, dict) else None


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        if value is None or value is ABSENT:
            return ABSENT
        value = _child(value, step)
    return value


def _child(value: Any, step: object) -> Any:
    if isinstance(step, str):
        return value.get(step, ABSENT) if isinstance(value, dict) else ABSENT
    if not isinstance(value, list):
        return ABSENT
    if isinstance(step, Item):
        return next((item for item in value if _has_key(item, step)), ABSENT)
    if isinstance(step, Member):
        return next((item for item in value if alike(item, step.value)), ABSENT)
    return value[step] if isinstance(step, int) and step < len(value) else ABSENT


def _has_key(item: Any, step: Item) -> bool:
    return (
        isinstance(item, dict)
        and all(name not in item or alike(item[name], value) for name, value in step.key)
        and any(name in item for name, _ in step.key)
    )


def _is_entry(path: Path) -> bool:
    """Whether the path ends in something that no API server adds: a label, an annotation, an item of a list."""
    last = path[-1]
    return not isinstance(last, str) or (len(path) > 1 and path[-2] in _FREE_MAPS)
