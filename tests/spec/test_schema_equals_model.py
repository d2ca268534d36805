"""``cluster-merged.schema.json`` and the dataclasses describe one shape. Both are walked side by side."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft7Validator

from genlb.resources import names, schema
from genlb.spec.model import Metadata, Spec
from genlb.spec.record import Record
from genlb.spec.settings import Settings
from genlb.spec.shapes import (
    Choice,
    FieldShape,
    FreeMap,
    Listing,
    Parsed,
    Section,
    Shape,
    Text,
    TextMap,
    Truth,
    Whole,
    fields_of,
)
from genlb.spec.values import Duration

MERGED = schema("cluster-merged")
SETTINGS = schema("genlb")
PROSE = {"description", "examples", "default", "format"}


def test_every_schema_is_itself_valid() -> None:
    for name in names("schemas"):
        Draft7Validator.check_schema(schema(name))


@pytest.mark.parametrize(
    ("described", "record"),
    [
        (MERGED["properties"]["spec"], Spec),
        (MERGED["properties"]["metadata"], Metadata),
        (SETTINGS, Settings),
    ],
)
def test_schema_says_what_the_model_says(described: dict[str, Any], record: type[Record]) -> None:
    differences = list(section(record.__name__, described, record))

    assert differences == []


def section(path: str, described: Mapping[str, Any], record: type[Record]) -> Iterator[str]:
    fields = {field.key: field for field in fields_of(record)}
    properties = described["properties"]
    yield from unequal(f"{path} keys", list(properties), list(fields))
    yield from unequal(f"{path} required", described.get("required", []), [k for k, f in fields.items() if f.required])
    yield from unequal(f"{path} additionalProperties", described["additionalProperties"], False)  # noqa: FBT003
    for field, default in zip(fields.values(), defaults_of(record), strict=True):
        place, one = f"{path}.{field.key}", resolved(properties.get(field.key, {"type": "nothing"}))
        if not one.get("description", "").endswith("."):
            yield f"{place}: no description that ends with a full stop"
        yield from unequal(f"{place} default", one.get("default"), default)
        yield from value(place, one, field.shape)


def value(path: str, described: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    described = resolved(described)
    if isinstance(shape, Section):
        yield from unequal(f"{path} type", described["type"], "object")
        yield from section(path, described, shape.type)
        return
    told = {key: told for key, told in described.items() if key not in PROSE}
    if isinstance(shape, Listing):
        yield from value(f"{path}[]", told.pop("items"), shape.item)
    yield from unequal(path, told, keywords(shape))
    yield from unequal(f"{path} format", described.get("format"), shape.format if isinstance(shape, Parsed) else None)


def keywords(shape: Shape) -> dict[str, Any]:  # noqa: PLR0911 - one case a shape
    """What the schema has to say about ``shape``, besides prose and the items of a list."""
    match shape:
        case Text(pattern) | Parsed(_, _, pattern):
            return said(type="string", pattern=pattern)
        case Whole(minimum, maximum):
            return said(type="integer", minimum=minimum, maximum=maximum)
        case Truth():
            return {"type": "boolean"}
        case Choice(choices):
            return {"type": "string", "enum": [member.value for member in choices]}
        case Listing(_, min_items, merge_by_name):
            key = "name" if merge_by_name else None
            return said(type="array", minItems=min_items or None) | said(**{"x-genlb-merge-key": key})
        case TextMap(key_pattern, pattern):
            return said(
                type="object",
                propertyNames={"pattern": key_pattern} if key_pattern else None,
                additionalProperties=said(type="string", pattern=pattern),
            )
        case FreeMap():
            return {"type": "object"}
    raise AssertionError(shape)


def said(**words: Any) -> dict[str, Any]:
    return {key: word for key, word in words.items() if word is not None}


def resolved(described: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = described.get("$ref")
    definition: Mapping[str, Any] = MERGED["definitions"][reference.rpartition("/")[2]] if reference else described
    return definition


def defaults_of(record: type[Record]) -> Iterator[Any]:
    """Each field's default as it would be written; None where there is none, or where it is that of a section."""
    for field, shape in zip(dataclasses.fields(record), fields_of(record), strict=True):
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        yield written(default, shape)


def written(default: Any, shape: FieldShape) -> Any:
    if default is dataclasses.MISSING or default is None:
        return None
    if isinstance(default, Record) and default == type(default)():
        return None
    return plain(default)


def plain(default: Any) -> Any:
    if isinstance(default, enum.Enum):
        return default.value
    if isinstance(default, Duration):
        return str(default)
    if isinstance(default, Record):
        told = {field.key: plain(getattr(default, field.attribute)) for field in fields_of(type(default))}
        return {key: word for key, word in told.items() if word is not None}
    if isinstance(default, (tuple, list)):
        return [plain(item) for item in default]
    return dict(default) if isinstance(default, Mapping) else default


def unequal(place: str, described: object, modelled: object) -> Iterator[str]:
    if described != modelled:
        yield f"{place}: the schema says {described!r}, the model {modelled!r}"
