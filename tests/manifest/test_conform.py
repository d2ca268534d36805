"""The quick verdict is jsonschema's verdict: over whole objects, their mutations, and each keyword alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from genlb.manifest.conform import conforms
from genlb.manifest.strict import object_file_name, strict_schema

ROOT = Path(__file__).resolve().parents[2]
RENDERED = sorted((ROOT / "clusters").glob("*/rendered/*/*.yaml"))


def custom_resources() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for path in RENDERED:
        manifest = yaml.safe_load(path.read_text())
        group, _, version = manifest["apiVersion"].rpartition("/")
        file = ROOT / "schemas" / "objects" / object_file_name(group, manifest["kind"])
        if file.exists():
            yield manifest, strict_schema(json.loads(file.read_text()), version)


PAIRS = list(custom_resources())


def test_there_is_something_to_judge() -> None:
    assert len(PAIRS) > 20


@pytest.mark.parametrize("index", range(len(PAIRS)))
def test_what_is_rendered_conforms(index: int) -> None:
    manifest, schema = PAIRS[index]

    assert conforms(manifest, schema)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


ODD_VALUES = st.sampled_from(
    [None, True, 0, -1, 1.0, 1.5, 2**40, "", "x", "x\n", "Enabled", [], [1, 1], ["a"], {}, {"a": 1}]
)


@settings(max_examples=400)
@given(data=st.data())
def test_any_one_change_is_judged_as_jsonschema_judges_it(data: st.DataObject) -> None:
    manifest, schema = data.draw(st.sampled_from(PAIRS))
    changed = copy.deepcopy(manifest)
    *parents, last = data.draw(st.sampled_from([path for path in paths(manifest) if path]))
    target = changed
    for step in parents:
        target = target[step]
    match data.draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            target[last] = data.draw(ODD_VALUES)
        case "remove":
            del target[last]
        case "add" if isinstance(target, dict):
            target["unheardOf"] = data.draw(ODD_VALUES)
        case _:
            target.append(data.draw(ODD_VALUES))

    assert conforms(changed, schema) is Draft7Validator(schema).is_valid(changed)


SCHEMAS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": ["string", "null"]},
    {"enum": ["Enabled", None]},
    {"const": "x"},
    {"minLength": 1, "maxLength": 2},
    {"pattern": "^x$(?!\n)"},
    {"minimum": 0, "maximum": 10},
    {"minItems": 1, "maxItems": 1},
    {"uniqueItems": True},
    {"minProperties": 1, "maxProperties": 1},
    {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "required": ["a"]},
    {"type": "array", "items": {"type": "string"}},
    {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1}]},
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    11,
    1.0,
    1.5,
    "",
    "x",
    "x\n",
    "xyz",
    [],
    [1],
    [1, 1],
    ["a"],
    {},
    {"a": 1},
    {"a": "b"},
    {"b": 1, "c": 2},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids="+".join)
def test_each_keyword_alone_means_what_it_means_to_jsonschema(schema: dict[str, Any]) -> None:
    verdicts = [conforms(value, schema) for value in VALUES]

    assert [Draft7Validator(schema).is_valid(value) for value in VALUES] == verdicts
    assert len(set(verdicts)) == 2
