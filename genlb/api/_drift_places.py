"""Where in the rendered files a difference stands: its line, for reports that point at files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from genlb.drift.model import ClusterDrift, Difference, ObjectDrift
from genlb.drift.path import Item, Path
from genlb.errors import InvalidInput, Undetermined
from genlb.yamltext import MappingNode, Node, ScalarNode, SequenceNode, read


def with_lines(cluster: ClusterDrift, content: Callable[[str], bytes | None]) -> ClusterDrift:
    """The same with the line of every difference whose file can be read; nothing is read for an object in step."""
    if not any(one.differences and one.file for one in cluster.objects):
        return cluster
    return dataclasses.replace(cluster, objects=tuple(_placed(one, content) for one in cluster.objects))


def _placed(one: ObjectDrift, content: Callable[[str], bytes | None]) -> ObjectDrift:
    if not one.differences or not one.file:
        return one
    try:
        document = read(content(one.file) or b"", one.file)
    except (InvalidInput, Undetermined, OSError):
        return one
    if document.root is None:
        return one
    root = document.root
    return dataclasses.replace(one, differences=tuple(_with_line(root, each) for each in one.differences))


def _with_line(root: Node, difference: Difference) -> Difference:
    return difference if difference.line else dataclasses.replace(difference, line=line_of(root, difference.path))


def line_of(root: Node, path: Path) -> int:
    """The line of the value at ``path``, or of the nearest value around it that there is."""
    node, line = root, root.span.line
    for step in path:
        child, place = _child(node, step)
        if child is None:
            return line
        node, line = child, place
    return line


def _child(node: Node, step: Any) -> tuple[Node | None, int]:
    """The value that a step leads to, and its line: that of its key where it has one."""
    if isinstance(node, MappingNode) and isinstance(step, str):
        child = node.entries.get(step)
        return child, node.keys[step].line if child is not None else 0
    if isinstance(node, SequenceNode):
        items = node.items
        if isinstance(step, int):
            return (items[step], items[step].span.line) if step < len(items) else (None, 0)
        for item in items:
            if _is(item, step):
                return item, item.span.line
    return None, 0


def _is(item: Node, step: Any) -> bool:
    """Whether an item of a list has the key, or a member of a set the value, that the step names."""
    if isinstance(step, Item):
        if not isinstance(item, MappingNode):
            return False
        # A key field that has its default, as protocol: TCP, need not be written.
        written = [(item.entries[name], value) for name, value in step.key if name in item.entries]
        return bool(written) and all(isinstance(it, ScalarNode) and it.value == value for it, value in written)
    return isinstance(item, ScalarNode) and item.value == getattr(step, "value", None)
