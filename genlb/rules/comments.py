"""Suppressions in trailing comments: ``10.20.1.2  # genlb:ignore GLB302 -- the ToR is reached through the core``.

A YAML parser drops comments, so they are looked for in the text; what only looks like one, inside a quoted or a block
scalar, is told apart by the places of the values.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from genlb.errors import Span
from genlb.rules.suppress import Entry
from genlb.yamltext.node import MappingNode, Node, SequenceNode

MARK = "genlb:ignore"
"""What a file must hold to be looked at."""

_BREAK = re.compile("\r\n|\r|\n")
_REASON = r"(?P<dashes>[ \t]--(?:[ \t]+(?P<reason>.*))?)?"
_COMMENT = re.compile(rf"(?:(?<=[ \t])|^)#[ \t]*{MARK}(?![\w-])(?P<ids>.*?){_REASON}$")
_ID = re.compile(r"[^\s,:]+")
_LIKE_AN_ID = re.compile(r"(?i)glb[0-9]*")

_Place = tuple[int, int]


def comments_in(text: str, root: Node | None, file: str) -> tuple[Entry, ...]:
    """The suppressions in the comments of a file; ``root`` is what the file says, None when it is no YAML."""
    if root is None or MARK not in text:
        return ()
    values = sorted({(span[1:3], span[3:]) for span in _values(root)})
    lines = _BREAK.split(text.removeprefix("\ufeff"))
    return tuple(entry for number, line in enumerate(lines, 1) for entry in _on_line(number, line, values, file))


def _on_line(number: int, line: str, values: list[tuple[_Place, _Place]], file: str) -> Iterator[Entry]:
    match = _COMMENT.search(line) if MARK in line else None
    if match is None or _is_inside(values, (number, match.start() + 1)):
        return
    reason = (match["reason"] or "").strip()
    ids = list(_ID.finditer(line, match.start("ids"), match.end("ids")))
    if match["dashes"] is None:  # what follows the ids is a reason without its dashes: one complaint, not one a word
        ids = ids[:1] + [one for one in ids[1:] if _LIKE_AN_ID.fullmatch(one[0])]
    for one in ids:
        span = Span(file, number, one.start() + 1, number, one.end() + 1)
        yield Entry(rule=one[0], reason=reason, span=span, line=number)
    if not ids:
        span = Span(file, number, match.start() + 1, number, len(line.rstrip()) + 1)
        yield Entry(rule="", reason=reason, span=span, line=number)


def _values(node: Node) -> Iterator[Span]:
    """The places of all keys and scalars."""
    if isinstance(node, MappingNode):
        yield from node.keys.values()
        for child in node.entries.values():
            yield from _values(child)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _values(item)
    else:
        yield node.span


def _is_inside(values: list[tuple[_Place, _Place]], place: _Place) -> bool:
    """Whether the place is part of a key or a scalar."""
    index = bisect_right(values, place, key=lambda value: value[0])
    return index > 0 and place < values[index - 1][1]
