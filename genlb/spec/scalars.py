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


def _text(shape: Text, term: Term) -> Read:
    # fullmatch, since Python's $ also matches before a line break at the end. The schemas' ECMA $ does not.
    matches = re.compile(shape.pattern).fullmatch if shape.pattern else str

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is ScalarNode:
            value = node.value
            if type(value) is str and matches(value) is not None:
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
    parse = shape.parse
    matches = re.compile(shape.pattern).fullmatch if shape.pattern else str

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is not ScalarNode or type(node.value) is not str or matches(node.value) is None:
            complain(problems, term, shape, node)
            return None
        try:
            return parse(node.value)
        except ValueError as error:
            from genlb.spec.misfits import refused

            problems.append(refused(term, shape, node, str(error)))
            return None

    return read
