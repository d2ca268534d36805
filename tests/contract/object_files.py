"""genlb's own object files, ``schemas/objects/*.json``: reading them, and making CustomResourceDefinitions of them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "schemas" / "objects"


class GroupKind(NamedTuple):
    """What an object file is about."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}"


@functools.cache
def object_files() -> Mapping[GroupKind, Mapping[str, Any]]:
    """Every object file, parsed. Shared between tests: to be copied before it is changed."""
    files = [json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))]
    return {GroupKind(file["group"], file["kind"]): file for file in files}


def custom_resource_definition(file: Mapping[str, Any]) -> dict[str, Any]:
    """The CRD that an API server takes; a file marked ``partial`` gives one that knows the listed fields only."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{file['plural']}.{file['group']}"},
        "spec": {
            "group": file["group"],
            "names": {name: file[name] for name in ("kind", "listKind", "plural", "singular")},
            "scope": file["scope"],
            "versions": [_version(version) for version in file["versions"]],
        },
    }


def _version(version: Mapping[str, Any]) -> dict[str, Any]:
    out = {name: version[name] for name in ("name", "served", "storage", "deprecated") if name in version}
    out["schema"] = {"openAPIV3Schema": _without_annotations(version["schema"])}
    if version["status"]:
        out["subresources"] = {"status": {}}
    return out


def _without_annotations(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_annotations(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_annotations(item) for key, item in value.items() if not key.startswith("x-genlb-")}
    return value
