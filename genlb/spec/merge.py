"""Layers become one tree: FleetDefaults, then profiles in order, then the Cluster.

Maps merge key by key; scalars and lists replace; lists whose shape says so merge entry by entry, by ``name``. ``null``
removes an inherited key, ``{name: x, $remove: true}`` an inherited entry. Only ``spec`` is merged: ``apiVersion``,
``kind`` and ``metadata`` are the Cluster's own.

Nodes are never changed and keep their spans, so that every merged value still says where it was written. A key that
was removed keeps its place in ``keys`` without an entry: there a missing field is best told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from genlb.spec.model import Spec
from genlb.spec.records import REMOVE, is_null, without
from genlb.spec.shapes import Listing, Section, Shape, fields_of
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode

SPEC = Section(Spec)


def merge(layers: Sequence[MappingNode]) -> MappingNode:
    """The documents ``layers``, lowest first, as one; the last one gives everything but ``spec``."""
    top = layers[-1]
    keys, entries = dict(top.keys), dict(top.entries)
    spec: Node | None = None
    for layer in layers:
        if "spec" in layer.entries:
            spec = _merge(spec, layer.entries["spec"], SPEC)
            keys["spec"] = layer.keys["spec"]
    entries.pop("spec", None)
    if spec is not None:
        entries["spec"] = spec
    return MappingNode(entries, keys, top.span)


_shapes: dict[Shape | None, Mapping[str, Shape]] = {}


def shapes_in(shape: Shape | None) -> Mapping[str, Shape]:
    """The shape of each key of a section; nothing for any other shape."""
    if shape not in _shapes:
        fields = fields_of(shape.type) if isinstance(shape, Section) else ()
        _shapes[shape] = {field.key: field.shape for field in fields}
    return _shapes[shape]


def name_of(node: Node) -> str | None:
    """The ``name`` of a list's entry, if it has one that is text."""
    name = node.entries.get("name") if isinstance(node, MappingNode) else None
    return name.value if isinstance(name, ScalarNode) and isinstance(name.value, str) else None


def _merge(below: Node | None, above: Node, shape: Shape | None) -> Node | None:
    """``above`` laid over ``below``; None when it takes it away."""
    if is_null(above):
        return None
    if isinstance(above, MappingNode):
        return _merge_maps(below, above, shape)
    if isinstance(above, SequenceNode) and isinstance(shape, Listing) and shape.merge_by_name:
        return _merge_lists(below, above, shape.item)
    return above


def _merge_maps(below: Node | None, above: MappingNode, shape: Shape | None) -> MappingNode:
    inherited = below if isinstance(below, MappingNode) else MappingNode({}, {}, above.span)
    shapes = shapes_in(shape)
    entries = dict(inherited.entries)
    for key, node in above.entries.items():
        merged = _merge(entries.get(key), node, shapes.get(key))
        if merged is None:
            entries.pop(key, None)
        else:
            entries[key] = merged
    return MappingNode(entries, {**inherited.keys, **above.keys}, above.span)


def _merge_lists(below: Node | None, above: SequenceNode, item: Shape) -> SequenceNode:
    """The entries below in their order, then the new ones; one without a name cannot be meant by any layer."""
    named: dict[str, Node] = {}
    nameless: list[Node] = []
    for node in below.items if isinstance(below, SequenceNode) else ():
        name = name_of(node)
        if name is None:
            nameless.append(node)
        else:
            named[name] = node
    for node in above.items:
        name = name_of(node)
        if name is None or not isinstance(node, MappingNode):
            nameless.append(node)
        elif _is_removal(node):
            named.pop(name, None)
        else:
            named[name] = _merge_maps(named.get(name), without(node, REMOVE), item)
    return SequenceNode([*named.values(), *nameless], above.span)


def _is_removal(node: MappingNode) -> bool:
    flag = node.entries.get(REMOVE)
    return isinstance(flag, ScalarNode) and flag.value is True
