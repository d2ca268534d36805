"""The shapes of a spec: what the annotations of ``genlb.spec.model`` say, as values that code can walk.

Read by the reader (what to expect), by merge (which lists merge by name) and by the test that holds the JSON Schemas
equal to the model. Annotations are read as text, since ``typing.get_type_hints`` evaluates all of a class at once and
costs more than reading a spec does; the few forms that the model uses are listed in ``_shape``.
"""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from genlb.spec.record import Record
from genlb.spec.spelling import Limits, Spelling
from genlb.spec.values import DURATION, VERSION, AddressBlock, Duration, Version, parse_address, parse_network


class Text(NamedTuple):
    """Any text that matches ``pattern``."""

    pattern: str | None


class Whole(NamedTuple):
    """A whole number within limits."""

    minimum: int | None
    maximum: int | None


class Truth(NamedTuple):
    """``true`` or ``false``."""


class Choice(NamedTuple):
    """One of the values of an enum, as text."""

    type: type[enum.Enum]


class Constant(NamedTuple):
    """One text and no other."""

    text: str


class Parsed(NamedTuple):
    """Text that ``parse`` turns into a value or refuses with a ValueError; ``format`` names it in the schemas."""

    format: str
    parse: Callable[[str], Any]
    pattern: str | None


class Listing(NamedTuple):
    """A list; ``merge_by_name`` when layers merge it item by item."""

    item: Shape
    min_items: int
    merge_by_name: bool


class Section(NamedTuple):
    """A map with the fields of ``type``."""

    type: type[Record]


class TextMap(NamedTuple):
    """A map from text to text."""

    key_pattern: str | None
    pattern: str | None


class FreeMap(NamedTuple):
    """A map that may hold anything JSON can say."""


Shape: TypeAlias = Text | Whole | Truth | Choice | Constant | Parsed | Listing | Section | TextMap | FreeMap


class FieldShape(NamedTuple):
    """One field of a record: its YAML key, its attribute, its shape, and whether it must be there."""

    key: str
    attribute: str
    shape: Shape
    required: bool


_known: dict[type[Record], tuple[FieldShape, ...]] = {}


def fields_of(record: type[Record]) -> tuple[FieldShape, ...]:
    """The fields of ``record`` in its order."""
    if record not in _known:
        names = vars(sys.modules[record.__module__])
        _known[record] = tuple(_field_shape(name, *field, names) for name, field in record.spelled_fields.items())
    return _known[record]


def _field_shape(name: str, annotation: str, field: dataclasses.Field[Any], names: dict[str, Any]) -> FieldShape:
    spelling: Spelling = field.metadata["spelling"]
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    return FieldShape(spelling.name, name, _shape(annotation, spelling, names), required)


_MAPS: dict[str, Callable[[Limits], Shape]] = {
    "Mapping[str, str]": lambda limits: TextMap(limits.key_pattern, limits.pattern),
    "Mapping[str, Any]": lambda _: FreeMap(),
}
_SCALARS: dict[str, Callable[[Limits], Shape]] = {
    "str": lambda limits: Text(limits.pattern),
    "int": lambda limits: Whole(limits.minimum, limits.maximum),
    "bool": lambda _: Truth(),
    "Address": lambda _: Parsed("ip", parse_address, None),
    "Network": lambda _: Parsed("cidr", parse_network, None),
    "AddressBlock": lambda _: Parsed("cidr-or-range", AddressBlock.parse, None),
    "Duration": lambda _: Parsed("duration", Duration.parse, DURATION),
    "Version": lambda limits: Parsed("version", Version.parse, limits.pattern or VERSION),
}


def _shape(annotation: str, spelling: Spelling, names: dict[str, Any]) -> Shape:
    """The shape of ``X``, ``X | None``, ``tuple[X, ...]`` or a Mapping; of scalars, records and enums."""
    text = annotation.removesuffix(" | None")
    if text.startswith("tuple["):
        item = _shape(text.removeprefix("tuple[").removesuffix(", ...]"), spelling, names)
        return Listing(item, spelling.limits.min_items, spelling.merge_by_name)
    make = _SCALARS.get(text) or _MAPS.get(text)
    if make:
        return make(spelling.limits)
    named = names[text]
    return Choice(named) if issubclass(named, enum.Enum) else Section(named)
