"""The shape of any object: from the tables, or of an unknown kind from what ``managedFields`` tell of its lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from genlb.drift import scalars
from genlb.drift.shape import Order, Shape
from genlb.drift.shape_builtin import BUILT_IN
from genlb.drift.shape_custom import CUSTOM
from genlb.drift.shape_parts import METADATA
from genlb.drift.within import inside
from genlb.manifest import Manifest, ResourceKey

_BUILT_IN_GROUPS = frozenset(
    {"", "apps", "autoscaling", "batch", "extensions", "policy"}
    | {
        f"{name}.k8s.io"
        for name in (
            "admissionregistration",
            "apiextensions",
            "apiregistration",
            "authentication",
            "authorization",
            "certificates",
            "coordination",
            "discovery",
            "events",
            "flowcontrol.apiserver",
            "internal.apiserver",
            "networking",
            "node",
            "rbac.authorization",
            "resource",
            "scheduling",
            "storage",
        )
    }
)
_DEEPEST = 64

_QUANTITIES = Shape(each=Shape(typed=False, canon=scalars.quantity), typed=False)
_BY_NAME = {"limits": _QUANTITIES, "requests": _QUANTITIES}
"""What these hold is quantities in every API that has them."""

_UNKNOWN_BUILT_IN = Shape({"metadata": METADATA})
_UNKNOWN = Shape(_BY_NAME, typed=False)
_UNKNOWN.each = _UNKNOWN
_UNKNOWN_KIND = Shape({"metadata": METADATA}, each=_UNKNOWN, typed=False)


def shape_of(key: ResourceKey, live: Manifest) -> Shape:
    """How to read an object of this kind; ``live`` may hold ``managedFields``."""
    kind = (key.group, key.kind)
    known = BUILT_IN.get(kind) or CUSTOM.get(kind)
    if known is not None:
        return known
    if key.group in _BUILT_IN_GROUPS:
        return _UNKNOWN_BUILT_IN
    return _told(live) or _UNKNOWN_KIND


def _told(live: Manifest) -> Shape | None:
    """``managedFields`` spell the items of a keyed list ``k:{"name":"x"}`` and members of a set ``v:"x"``."""
    entries = inside(live, "metadata", "managedFields")
    if not isinstance(entries, list):
        return None
    fields = [
        entry["fieldsV1"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("fieldsV1"), dict)
    ]
    if not fields:
        return None
    told = _shape(fields, 0)
    return Shape({**told.fields, "metadata": METADATA}, each=_UNKNOWN, typed=False)


def _shape(nodes: list[Mapping[str, Any]], depth: int) -> Shape:
    names: dict[str, list[Mapping[str, Any]]] = {}
    items: list[Mapping[str, Any]] = []
    keys: tuple[str, ...] = ()
    is_set = False
    for node in nodes:
        for name, child in node.items():
            below = child if isinstance(child, dict) else {}
            if name.startswith("f:"):
                names.setdefault(name[2:], []).append(below)
            elif name.startswith("k:"):
                keys = keys or _keys(name[2:])
                items.append(below)
            elif name.startswith("v:"):
                is_set = True
    if depth > _DEEPEST:
        return _UNKNOWN
    if keys:
        return Shape(each=_shape(items, depth + 1), order=Order.KEYED, keys=keys, typed=False)
    if is_set:
        return Shape(order=Order.SET, typed=False)
    if not names:
        return _UNKNOWN
    fields = {name: _BY_NAME.get(name) or _shape(below, depth + 1) for name, below in names.items()}
    return Shape(fields, each=_UNKNOWN, typed=False)


def _keys(text: str) -> tuple[str, ...]:
    try:
        key = json.loads(text)
    except ValueError:
        return ()
    return tuple(sorted(key)) if isinstance(key, dict) else ()
