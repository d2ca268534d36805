"""Events to nodes, in one pass: every mistake that leaves the rest readable is told and passed over.

A duplicate key keeps its first value, a disputed scalar its YAML 1.2 core value; what has no sound value (a merge
key, a list as a key) is left out.
"""

from __future__ import annotations

from typing import NamedTuple

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from genlb.errors import Diagnostic, Span
from genlb.yamltext import mistakes
from genlb.yamltext.decode import Refused, place
from genlb.yamltext.events import Event, events
from genlb.yamltext.limits import Limits
from genlb.yamltext.node import MappingNode, Node, Scalar, ScalarNode, SequenceNode
from genlb.yamltext.scalars import NUMBER_STARTS, WORDS, resolve

# A span is made for every key and value; this is what Span(...) does, for two thirds of its time.
_as_tuple = tuple.__new__

# Nobody mends more at a time, and a hostile file could hold hundreds of thousands.
_MOST_DIAGNOSTICS = 1000


class _Anchored(NamedTuple):
    """A value that aliases repeat: how many nodes it has, and how many levels of lists and maps."""

    node: Node
    nodes: int
    levels: int


class Composer:
    """Builds the documents of one text; ``diagnostics`` collects what is wrong, in the order of the text.

    `genlb.yamltext.decode.Refused` and `yaml.error.MarkedYAMLError` end the text. ``strict`` tells GLB105 as well.
    """

    def __init__(self, text: str, file: str, limits: Limits, diagnostics: list[Diagnostic], *, strict: bool) -> None:
        self._next = events(text)
        self._text = text
        self._file = file
        self._limits = limits
        self._diagnostics = diagnostics
        self._strict = strict
        self._anchors: dict[str, _Anchored | None] = {}
        self._nodes = 0
        self._deepest = 0
        self._next()  # the start of the stream

    def start_document(self) -> Span | None:
        """Where the next document starts, None behind the last one; `document` then builds it."""
        event = self._next()
        if type(event) is StreamEndEvent:
            return None
        span = self._span(event)
        if self._strict and (event.tags or event.version not in {None, (1, 2)}):
            self._report(mistakes.directive(span))
        return span

    def document(self) -> Node:
        """The document that `start_document` has come to."""
        self._anchors.clear()
        root = self._node(self._next(), 0)
        self._next()  # the end of the document
        return root

    def _node(self, event: Event, depth: int) -> Node:
        """The node that ``event`` begins, inside ``depth`` lists and maps."""
        if type(event) is AliasEvent:
            return self._alias(event, depth)
        if event.tag is not None:
            self._report(mistakes.tag(event.tag, self._span(event)))
        if event.anchor is not None:
            return self._anchored(event, event.anchor, depth)
        return self._content(event, depth)

    def _content(self, event: Event, depth: int) -> Node:
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        self._count(event, 1)
        if depth >= self._limits.depth:
            raise Refused(mistakes.too_deep(self._limits, self._span(event)))
        self._deepest = max(self._deepest, depth + 1)
        return self._mapping(event, depth + 1) if kind is MappingStartEvent else self._sequence(event, depth + 1)

    def _anchored(self, event: Event, name: str, depth: int) -> Node:
        before, outer = self._nodes, self._deepest
        self._deepest = depth
        self._anchors[name] = None
        node = self._content(event, depth)
        self._anchors[name] = _Anchored(node, self._nodes - before, self._deepest - depth)
        self._deepest = max(outer, self._deepest)
        return node

    def _alias(self, event: Event, depth: int) -> Node:
        """The node that the alias repeats, standing where the alias stands."""
        name, span = event.anchor or "", self._span(event)
        anchored = self._anchors.get(name)
        if anchored is None:
            raise Refused(mistakes.unknown_alias(name, span, inside=name in self._anchors))
        if depth + anchored.levels > self._limits.depth:
            raise Refused(mistakes.too_deep(self._limits, span))
        self._deepest = max(self._deepest, depth + anchored.levels)
        self._count(event, anchored.nodes)
        node = anchored.node
        if isinstance(node, ScalarNode):
            return ScalarNode(node.value, span, plain=node.plain)
        if isinstance(node, SequenceNode):
            return SequenceNode(node.items, span)
        return MappingNode(node.entries, node.keys, span)

    def _mapping(self, start: Event, depth: int) -> MappingNode:
        entries: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        last: Node | None = None
        next_event = self._next
        while type(event := next_event()) is not MappingEndEvent:
            key, place_of_key = self._key(event, depth)
            event = next_event()
            simple = type(event) is ScalarEvent and event.anchor is None and event.tag is None
            last = self._scalar(event) if simple else self._node(event, depth)
            if key is None:
                continue
            if key in entries:
                self._report(mistakes.duplicate_key(key, place_of_key, keys[key]))
                continue
            entries[key] = last
            keys[key] = place_of_key
        return MappingNode(entries, keys, self._collection_span(start, event, last))

    def _sequence(self, start: Event, depth: int) -> SequenceNode:
        items: list[Node] = []
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._node(event, depth))
        return SequenceNode(items, self._collection_span(start, event, items[-1] if items else None))

    def _key(self, event: Event, depth: int) -> tuple[str | None, Span]:
        """The key and its place; no key where there is none to keep, which is then told already."""
        if type(event) is ScalarEvent and event.anchor is None and event.tag is None:
            text = event.value
            if event.style or not (text in WORDS or text[0] in NUMBER_STARTS):
                return text, self._span(event)
            if text == "<<":
                span = self._span(event)
                self._report(mistakes.merge_key(span))
                return None, span
        return self._unusual_key(event, depth)

    def _unusual_key(self, event: Event, depth: int) -> tuple[str | None, Span]:
        told = len(self._diagnostics)
        node = self._node(event, depth)
        if not isinstance(node, ScalarNode):
            self._report(mistakes.collection_as_key(node.span))
            return None, node.span
        if isinstance(node.value, str):
            return node.value, node.span
        text = event.value if type(event) is ScalarEvent else str(node.value)
        if len(self._diagnostics) == told:
            self._report(mistakes.key_not_text(text, node.span))
        return text, node.span

    def _scalar(self, event: Event) -> ScalarNode:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise Refused(mistakes.too_many(self._limits, self._span(event)))
        text = event.value
        if event.style:
            return ScalarNode(text, self._block_span(event) if event.style in "|>" else self._span(event), plain=False)
        span = self._span(event) if text else self._empty_span(event)
        value: Scalar = text
        if text in WORDS or text[0] in NUMBER_STARTS:
            value, dispute = resolve(text)
            if dispute and self._strict:
                self._report(mistakes.disputed(text, dispute, span))
        return ScalarNode(value, span, plain=True)

    def _count(self, event: Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._limits.nodes:
            raise Refused(mistakes.too_many(self._limits, self._span(event)))

    def _report(self, diagnostic: Diagnostic) -> None:
        if len(self._diagnostics) < _MOST_DIAGNOSTICS:
            self._diagnostics.append(diagnostic)

    def _span(self, event: Event) -> Span:
        start = event.start_mark
        end = event.end_mark
        return _as_tuple(Span, (self._file, start.line + 1, start.column + 1, end.line + 1, end.column + 1))

    def _empty_span(self, event: Event) -> Span:
        """Right behind the colon or dash; in flow style libyaml places an empty value before what comes next."""
        span = self._span(event)
        index = event.start_mark.index
        if index < event.end_mark.index:  # an anchor or a tag stands for it
            return span
        spaces = 0
        while self._text[index - spaces - 1 : index - spaces] in {" ", "\t"}:
            spaces += 1
        return span._replace(column=span.column - spaces, end_column=span.end_column - spaces)

    def _block_span(self, event: Event) -> Span:
        """From ``|`` or ``>`` to the end of the last line that is not blank; parsers count blank lines in."""
        start = event.start_mark
        shown = self._text[start.index : event.end_mark.index].rstrip()
        lines, column = place(shown, len(shown))
        column += start.column if lines == 1 else 0
        return Span(self._file, start.line + 1, start.column + 1, start.line + lines, column)

    def _collection_span(self, start: Event, end: Event, last: Node | None) -> Span:
        """To the closing bracket, or to the end of the ``last`` child where there is none."""
        first, stop = start.start_mark, end.end_mark
        if last is None or stop.index > end.start_mark.index:
            return Span(self._file, first.line + 1, first.column + 1, stop.line + 1, stop.column + 1)
        return _as_tuple(Span, (self._file, first.line + 1, first.column + 1, *last.span[3:]))
