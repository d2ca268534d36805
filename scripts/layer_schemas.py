"""Write the schemas of the files that people edit, derived from that of a merged cluster.

    python scripts/layer_schemas.py          write schemas/{cluster,profile,fleet-defaults}.schema.json
    python scripts/layer_schemas.py --check  only say which of them are not up to date

``schemas/cluster-merged.schema.json`` is written by hand and says what a spec is once its layers are merged. A single
file says less and a little more: anything may be missing, ``null`` takes an inherited value away, ``$remove: true``
an inherited entry. docs/adr/0003-schema-of-a-layered-spec.md has the reasons.
"""

# ruff: noqa: INP001 - scripts are no package

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
SOURCE = "cluster-merged"
MERGE_KEY = "x-genlb-merge-key"

_REMOVE: Schema = {
    "description": "Takes away the entry of this name that a lower layer has; nothing but name stands beside it.",
    "const": True,
}


def derived(merged: Schema) -> dict[str, Schema]:
    """The schemas of the three kinds of files, by the first part of their file name."""
    return {
        "cluster": _file(
            merged,
            title="Cluster",
            description="clusters/<name>/cluster.yaml: one cluster. What is missing here comes from the cluster's "
            "profiles, from clusters/_defaults.yaml, or has a default; genlb validate tells what is missing in all.",
            required=["apiVersion", "kind", "metadata", "spec"],
        ),
        "profile": _layer(
            merged,
            kind="Profile",
            description="clusters/_profiles/<name>.yaml: what the clusters that name it in spec.profiles share. Laid "
            "over FleetDefaults, and overridden by the cluster's own file.",
            required=["apiVersion", "kind", "metadata"],
        ),
        "fleet-defaults": _layer(
            merged,
            kind="FleetDefaults",
            description="clusters/_defaults.yaml: what all clusters of this repository share. The lowest layer: "
            "profiles and clusters override it.",
            required=["apiVersion", "kind"],
        ),
    }


def _file(merged: Schema, *, title: str, description: str, required: list[str]) -> Schema:
    """The schema of one file: the merged one with a layered spec."""
    schema = copy.deepcopy(merged) | {"title": title, "description": description, "required": required}
    schema["properties"]["spec"] = layered(schema["properties"]["spec"])
    return schema


def _layer(merged: Schema, *, kind: str, description: str, required: list[str]) -> Schema:
    """The schema of a layer below the Cluster: another kind, no profiles, and no need to say anything."""
    schema = _file(merged, title=kind, description=description, required=required)
    properties = schema["properties"]
    properties["kind"] = {"description": f"What this file holds: {kind}.", "const": kind}
    metadata = properties["metadata"]
    if kind == "FleetDefaults":
        properties["metadata"] = metadata = _nullable(layered(metadata))
    metadata["description"] = "Name and labels of this layer; clusters do not inherit them."
    metadata["properties"]["name"] |= {
        "description": "The file's name without .yaml." if kind == "Profile" else "A name for people to read.",
        "examples": ["bare-metal" if kind == "Profile" else "fleet"],
    }
    properties["spec"] = _nullable(properties["spec"])
    properties["spec"]["description"] = "What clusters inherit: any part of a Cluster's spec but profiles."
    del properties["spec"]["properties"]["profiles"]
    return schema


def layered(schema: Schema) -> Schema:
    """What one file may hold where ``schema`` says what all of them together have to."""
    schema = copy.deepcopy(schema)
    if MERGE_KEY in schema:
        return schema | {"items": _entry(schema["items"], schema[MERGE_KEY])}
    schema.pop("required", None)
    if "properties" in schema:
        schema["properties"] = {key: _nullable(layered(value)) for key, value in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        schema["additionalProperties"] = _nullable(schema["additionalProperties"])
    return schema


def _entry(item: Schema, key: str) -> Schema:
    """An entry of a list that layers merge: found by its key, and perhaps removed."""
    entry = layered(item)
    entry["required"] = [key]
    entry["properties"] |= {key: item["properties"][key], "$remove": _REMOVE}
    entry["if"] = {"required": ["$remove"]}
    entry["then"] = {"maxProperties": 2}
    return entry


def _nullable(schema: Schema) -> Schema:
    """``schema`` or ``null``, which takes an inherited value away."""
    nullable = schema | {"type": [schema["type"], "null"]}
    if "enum" in schema:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


def text_of(schema: Schema) -> str:
    """The file's text."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check; 1 when ``--check`` finds a difference."""
    merged = json.loads((SCHEMAS / f"{SOURCE}.schema.json").read_text("utf-8"))
    stale = 0
    for name, schema in derived(merged).items():
        path = SCHEMAS / f"{name}.schema.json"
        if path.exists() and path.read_text("utf-8") == text_of(schema):
            continue
        stale = 1
        if "--check" in sys.argv[1:]:
            sys.stderr.write(f"{path.name} is not up to date: run python scripts/layer_schemas.py\n")
        else:
            path.write_text(text_of(schema), "utf-8")
    return stale if "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    raise SystemExit(main())
