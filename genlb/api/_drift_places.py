"""Where a difference is to be found in git: its line in the rendered file, and the value of the spec that made it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from genlb.drift.model import ClusterDrift, Difference, ObjectDrift, Sort
from genlb.drift.origins import origin_of
from genlb.drift.path import Item, Path
from genlb.errors import InvalidInput, Undetermined
from genlb.manifest import ResourceKey
from genlb.yamltext import MappingNode, Node, ScalarNode, SequenceNode, plain, read

if TYPE_CHECKING:
    from genlb.rules import View

_NOT_OF_GIT = frozenset({Sort.EXTRA, Sort.FOREIGN})
"""What no value of a spec made."""


def with_lines(cluster: ClusterDrift, content: Callable[[str], bytes | None]) -> ClusterDrift:
    """The same with the line of every difference whose file can be read; nothing is read for an object in step."""
    if not any(one.differences and one.file for one in cluster.objects):
        return cluster
    return dataclasses.replace(cluster, objects=tuple(_placed(one, content) for one in cluster.objects))


def with_origins(cluster: ClusterDrift, view: View) -> ClusterDrift:
    """The same with the place in the spec of every difference that a single value of it accounts for."""
    if not cluster.differences:
        return cluster
    return dataclasses.replace(cluster, objects=tuple(_with_origins(one, view) for one in cluster.objects))


def _with_origins(one: ObjectDrift, view: View) -> ObjectDrift:
    if not one.differences:
        return one
    return dataclasses.replace(one, differences=tuple(_with_origin(each, one.key, view) for each in one.differences))


def _with_origin(difference: Difference, key: ResourceKey, view: View) -> Difference:
    if difference.sort in _NOT_OF_GIT:
        return difference
    path = origin_of(key, difference.path, difference.embedded, cluster=view.cluster, decisions=view.decisions)
    return difference if path is None else dataclasses.replace(difference, origin=str(view.at(*path)))


def _placed(one: ObjectDrift, content: Callable[[str], bytes | None]) -> ObjectDrift:
    if not one.differences or not one.file:
        return one
    try:
        document = read(content(one.file) or b"", one.file)
    except (InvalidInput, Undetermined, OSError):
        return one
    root = document.root
    if root is None or not _is_object(plain(root), one.key):
        return one
    return dataclasses.replace(one, differences=tuple(_with_line(root, each) for each in one.differences))


def _is_object(found: Any, key: ResourceKey) -> bool:
    """Whether the first document of a file is the object: there may be others before it, or a List around it."""
    metadata = found.get("metadata") if isinstance(found, dict) and found.get("kind") == key.kind else None
    return isinstance(metadata, dict) and metadata.get("name") == key.name


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
