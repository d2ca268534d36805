"""What a CRD demands, without the words that it uses: two of them compared, differences named by their JSON path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_WORDS = ("description", "title", "example", "externalDocs")
_UNORDERED = ("enum", "required", "x-kubernetes-list-map-keys")


def structure(crd: Mapping[str, Any]) -> dict[str, Any]:
    """Names, scope, versions and schemas in one normal form; short names, columns and conversion are left out."""
    spec = crd["spec"]
    names = {name: spec["names"][name] for name in ("kind", "listKind", "plural", "singular")}
    versions = {version["name"]: _version(version) for version in spec["versions"]}
    return names | {"group": spec["group"], "scope": spec["scope"], "versions": versions}


def _version(version: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "served": version["served"],
        "storage": version["storage"],
        "deprecated": version.get("deprecated", False),
        "subresources": version.get("subresources") or {},
        "schema": _normal(version["schema"]["openAPIV3Schema"]),
    }


def _normal(schema: Mapping[str, Any]) -> dict[str, Any]:
    out = {key: value for key, value in schema.items() if key not in _WORDS}
    branches = out.get("allOf", [])
    if branches and all(branch == branches[0] for branch in branches) and not branches[0].keys() & out.keys():
        # A generator that merges a type's rules with a field's says the same thing twice.
        out |= out.pop("allOf")[0]
    for key in _UNORDERED:
        if key in out:
            out[key] = sorted(out[key])
    if "x-kubernetes-validations" in out:
        rules = {entry["rule"]: entry for entry in out["x-kubernetes-validations"]}
        out["x-kubernetes-validations"] = {
            rule: {key: value for key, value in entry.items() if key not in {"rule", "message"}}
            for rule, entry in rules.items()
        }
    if "properties" in out:
        out["properties"] = {name: _normal(value) for name, value in out["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(out.get(key), dict):
            out[key] = _normal(out[key])
    return out


def differences(ours: Any, real: Any, *, partial: bool, path: str = "$") -> Iterator[str]:
    """A line for each place where two structures differ; ``partial``: ours may know fewer properties than the real."""
    if not (isinstance(ours, dict) and isinstance(real, dict)):
        if type(ours) is not type(real) or ours != real:
            yield f"{path}: {ours!r}, but really {real!r}"
        return
    for key in sorted(ours.keys() | real.keys()):
        here = f"{path}.{key}"
        if key not in real:
            yield f"{here}: {ours[key]!r}, but really nothing"
        elif key in ours:
            yield from differences(ours[key], real[key], partial=partial, path=here)
        elif not (partial and path.endswith(".properties")):
            yield f"{here}: nothing, but really {real[key]!r}"
