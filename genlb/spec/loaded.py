"""A cluster's spec as it was read: the merged tree with every origin, the typed cluster, and what is wrong."""

from __future__ import annotations

from typing import NamedTuple

from genlb.errors import Diagnostic, Severity, Span
from genlb.spec.model import Cluster
from genlb.yamltext.node import MappingNode, Node, SequenceNode


class LoadedSpec(NamedTuple):
    """One cluster. ``cluster`` is None when there is any error.

    ``name`` is the folder's name, ``file`` its ``cluster.yaml``, ``layers`` all files in merge order, ``tree`` the
    merged document (None when the Cluster's own file could not be read).
    """

    name: str
    file: str
    tree: MappingNode | None
    layers: tuple[str, ...]
    cluster: Cluster | None
    diagnostics: tuple[Diagnostic, ...]

    def node(self, *path: str | int) -> Node | None:
        """The merged node at ``path``, say ``("spec", "pools", 0, "name")``; None when it was not said."""
        node: Node | None = self.tree
        for step in path:
            node = _child(node, step)
        return node

    def span(self, *path: str | int) -> Span:
        """Where the value at ``path`` was written; for one that was not, the place of what it belongs into.

        That is the key of the section, the beginning of a list's entry, or the whole file.
        """
        node: Node | None = self.tree
        place = Span.whole(self.file)
        for depth, step in enumerate(path, start=1):
            child = _child(node, step)
            if child is None:
                return place
            last = depth == len(path)
            place = child.span if last or not isinstance(step, str) else _key(node, step, child)
            node = child
        return place

    def key(self, *path: str | int) -> Span:
        """Where the last key of ``path`` was written; as ``span`` where there is none."""
        parent, last = self.node(*path[:-1]), path[-1]
        if isinstance(parent, MappingNode) and isinstance(last, str) and last in parent.entries:
            return parent.keys[last]
        return self.span(*path)

    @property
    def has_errors(self) -> bool:
        """Whether the spec cannot be used."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, MappingNode) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def _key(parent: Node | None, step: str, child: Node) -> Span:
    return parent.keys.get(step, child.span) if isinstance(parent, MappingNode) else child.span
