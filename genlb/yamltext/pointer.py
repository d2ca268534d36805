"""Where in a document a value stands, told so that lines above it may come and go: by names instead of numbers.

A JSON pointer (RFC 6901) in which an entry of a list goes by its ``name``, a plain value in a list by itself, and
anything else by its number: ``/spec/pools/public/addresses/10.208.1.0~124``. Of equal names the second gets ``#2``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genlb.errors import Span
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode


def pointers(root: Node) -> dict[Span, str]:
    """The pointer of every key and value below ``root`` by its place; a key has the pointer of its value."""
    found: dict[Span, str] = {}
    for span, pointer in _walk(root, ""):
        found.setdefault(span, pointer)
    return found


def _walk(node: Node, pointer: str) -> Iterator[tuple[Span, str]]:
    yield node.span, pointer
    if isinstance(node, MappingNode):
        for key, child in node.entries.items():
            inside = f"{pointer}/{_escaped(key)}"
            yield node.keys[key], inside
            yield from _walk(child, inside)
    elif isinstance(node, SequenceNode):
        for name, item in zip(_names(node.items), node.items, strict=True):
            yield from _walk(item, f"{pointer}/{_escaped(name)}")


def _names(items: Sequence[Node]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        name = _name(item) or str(index)
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _name(item: Node) -> str:
    if isinstance(item, MappingNode):
        item = item.entries.get("name", item)
    return str(item.value) if isinstance(item, ScalarNode) and item.value is not None else ""


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
