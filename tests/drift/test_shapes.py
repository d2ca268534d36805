"""The tables know the same lists and defaults as ``schemas/objects/``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genlb.drift.shape import Order, Shape
from genlb.drift.shape_custom import CUSTOM

OBJECTS = Path(__file__).resolve().parents[2] / "schemas" / "objects"
FILES = [json.loads(file.read_text()) for file in sorted(OBJECTS.glob("*.json"))]
NEVER_COMPARED = ("ConfigurationState", "ServiceBGPStatus", "ServiceL2Status")
ORDERS = {"set": {Order.SET}, "map": {Order.KEYED}, "atomic": {Order.POSITIONS, Order.BAG, Order.KEYED}}


def nodes(schema: dict[str, Any], shape: Shape, path: str = "") -> Iterator[tuple[str, dict[str, Any], Shape]]:
    yield path, schema, shape
    for name, below in schema.get("properties", {}).items():
        if (path, name) != ("", "status"):
            yield from nodes(below, shape.under(name), f"{path}.{name}")
    if "items" in schema:
        yield from nodes(schema["items"], shape.item, f"{path}[]")


def newest(file: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Shape]]:
    return nodes(file["versions"][-1]["schema"], CUSTOM.get((file["group"], file["kind"]), Shape(typed=False)))


COMPARED = [file for file in FILES if file["kind"] not in NEVER_COMPARED]


@pytest.mark.parametrize("file", COMPARED, ids=lambda file: f"{file['group']}-{file['kind']}")
def test_lists_are_read_as_their_type_says(file: dict[str, Any]) -> None:
    for path, schema, shape in newest(file):
        kind = schema.get("x-kubernetes-list-type")
        if kind is None:
            continue
        assert shape.order in ORDERS[kind], path
        assert shape.closed is (kind == "atomic"), path


@pytest.mark.parametrize("file", COMPARED, ids=lambda file: f"{file['group']}-{file['kind']}")
def test_defaults_are_those_of_the_custom_resource(file: dict[str, Any]) -> None:
    for path, schema, shape in newest(file):
        if "default" in schema:
            assert (type(shape.default), shape.default) == (type(schema["default"]), schema["default"]), path


@pytest.mark.parametrize("file", COMPARED, ids=lambda file: f"{file['group']}-{file['kind']}")
def test_nothing_but_known_flags_is_the_same_empty_and_missing(file: dict[str, Any]) -> None:
    for path, schema, shape in newest(file):
        if path.startswith(".spec") and shape.typed:
            assert schema.get("type") == "boolean", path
