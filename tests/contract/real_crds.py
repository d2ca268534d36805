"""The CRDs that Calico, MetalLB, Argo CD and Flux ship, where they are to be had, as strict JSON Schemas.

They lie in the folder ``GENLB_CRDS`` (default: ``../shared/crds`` beside the repository), in any layout, and are no
part of the project. A test that needs one which is not there skips; it asks for the fixture ``real_crds``.

The conversion is on purpose not ``genlb.manifest.strict``: two readings of the same rules watch each other.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.object_files import REPOSITORY, GroupKind

FOLDER = Path(os.environ.get("GENLB_CRDS") or REPOSITORY.parent / "shared" / "crds")
MISSING = "set GENLB_CRDS to a folder with the CustomResourceDefinitions of Calico, MetalLB, Argo CD and Flux"

_STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
_METADATA = {
    "name": {"type": "string"},
    "namespace": {"type": "string"},
    "labels": _STRINGS,
    "annotations": _STRINGS,
    "finalizers": {"type": "array", "items": {"type": "string"}},
}
_TEXT_ONLY = ("description", "x-kubernetes-validations", "default")


@functools.cache
def _real_crds() -> Mapping[GroupKind, Mapping[str, Any]]:
    found = {}
    for path in sorted(FOLDER.rglob("*.y*ml")):
        for document in yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader):
            if isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition":
                spec = document["spec"]
                found[GroupKind(spec["group"], spec["names"]["kind"])] = document
    return found


def has_real_crd(name: GroupKind) -> bool:
    """Whether the folder holds a CRD of ``name``."""
    return name in _real_crds()


def real_crd(name: GroupKind) -> Mapping[str, Any]:
    """The real CRD of ``name``; ends the test where there is none. Shared between tests: never to be changed."""
    if name not in _real_crds():
        pytest.skip(f"no CRD of {name} in {FOLDER}: {MISSING}")
    return _real_crds()[name]


def openapi_schema(crd: Mapping[str, Any], version: str) -> Mapping[str, Any]:
    """The schema that a CRD holds for ``version``."""
    (found,) = [entry for entry in crd["spec"]["versions"] if entry["name"] == version]
    schema: Mapping[str, Any] = found["schema"]["openAPIV3Schema"]
    return schema


def strict_json_schema(crd: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What the API server would keep of an object, and nothing else: a field that it would prune is refused."""
    spec = crd["spec"]
    schema = _strict(openapi_schema(crd, version))
    unwanted = {"namespace"} if spec["scope"] == "Cluster" else set()
    schema["properties"] |= {
        "apiVersion": {"enum": [f"{spec['group']}/{version}"]},
        "kind": {"enum": [spec["names"]["kind"]]},
        "metadata": {
            "type": "object",
            "properties": {name: field for name, field in _METADATA.items() if name not in unwanted},
            "additionalProperties": False,
            "required": ["name"],
        },
    }
    schema["required"] = [*schema.get("required", []), "apiVersion", "kind", "metadata"]
    return schema


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    out = {key: value for key, value in schema.items() if key not in _TEXT_ONLY}
    if "properties" in out:
        out["properties"] = {name: _strict(value) for name, value in out["properties"].items()}
    for key in ("items", "additionalProperties", "not"):
        if isinstance(out.get(key), dict):
            out[key] = _strict(out[key])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in out:
            out[key] = [_strict(branch) for branch in out[key]]
    if out.get("type") == "object" and not out.pop("x-kubernetes-preserve-unknown-fields", False):
        out.setdefault("additionalProperties", False)
    if out.pop("x-kubernetes-int-or-string", False) and "type" not in out:
        out["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if out.get("x-kubernetes-list-type") == "set":
        out["uniqueItems"] = True
    if "pattern" in out:
        out["pattern"] = _python_pattern(out["pattern"])
    return {"anyOf": [out, {"type": "null"}]} if out.pop("nullable", False) else out


def _python_pattern(pattern: str) -> str:
    """Flags to the front (``a``: digits are ASCII in Go), and a closing ``$`` that allows no newline."""
    flags = "(?ai)" if "(?i)" in pattern else "(?a)"
    text = pattern.replace("(?i)", "")
    return flags + (text[:-1] + r"\Z" if text.endswith("$") else text)
