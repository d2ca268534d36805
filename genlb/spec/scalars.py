"""Readers of single values. Each takes the short way for a good value and tells a bad one through ``complaints``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genlb.errors import Span
from genlb.spec.problems import Problems, Read, Term
from genlb.spec.shapes import Choice, Constant, Parsed, Shape, Text, Truth, Whole
from genlb.yamltext.node import Node, ScalarNode


def scalar_reader(shape: Text | Whole | Truth | Choice | Constant | Parsed, term: Term) -> Read:
    """The reader of a single value."""
    if isinstance(shape, Text):
        return _text(shape, term)
    if isinstance(shape, Whole):
        return _whole(shape, term)
    if isinstance(shape, Truth):
        return _truth(shape, term)
    if isinstance(shape, Choice):
        return _choice(shape, {member.value: member for member in shape.type}, term)
    if isinstance(shape, Constant):
        return _choice(shape, {shape.text: shape.text}, term)
    return _parsed(shape, term)


def complain(problems: Problems, term: Term, shape: Shape, node: Node) -> None:
    """Tell that ``node`` is not what ``shape`` wants."""
    from genlb.spec.misfits import misfit

    problems.append(misfit(term, shape, node))


def fits(pattern: str | None, text: str) -> bool:
    """Whether all of ``text`` matches; Python's $ also matches before a line break at the end, the schemas' does not.

    A pattern is compiled when the first value asks for it: most specs use a fraction of the fields.
    """
    return pattern is None or re.fullmatch(pattern, text) is not None


def _text(shape: Text, term: Term) -> Read:
    pattern = shape.pattern

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is ScalarNode:
            value = node.value
            if type(value) is str and fits(pattern, value):
                return value
        complain(problems, term, shape, node)
        return None

    return read


def _whole(shape: Whole, term: Term) -> Read:
    minimum, maximum = shape

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is ScalarNode:
            value = node.value
            # type, not isinstance: True is an int to Python.
            if type(value) is int and (minimum is None or value >= minimum) and (maximum is None or value <= maximum):
                return value
        complain(problems, term, shape, node)
        return None

    return read


def _truth(shape: Truth, term: Term) -> Read:
    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is ScalarNode and type(node.value) is bool:
            return node.value
        complain(problems, term, shape, node)
        return None

    return read


def _choice(shape: Shape, members: Mapping[str, Any], term: Term) -> Read:
    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is ScalarNode and type(node.value) is str and node.value in members:
            return members[node.value]
        complain(problems, term, shape, node)
        return None

    return read


def _parsed(shape: Parsed, term: Term) -> Read:
    parse, pattern = shape.parse, shape.pattern

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is not ScalarNode or type(node.value) is not str or not fits(pattern, node.value):
            complain(problems, term, shape, node)
            return None
        try:
            return parse(node.value)
        except ValueError as error:
            from genlb.spec.misfits import refused

            problems.append(refused(term, shape, node, str(error)))
            return None

    return read
