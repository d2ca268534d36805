"""Who wrote a field, by ``metadata.managedFields``: manager, operation and time of each entry that has the field.

Only what the format promises is read: ``f:`` a field, ``k:`` an item by its keys, ``v:`` a member by its value, ``i:``
a position, ``.`` the thing itself. Other prefixes are passed over, and so is what writes a status.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from genlb.drift.model import UNKNOWN_WRITER, Attribution, Confidence, Writer
from genlb.drift.path import Item, Member, Path, Step
from genlb.drift.shape import alike
from genlb.drift.within import inside
from genlb.manifest import Manifest

Fields: TypeAlias = Mapping[str, Any]
"""One node of ``fieldsV1``."""

APPLY = "Apply"
_STATUS = "status"


class Entry(NamedTuple):
    """One entry of ``managedFields``."""

    writer: Writer
    fields: Fields


class Located(NamedTuple):
    """How far a path leads into an entry: the number of its steps, and the node there."""

    depth: int
    node: Fields


def entries_of(live: Manifest) -> tuple[Entry, ...]:
    """The entries that are not about a status, newest first; none where the cluster keeps none."""
    entries = inside(live, "metadata", "managedFields")
    read = [_entry(entry) for entry in entries] if isinstance(entries, list) else []
    known = [entry for entry in read if entry is not None and entry.writer.subresource != _STATUS]
    return tuple(sorted(known, key=lambda entry: (entry.writer.time, entry.writer.manager), reverse=True))


def _entry(entry: Any) -> Entry | None:
    fields = entry.get("fieldsV1") if isinstance(entry, dict) else None
    if not isinstance(fields, dict):
        return None
    words = [entry.get(name) for name in ("manager", "operation", "time", "subresource")]
    return Entry(Writer(*(word if isinstance(word, str) else "" for word in words)), fields)


def attribute(entries: Sequence[Entry], path: Path) -> Attribution:
    """The writers of what stands at ``path``, or of the nearest thing around it, newest first.

    An entry that ends on the way owns all that is below as a whole (an atomic list), so it wrote the field too.
    """
    found = [(locate(entry.fields, path), entry.writer) for entry in entries]
    deepest = max((located.depth for located, _ in found), default=0)
    if deepest == 0:
        return UNKNOWN_WRITER
    best = [(located, writer) for located, writer in found if located.depth == deepest]
    exact = deepest == len(path) or any(is_leaf(located.node) for located, _ in best)
    if deepest < len(path) and exact:
        best = [(located, writer) for located, writer in best if is_leaf(located.node)]
    return Attribution(tuple(writer for _, writer in best), Confidence.EXACT if exact else Confidence.ANCESTOR)


def locate(fields: Fields, path: Path) -> Located:
    """As far as ``path`` leads into the tree of an entry."""
    node = fields
    for depth, step in enumerate(path):
        child = below(node, step)
        if child is None:
            return Located(depth, node)
        node = child
    return Located(len(path), node)


def below(node: Fields, step: Step) -> Fields | None:
    """The node one step on."""
    if isinstance(step, str):
        child = node.get(f"f:{step}")
    elif isinstance(step, Item):
        child = next((node[name] for name in node if name[:2] in ("k:", "v:") and _is_item(name[2:], step)), None)
    elif isinstance(step, Member):
        child = next((node[name] for name in node if name.startswith("v:") and _is_member(name[2:], step)), None)
    else:
        child = node.get(f"i:{step}")
    return child if isinstance(child, dict) else None


def is_leaf(node: Fields) -> bool:
    """Whether the entry owns all below, not merely parts of it."""
    return not node


def _is_item(text: str, step: Item) -> bool:
    key = _parsed(text)
    if not isinstance(key, dict):
        return False
    shared = [(key[name], value) for name, value in step.key if name in key]
    return bool(shared) and all(alike(one, other) for one, other in shared)


def _is_member(text: str, step: Member) -> bool:
    return alike(_parsed(text), step.value)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
