"""Objects that differ from a sound one in one field, made from the kind's own schema: valid and invalid ones, unsorted.

Every field that the schema knows gets every value of a fixed set; whether an object is valid is what the judges are
asked. A field deeper down comes with the least that its parents require.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

VALUES: Sequence[Any] = (
    "",
    "x",
    "10.0.0.0/8",
    "10.0.0.1",
    "65001:100",
    "1h0m0s",
    "1500ms",
    "x" * 300,
    -1,
    0,
    200,
    2**31,
    1.5,
    True,
    [1],
    ["x", "x"],
    {},
    {"x": 1},
)

_BY_TYPE: Mapping[str, Any] = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
_FITTING = ("x", "10.0.0.0/8", "65001:100", "1h0m0s", "https://example.com/x.git", "Info")
_BY_FORMAT = {"cidr": "10.0.0.0/8", "date-time": "2030-01-02T03:04:05Z"}


class Variant(NamedTuple):
    """A manifest and what is special about it."""

    what: str
    manifest: dict[str, Any]


def variants(base: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Variant]:
    """``base`` with every field below ``spec`` set to every value, left out, or joined by one that nobody knows."""
    spec = schema["properties"]["spec"]
    for path, field in fields(spec):
        for change in _changes(path, field):
            yield _variant(base, spec, change)


def a_variant(base: Mapping[str, Any], schema: Mapping[str, Any], random: Random) -> Variant:
    """One of the ``variants`` of ``base``; every field is as likely as any other."""
    spec = schema["properties"]["spec"]
    path, field = random.choice(list(fields(spec)))
    return _variant(base, spec, random.choice(list(_changes(path, field))))


def fields(
    schema: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every field below ``schema`` with the names that lead there; ``[]`` is an item of a list."""
    for name, field in schema.get("properties", {}).items():
        yield (*path, name), field
        yield from fields(field, (*path, name))
    if "items" in schema:
        yield from fields(schema["items"], (*path, "[]"))


def example(schema: Mapping[str, Any]) -> Any:
    """A small value that fits ``schema``, as far as that can be seen without trying."""
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return copy.deepcopy(schema["default"])
    if "pattern" in schema:
        return next(text for text in _FITTING if re.search(schema["pattern"], text))
    if schema.get("type") == "array" and schema.get("minItems"):
        return [example(schema["items"])]
    if schema.get("type") == "object":
        return {name: example(schema["properties"][name]) for name in schema.get("required", ())}
    fitting = _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[schema.get("type", "integer")])
    return copy.copy(fitting)


class _Change(NamedTuple):
    """What becomes of the field that ``path`` leads to, in words and as what is merged into its parent."""

    what: str
    path: tuple[str, ...]
    merge: Mapping[str, Any]


def _changes(path: tuple[str, ...], field: Mapping[str, Any]) -> Iterator[_Change]:
    where, name = ".".join(path), path[-1]
    for value in (*VALUES, *field.get("enum", ())):
        yield _Change(f"{where} = {value!r:.40}", path, {name: value})
    yield _Change(f"{where} is missing", path, {name: ...})
    yield _Change(f"{where} is misspelt", path, {f"{name}x": example(field)})


def _variant(base: Mapping[str, Any], spec: Mapping[str, Any], change: _Change) -> Variant:
    return Variant(change.what, _changed(base, spec, change.path[:-1], change.merge))


def _changed(
    base: Mapping[str, Any], schema: Mapping[str, Any], holder: tuple[str, ...], change: Mapping[str, Any]
) -> dict[str, Any]:
    """A copy of ``base`` where the object that ``holder`` leads to, made if need be, is changed; ``...`` removes."""
    manifest = copy.deepcopy(dict(base))
    place: Any = manifest["spec"]
    for step in holder:
        schema = schema["items"] if step == "[]" else schema["properties"][step]
        if step == "[]":
            place[:] = place[:1] or [example(schema)]
            place = place[0]
        else:
            place = place.setdefault(step, example(schema))
    for name, value in change.items():
        if value is ...:
            place.pop(name, None)
        else:
            place[name] = value
    return manifest


def completed(value: Any, schema: Mapping[str, Any]) -> Any:
    """``value`` with what ``schema`` requires of it and it lacks."""
    if isinstance(value, list):
        return [completed(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    missing = {name: example(known[name]) for name in schema.get("required", ()) if name not in value}
    return missing | {name: completed(item, known.get(name, {})) for name, item in value.items()}
