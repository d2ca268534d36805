"""Readers of lists, maps and sections, made from the model once for each place and kept.

A reader comes in two kinds. The *whole* one reads a merged spec: what is required must be there. The *layered* one
reads a single file: fields may be missing, ``null`` takes an inherited value away, ``$remove: true`` an inherited
list entry. Inside a list that layers replace as a whole, both kinds are alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from genlb.errors import Span
from genlb.spec.model import SecretKey
from genlb.spec.problems import Problems, Read, Term
from genlb.spec.record import Record
from genlb.spec.scalars import complain, fits, scalar_reader
from genlb.spec.shapes import FreeMap, Listing, Section, Shape, Text, TextMap, fields_of
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode, plain

REMOVE = "$remove"


def reader(shape: Shape, term: Term, *, layered: bool) -> Read:
    """The reader of ``shape`` at the place that ``term`` names."""
    if isinstance(shape, Listing):
        return _listing(shape, term, layered=layered)
    if isinstance(shape, Section):
        return _section(shape, term, layered=layered)
    if isinstance(shape, TextMap):
        return _text_map(shape, term, layered=layered)
    if isinstance(shape, FreeMap):
        return _free_map(shape, term)
    return scalar_reader(shape, term)


def is_null(node: Node) -> bool:
    """Whether ``node`` takes an inherited value away."""
    return type(node) is ScalarNode and node.value is None


class _Field(NamedTuple):
    attribute: str
    read: Read


class _Table(NamedTuple):
    fields: dict[str, _Field]
    required: frozenset[str]


_tables: dict[tuple[type[Record], bool, bool], _Table] = {}


def _table(record: type[Record], *, layered: bool, secret: bool) -> _Table:
    """How each key of ``record`` is read. Made when the first such map is met: unused sections cost nothing."""
    key = (record, layered, secret)
    if key not in _tables:
        fields = {
            field.key: _Field(field.attribute, reader(field.shape, Term.of(field.key, secret=secret), layered=layered))
            for field in fields_of(record)
        }
        _tables[key] = _Table(fields, frozenset(field.key for field in fields_of(record) if field.required))
    return _tables[key]


def _section(shape: Section, term: Term, *, layered: bool) -> Read:
    record, secret = shape.type, term.secret

    def read(node: Node, at: Span, problems: Problems) -> Any:
        if type(node) is not MappingNode:
            complain(problems, term, shape, node)
            return None
        fields, required = _table(record, layered=layered, secret=secret)
        entries = node.entries
        values: dict[str, Any] = {}
        for key, child in entries.items():
            field = fields.get(key)
            if field is None:
                _unknown(key, node, term, record, problems)
            elif not (layered and is_null(child)):
                values[field.attribute] = field.read(child, node.keys[key], problems)
        if layered:
            return None
        if not required <= entries.keys():
            _missing(node, at, term, record, problems)
        return None if problems else record(**values)

    return read


def _listing(shape: Listing, term: Term, *, layered: bool) -> Read:
    # What layers replace as a whole has nothing to inherit.
    by_name = layered and shape.merge_by_name
    read_entry = reader(shape.item, term.of_entry(), layered=by_name)
    minimum = 0 if by_name else shape.min_items

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is not SequenceNode:
            complain(problems, term, shape, node)
            return None
        if len(node.items) < minimum:
            from genlb.spec.misfits import too_few

            problems.append(too_few(term, minimum, node))
        if by_name:
            for item in node.items:
                _read_named(item, read_entry, term, problems)
            return None
        return tuple([read_entry(item, item.span, problems) for item in node.items])

    return read


def _read_named(item: Node, read_entry: Read, term: Term, problems: Problems) -> None:
    """An entry of a list that merges by name: the name must be there, and a removal holds nothing else."""
    if isinstance(item, MappingNode):
        if "name" not in item.entries or is_null(item.entries["name"]):
            from genlb.spec.complaints import nameless

            problems.append(nameless(term, item.span))
        problems.extend(bad_removal(item))
        item = without(item, REMOVE)
    read_entry(item, item.span, problems)


def bad_removal(item: MappingNode) -> Problems:
    """What is wrong with ``$remove`` in a list's entry: anything but true, or other fields beside it."""
    flag = item.entries.get(REMOVE)
    if flag is None:
        return []
    from genlb.spec.complaints import removal_with, removal_without_true

    if not isinstance(flag, ScalarNode) or flag.value is not True:
        return [removal_without_true(flag)]
    return [removal_with(key, item.keys[key]) for key in item.entries if key not in {"name", REMOVE}]


def without(node: MappingNode, key: str) -> MappingNode:
    """``node`` without one of its keys; itself when it has no such key."""
    if key not in node.entries:
        return node
    entries = {name: child for name, child in node.entries.items() if name != key}
    return MappingNode(entries, node.keys, node.span)


def _text_map(shape: TextMap, term: Term, *, layered: bool) -> Read:
    key_pattern, pattern = shape.key_pattern, shape.pattern

    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is not MappingNode:
            complain(problems, term, shape, node)
            return None
        values: dict[str, Any] = {}
        for key, child in node.entries.items():
            if not fits(key_pattern, key):
                from genlb.spec.complaints import bad_key

                problems.append(bad_key(term, key_pattern or "", node.keys[key], key))
            value = child.value if type(child) is ScalarNode else None
            if type(value) is str and fits(pattern, value):
                values[key] = value
            elif not (layered and is_null(child)):
                complain(problems, Term.of(key, secret=term.secret), Text(pattern), child)
        return values

    return read


def _free_map(shape: FreeMap, term: Term) -> Read:
    def read(node: Node, _at: Span, problems: Problems) -> Any:
        if type(node) is not MappingNode:
            complain(problems, term, shape, node)
            return None
        problems.extend(_not_json(node, term))
        return plain(node)

    return read


def _not_json(node: Node, term: Term) -> Problems:
    """Numbers below ``node`` that JSON, and so every API server, cannot say."""
    if isinstance(node, MappingNode):
        return [problem for child in node.entries.values() for problem in _not_json(child, term)]
    if isinstance(node, SequenceNode):
        return [problem for child in node.items for problem in _not_json(child, term)]
    if isinstance(node.value, float) and not abs(node.value) < float("inf"):
        from genlb.spec.misfits import no_json

        return [no_json(term, node)]
    return []


def _unknown(key: str, node: MappingNode, term: Term, record: type[Record], problems: Problems) -> None:
    from genlb.spec.complaints import unknown_key, unknown_secret
    from genlb.spec.suggest import near

    known = [field.key for field in fields_of(record)]
    if record is SecretKey and near(key, known) is None:
        problems.append(unknown_secret(key, node.keys[key]))
    else:
        problems.append(unknown_key(key, node, str(term), known))


def _missing(node: MappingNode, at: Span, term: Term, record: type[Record], problems: Problems) -> None:
    from genlb.spec.complaints import missing

    absent = [field for field in fields_of(record) if field.required and field.key not in node.entries]
    problems.extend(missing(record, field, node, at, term) for field in absent)
