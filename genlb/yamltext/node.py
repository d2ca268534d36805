"""What the YAML reader returns: data that remembers where it stands.

Kept apart from plain data because a merged spec takes values from several files: a node carries its own span, so
that merging nodes keeps every origin without any bookkeeping.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from genlb.errors import Span

Scalar: TypeAlias = str | int | float | bool | None


class ScalarNode:
    """A single value and its place. ``plain`` tells an unquoted scalar from a quoted or block one."""

    __slots__ = ("plain", "span", "value")

    def __init__(self, value: Scalar, span: Span, *, plain: bool) -> None:
        self.value = value
        self.span = span
        self.plain = plain


class SequenceNode:
    """A list and its place."""

    __slots__ = ("items", "span")

    def __init__(self, items: list[Node], span: Span) -> None:
        self.items = items
        self.span = span


class MappingNode:
    """A map and its place; ``keys`` holds the place of each key, ``entries`` the values, both in file order."""

    __slots__ = ("entries", "keys", "span")

    def __init__(self, entries: dict[str, Node], keys: dict[str, Span], span: Span) -> None:
        self.entries = entries
        self.keys = keys
        self.span = span


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


def plain(node: Node) -> Any:
    """The node's value as dicts, lists and scalars."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}
