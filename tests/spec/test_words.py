"""Every mistake can be told: each pattern, format and required field has its words, and the examples are right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from genlb.spec.model import Cluster
from genlb.spec.problems import Problems, Term
from genlb.spec.record import Record
from genlb.spec.records import reader
from genlb.spec.settings import Settings
from genlb.spec.shapes import FieldShape, Listing, Parsed, Section, Shape, Text, TextMap, fields_of
from genlb.spec.words import BY_FORMAT, BY_PATTERN, EXAMPLES
from genlb.yamltext import load, read


def records(record: type[Record]) -> Iterator[type[Record]]:
    yield record
    for field in fields_of(record):
        shape = innermost(field.shape)
        if isinstance(shape, Section):
            yield from records(shape.type)


def innermost(shape: Shape) -> Shape:
    return innermost(shape.item) if isinstance(shape, Listing) else shape


FIELDS: dict[str, FieldShape] = {
    f"{record.__name__}.{field.key}": field
    for root in (Cluster, Settings)
    for record in records(root)
    for field in fields_of(record)
}
REQUIRED = sorted(name for name, field in FIELDS.items() if field.required)


def test_every_required_field_has_an_example_and_nothing_else_has() -> None:
    assert sorted(EXAMPLES) == REQUIRED


@pytest.mark.parametrize("name", [name for name in REQUIRED if "…" not in EXAMPLES[name]])
def test_the_example_is_a_value_of_its_field(name: str) -> None:
    key = FIELDS[name].key
    document = read(f"{key}: {EXAMPLES[name]}\n".encode(), "example.yaml")
    problems: Problems = []
    assert document.root is not None
    parent = document.root
    node = getattr(parent, "entries", {})[key]
    reader(FIELDS[name].shape, Term.of(key), layered=False)(node, node.span, problems)

    assert (document.diagnostics, problems) == ((), [])


def test_every_pattern_and_format_has_words() -> None:
    shapes = [innermost(field.shape) for field in FIELDS.values()]
    patterns = {shape.pattern for shape in shapes if isinstance(shape, (Text, TextMap))}
    patterns |= {shape.key_pattern for shape in shapes if isinstance(shape, TextMap)}
    formats = {shape.format for shape in shapes if isinstance(shape, Parsed)}

    assert patterns - {None} <= BY_PATTERN.keys()
    assert formats <= BY_FORMAT.keys()


def test_examples_in_quotes_are_text_to_yaml() -> None:
    for name, example in EXAMPLES.items():
        if example.startswith('"'):
            assert isinstance(load(example.encode(), name), str)
