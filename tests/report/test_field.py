"""A field told from its schema, whatever draft-07 constructs the schema uses."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.report.field import Field, UnknownField, all_fields, field_data, field_text, find_field
from genlb.report.style import PLAIN

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "kind": {"const": "Cluster", "description": "Which kind."},
        "spec": {
            "type": "object",
            "required": ["pools"],
            "properties": {
                "pools": {
                    "description": "Addresses. And more.",
                    "type": "array",
                    "items": {"$ref": "#/definitions/pool"},
                },
                "labels": {"type": "object", "additionalProperties": {"type": "string", "description": "A value."}},
                "anything": {"description": "No type."},
                "maybe": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 0}], "default": None},
            },
        },
    },
    "definitions": {
        "pool": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "examples": ["public"]},
                "auto": {"type": ["boolean", "null"], "default": True, "description": "x" * 200},
                "mode": {"enum": ["A", "B"], "description": "First sentence. Second."},
            },
        }
    },
}


def test_references_lists_and_choices_of_null_are_followed() -> None:
    paths = [field.path for field in all_fields(SCHEMA, Field(path="", schema=SCHEMA))]

    assert paths == [
        "kind",
        "spec",
        "spec.pools",
        "spec.pools[].name",
        "spec.pools[].auto",
        "spec.pools[].mode",
        "spec.labels",
        "spec.anything",
        "spec.maybe",
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("kind", {"path": "kind", "type": "string", "required": False, "description": "Which kind."}),
        (
            "spec.pools[].name",
            {"path": "spec.pools[].name", "type": "string", "required": True, "examples": ["public"]},
        ),
        ("labels.env", {"path": "spec.labels.<key>", "type": "string", "required": False, "description": "A value."}),
        ("maybe", {"path": "spec.maybe", "type": "integer", "required": False, "default": None, "minimum": 0}),
        ("anything", {"path": "spec.anything", "type": "anything", "required": False, "description": "No type."}),
    ],
)
def test_a_field_is_told_as_data(path: str, told: dict[str, Any]) -> None:
    assert field_data(SCHEMA, find_field(SCHEMA, path)) == told


def test_text_has_description_facts_and_fields() -> None:
    assert field_text(SCHEMA, find_field(SCHEMA, "pools"), PLAIN).split("\n") == [
        "spec.pools  list of maps",
        "",
        "  Addresses. And more.",
        "",
        "  required  yes",
        "",
        "Fields",
        "  name  string, required",
        f"  auto  boolean           {'x' * 93}…",
        "  mode  string            First sentence.",
        "",
    ]


def test_a_constant_is_told() -> None:
    assert "always  Cluster" in field_text(SCHEMA, find_field(SCHEMA, "kind"), PLAIN)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("spec.pool", "spec has no field 'pool'; did you mean 'pools'?"),
        ("NAME", "no field 'NAME'; did you mean spec.pools[].name?"),
        ("kind.x", "kind has no fields inside, hence no 'x'"),
        ("spec.xyz", "spec has no field 'xyz'; there are pools, labels, anything, maybe"),
    ],
)
def test_an_unknown_field_suggests_another(path: str, message: str) -> None:
    with pytest.raises(UnknownField) as caught:
        find_field(SCHEMA, path)
    assert str(caught.value) == message
