"""Mistakes that only the layers show, before they are merged: a name twice in one file, a removal of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Diagnostic, Span
from genlb.spec.merge import SPEC, name_of, shapes_in
from genlb.spec.records import REMOVE, bad_removal
from genlb.spec.shapes import Listing, Shape
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode


def duplicates(tree: MappingNode) -> Iterator[Diagnostic]:
    """Entries of one list in one file that share a name: merged, the second would silently change the first."""
    return _duplicates(tree.entries.get("spec"), SPEC, "spec")


def _duplicates(node: Node | None, shape: Shape | None, listing: str) -> Iterator[Diagnostic]:
    if isinstance(node, MappingNode):
        shapes = shapes_in(shape)
        for key, child in node.entries.items():
            if key in shapes and type(child) is not ScalarNode:
                yield from _duplicates(child, shapes[key], key)
    elif isinstance(node, SequenceNode) and isinstance(shape, Listing) and shape.merge_by_name:
        first: dict[str, Span] = {}
        for item in node.items:
            yield from _duplicates(item, shape.item, listing)
            name = name_of(item)
            if name is None or not isinstance(item, MappingNode):
                continue
            span = item.entries["name"].span
            if name in first:
                from genlb.spec.complaints import duplicate_name

                yield duplicate_name(name, span, first[name], listing)
            first.setdefault(name, span)


def removals(below: MappingNode | None, cluster: MappingNode) -> Iterator[Diagnostic]:
    """Removals in the Cluster that are wrong, or that find nothing to remove in ``below``, the merged lower layers.

    Only the Cluster's: what a profile removes may be there in one cluster and not in the next.
    """
    inherited = below.entries.get("spec") if below else None
    return _removals(inherited, cluster.entries.get("spec"), SPEC)


def _removals(below: Node | None, above: Node | None, shape: Shape | None) -> Iterator[Diagnostic]:
    if isinstance(above, MappingNode):
        inherited = below.entries if isinstance(below, MappingNode) else {}
        shapes = shapes_in(shape)
        for key, node in above.entries.items():
            if type(node) is not ScalarNode:
                yield from _removals(inherited.get(key), node, shapes.get(key))
            elif node.value is None and key not in inherited:
                yield _idle(f"{key}: null", above.keys[key])
    elif isinstance(above, SequenceNode) and isinstance(shape, Listing) and shape.merge_by_name:
        yield from _removed_entries(below, above, shape.item)


def _removed_entries(below: Node | None, above: SequenceNode, item: Shape) -> Iterator[Diagnostic]:
    inherited = {name_of(node): node for node in below.items} if isinstance(below, SequenceNode) else {}
    for node in above.items:
        name = name_of(node)
        if name is None or not isinstance(node, MappingNode):
            continue
        if REMOVE not in node.entries:
            yield from _removals(inherited.get(name), node, item)
        elif mistakes := bad_removal(node):
            yield from mistakes
        elif name not in inherited:
            yield _idle("$remove", node.keys[REMOVE])


def _idle(what: str, span: Span) -> Diagnostic:
    from genlb.spec.complaints import removes_nothing

    return removes_nothing(what, span)
