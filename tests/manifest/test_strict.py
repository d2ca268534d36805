"""An object file becomes a JSON Schema that refuses what the API server would drop."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft7Validator

from genlb.manifest.strict import object_file_name, strict_schema


def object_file(spec: dict[str, Any], *, scope: str = "Cluster", **root: Any) -> dict[str, Any]:
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": spec}} | root
    return {"group": "example.com", "kind": "Wire", "scope": scope, "versions": [{"name": "v1", "schema": schema}]}


def spec_of(*, scope: str = "Cluster", **fields: dict[str, Any]) -> dict[str, Any]:
    return object_file({"type": "object", "properties": fields}, scope=scope)


def wire(spec: object, **metadata: object) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Wire", "metadata": {"name": "w"} | metadata, "spec": spec}


def takes(file: dict[str, Any], manifest: dict[str, Any], release: tuple[int, ...] | None = None) -> bool:
    schema = strict_schema(file, "v1", release=release)
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema).is_valid(manifest)


def test_a_file_is_found_by_group_and_kind() -> None:
    assert object_file_name("metallb.io", "IPAddressPool") == "metallb.io_ipaddresspool.json"


def test_a_version_that_the_file_lacks_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"Wire of example\.com has no version v2"):
        strict_schema(spec_of(), "v2")


def test_the_file_is_left_as_it_was() -> None:
    file = spec_of(name={"type": "string", "pattern": "^a$", "nullable": True})
    before = copy.deepcopy(file)

    strict_schema(file, "v1")

    assert file == before


@pytest.mark.parametrize("where", [(), ("spec",), ("spec", "deep"), ("spec", "list", 0), ("spec", "map", "key")])
def test_an_unknown_field_is_refused_at_any_depth(where: tuple[str | int, ...]) -> None:
    leaf = {"type": "object", "properties": {"known": {"type": "string"}}}
    file = spec_of(
        deep=leaf, list={"type": "array", "items": leaf}, map={"type": "object", "additionalProperties": leaf}
    )
    manifest = wire({"deep": {"known": "x"}, "list": [{"known": "x"}], "map": {"key": {"known": "x"}}})
    target: Any = manifest

    assert takes(file, manifest)
    for step in where:
        target = target[step]
    target["unknown"] = "x"
    assert not takes(file, manifest)


def test_an_object_without_listed_fields_is_empty() -> None:
    file = spec_of(options={"type": "object"})

    assert takes(file, wire({"options": {}}))
    assert not takes(file, wire({"options": {"a": 1}}))


def test_an_object_that_keeps_unknown_fields_takes_them() -> None:
    file = spec_of(values={"type": "object", "x-kubernetes-preserve-unknown-fields": True})

    assert takes(file, wire({"values": {"any": {"thing": [1]}}}))


@pytest.mark.parametrize("key", ["apiVersion", "kind", "metadata", "spec"])
def test_what_every_object_has_is_required(key: str) -> None:
    manifest = wire({})
    del manifest[key]

    assert not takes(spec_of(), manifest)


@pytest.mark.parametrize("wrong", [{"apiVersion": "example.com/v2"}, {"apiVersion": "v1"}, {"kind": "Wires"}])
def test_another_kind_or_version_is_refused(wrong: dict[str, str]) -> None:
    assert not takes(spec_of(), wire({}) | wrong)


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "default", "labels": {"a/b": "c"}, "annotations": {"d": "any text"}, "finalizers": ["x/y"]},
        {"name": "node.worker-1.example.com"},
        {"labels": {"empty": ""}},
    ],
)
def test_metadata_holds_what_people_write(metadata: dict[str, object]) -> None:
    assert takes(spec_of(), wire({}, **metadata))


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": ""},
        {"name": "Upper"},
        {"name": "line\n"},
        {"name": "a" * 254},
        {"labels": {"a": 1}},
        {"labels": {"a": "b c"}},
        {"labels": {"a": "b" * 64}},
        {"labels": None},
        {"annotations": {"a": True}},
        {"resourceVersion": "1"},
        {"uid": "3f1c7a52"},
        {"managedFields": []},
        {"namespace": "default"},
    ],
    ids=str,
)
def test_metadata_holds_nothing_else(metadata: dict[str, object]) -> None:
    assert not takes(spec_of(), wire({}, **metadata))


def test_a_namespaced_object_names_its_namespace() -> None:
    file = spec_of(scope="Namespaced")

    assert takes(file, wire({}, namespace="metallb-system"))
    assert not takes(file, wire({}))
    assert not takes(file, wire({}, namespace=""))


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ({"type": "integer"}, 1, "1"),
        ({"type": "string"}, "1", 1),
        ({"type": "boolean"}, False, "no"),
        ({"type": "array", "items": {"type": "string"}}, ["a"], [1]),
        ({"type": "string", "enum": ["A"]}, "A", "a"),
        ({"type": "string", "minLength": 1}, "a", ""),
        ({"type": "string", "maxLength": 1}, "a", "aa"),
        ({"type": "integer", "minimum": 1}, 1, 0),
        ({"type": "integer", "maximum": 1}, 1, 2),
        ({"type": "array", "minItems": 1, "items": {"type": "string"}}, ["a"], []),
        ({"type": "array", "maxItems": 1, "items": {"type": "string"}}, ["a"], ["a", "b"]),
        ({"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}}, {"a": "b"}, {}),
        ({"type": "object", "maxProperties": 0, "additionalProperties": {"type": "string"}}, {}, {"a": "b"}),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}, {"a": ""}, {}),
        ({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}, ["a", "b"], ["a", "a"]),
        ({"type": "string", "pattern": "^a$"}, "a", "b"),
    ],
    ids=str,
)
def test_what_a_field_demands_is_kept(field: dict[str, Any], good: object, bad: object) -> None:
    assert takes(spec_of(field=field), wire({"field": good}))
    assert not takes(spec_of(field=field), wire({"field": bad}))


def test_an_atomic_list_may_repeat_itself() -> None:
    atomic = {"type": "array", "x-kubernetes-list-type": "atomic", "items": {"type": "string"}}

    assert takes(spec_of(field=atomic), wire({"field": ["a", "a"]}))


@pytest.mark.parametrize(
    "field",
    [
        {"x-kubernetes-int-or-string": True},
        {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
    ],
    ids=str,
)
def test_int_or_string_is_either_and_nothing_else(field: dict[str, Any]) -> None:
    assert takes(spec_of(field=field), wire({"field": 80}))
    assert takes(spec_of(field=field), wire({"field": "80%"}))
    assert not takes(spec_of(field=field), wire({"field": True}))
    assert not takes(spec_of(field=field), wire({"field": ["80"]}))


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "enum": ["a"]},
        {"type": "object", "properties": {}},
        {"x-kubernetes-int-or-string": True},
        {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
    ],
    ids=str,
)
def test_null_is_taken_only_where_it_is_allowed(field: dict[str, Any]) -> None:
    assert takes(spec_of(field=field | {"nullable": True}), wire({"field": None}))
    assert not takes(spec_of(field=field), wire({"field": None}))


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^(?i)(Debug|Info)?$", "DEBUG", "Debugging"),
        ("^(?i)(Debug|Info)?$", "", "Info\n"),
        ("^(?i)a|b$", "xB", "xA"),
        (r"^(\d+):(\d+)$", "65001:100", "65001:\u0661"),
        (r"^[\d.]+$", "1.5", "\u0661.\u0665"),
        (r"^\w+$", "a_1", "ä"),
        (r"^[^\s]+$", "a", "a b"),
        (r"^a\$$", "a$", "a"),
        ("^[$]$", "$", "a"),
    ],
)
def test_a_go_pattern_means_the_same_to_python(pattern: str, good: str, bad: str) -> None:
    file = spec_of(field={"type": "string", "pattern": pattern})

    assert takes(file, wire({"field": good}))
    assert not takes(file, wire({"field": bad}))


def test_a_format_is_passed_on_to_whoever_checks_formats() -> None:
    schema = strict_schema(spec_of(field={"type": "string", "format": "cidr"}), "v1")

    assert schema["properties"]["spec"]["properties"]["field"] == {"type": "string", "format": "cidr"}


@pytest.mark.parametrize(
    ("release", "known"), [(None, True), ((3, 30, 9), False), ((3, 31, 0), True), ((4, 0, 0), True)]
)
def test_a_field_is_known_from_its_release_on(release: tuple[int, ...] | None, *, known: bool) -> None:
    file = spec_of(field={"x-genlb-since": "3.31.0", "type": "string"})

    assert takes(file, wire({"field": "x"}), release) is known


def test_releases_compare_by_number() -> None:
    file = spec_of(field={"x-genlb-since": "0.9.0", "type": "string"})

    assert takes(file, wire({"field": "x"}), (0, 10, 0))


def test_a_field_that_a_release_lacks_is_not_required_there() -> None:
    spec = {"type": "object", "required": ["new"], "properties": {"new": {"x-genlb-since": "2.0.0", "type": "string"}}}

    assert takes(object_file(spec), wire({}), (1, 0, 0))
    assert not takes(object_file(spec), wire({}), (2, 0, 0))


@pytest.mark.parametrize(("release", "passed_on"), [(None, True), ((3, 31, 9), False), ((3, 32, 0), True)])
def test_a_format_is_asked_for_from_its_release_on(release: tuple[int, ...] | None, *, passed_on: bool) -> None:
    file = spec_of(field={"type": "string", "format": "cidr", "x-genlb-format-since": "3.32.0"})
    schema = strict_schema(file, "v1", release=release)

    assert ("format" in schema["properties"]["spec"]["properties"]["field"]) is passed_on
