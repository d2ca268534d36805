"""A file of ``schemas/objects/`` as a plain JSON Schema that refuses what the API server would silently drop.

An API server prunes fields that a custom resource does not define and answers 200: one misspelt letter in
``serviceLoadBalancerIPs`` withdraws every VIP without a word. The schema made here refuses them. What only the API
server can judge is left to it: CEL rules, list map keys, and ``format``, which is passed on to whoever checks formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
Release: TypeAlias = tuple[int, ...]

# Keywords that mean the same in a JSON Schema. tests/contract/test_object_files.py lists all that a file may use.
_COPIED = (
    "type",
    "enum",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
)

# Shorthands that are ASCII in Go and Unicode in Python: spelt out they mean the same to both.
_ASCII = {r"\d": "0-9", r"\w": "0-9A-Za-z_", r"\s": r"\t\n\f\r "}
_PIECE = r"\\.|\[(?:\\.|[^\]\\])*\]|\$"
_INLINE_FLAGS = r"\A(\^?)\(\?([ims]+)\)"

_SUBDOMAIN: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 253,
    "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$(?!\n)",
}
_LABEL: Schema = {"type": "string", "maxLength": 63, "pattern": r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$(?!\n)"}


def object_file_name(group: str, kind: str) -> str:
    """The file of ``schemas/objects/`` that describes ``kind`` of ``group``, say ``metallb.io_ipaddresspool.json``."""
    return f"{group}_{kind.lower()}.json"


def strict_schema(object_file: Mapping[str, Any], version: str, *, release: Release | None = None) -> Schema:
    """A draft-07 schema of ``version`` (``v3``, ``v1beta1``) that refuses unknown fields.

    ``object_file`` is the parsed file; nothing of it is changed. ``release`` is the product's, ``(3, 31, 2)``: fields
    that came later are refused like unknown ones. Metadata may hold what people write, not what the server adds; an
    object of a namespaced kind names its namespace, any other has none. A version that the file lacks is a
    ``ValueError``.
    """
    root = _node(_schema_of(object_file, version), release)
    properties = root["properties"] | {
        "apiVersion": {"const": f"{object_file['group']}/{version}"},
        "kind": {"const": object_file["kind"]},
        "metadata": _metadata(namespaced=object_file["scope"] == "Namespaced"),
    }
    required = sorted({"apiVersion", "kind", "metadata", *root.get("required", ())})
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return head | root | {"required": required, "properties": properties}


def _schema_of(object_file: Mapping[str, Any], version: str) -> Schema:
    for entry in object_file["versions"]:
        if entry["name"] == version:
            schema: Schema = entry["schema"]
            return schema
    raise ValueError(f"{object_file['kind']} of {object_file['group']} has no version {version}")


def _metadata(*, namespaced: bool) -> Schema:
    place = {"namespace": _LABEL | {"minLength": 1}} if namespaced else {}
    return {
        "type": "object",
        "required": ["name", *place],
        "properties": {
            "name": _SUBDOMAIN,
            **place,
            "labels": {"type": "object", "additionalProperties": _LABEL},
            "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
            "finalizers": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": False,
    }


def _node(schema: Schema, release: Release | None) -> Schema:
    out = {keyword: schema[keyword] for keyword in _COPIED if keyword in schema}
    if schema.get("type") == "object":
        out |= _fields(schema, release)
    if "items" in schema:
        out["items"] = _node(schema["items"], release)
    if "anyOf" in schema:
        out["anyOf"] = [_node(branch, release) for branch in schema["anyOf"]]
    elif schema.get("x-kubernetes-int-or-string"):
        out.setdefault("type", ["integer", "string"])
    if schema.get("x-kubernetes-list-type") == "set":
        out["uniqueItems"] = True
    if "format" in schema and _has(schema, "x-genlb-format-since", release):
        out["format"] = schema["format"]
    if "pattern" in schema:
        out["pattern"] = _portable(schema["pattern"])
    return _or_null(out) if schema.get("nullable") else out


def _fields(schema: Schema, release: Release | None) -> Schema:
    """What an object may hold: listed properties, a map of one kind of value, or all where the server keeps all."""
    out: Schema = {}
    if "properties" in schema:
        out["properties"] = {
            name: _node(value, release)
            for name, value in schema["properties"].items()
            if _has(value, "x-genlb-since", release)
        }
        out["required"] = [name for name in schema.get("required", ()) if name in out["properties"]]
    if "additionalProperties" in schema:
        out["additionalProperties"] = _node(schema["additionalProperties"], release)
    elif not schema.get("x-kubernetes-preserve-unknown-fields"):
        out["additionalProperties"] = False
    return out


def _has(schema: Schema, annotation: str, release: Release | None) -> bool:
    since: str | None = schema.get(annotation)
    return release is None or since is None or release >= tuple(map(int, since.split(".")))


def _or_null(schema: Schema) -> Schema:
    out = dict(schema)
    if "type" in schema:
        kinds = schema["type"]
        out["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
    if "enum" in schema:
        out["enum"] = [*schema["enum"], None]
    if "anyOf" in schema:
        out["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return out


def _portable(pattern: str) -> str:
    """A Go regular expression so that Python reads the same: ``^(?i)`` is an error there, ``$`` allows a newline."""
    text = re.sub(_PIECE, _token, pattern)
    flags = re.match(_INLINE_FLAGS, text)
    return f"(?{flags[2]}:{flags[1]}{text[flags.end() :]})" if flags else text


def _token(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("["):
        return re.sub(r"\\.", lambda pair: _ASCII.get(pair[0], pair[0]), text)
    if text in _ASCII:
        return f"[{_ASCII[text]}]"
    return r"$(?!\n)" if text == "$" else text
