"""Specs as plain data, judged without a repository: what a test changes, and what the rules say about it."""

from __future__ import annotations

import copy
import enum
from collections.abc import Mapping
from typing import Any

from genlb.errors import Diagnostic, in_order
from genlb.network import decide
from genlb.rules import View, judge
from genlb.spec.assemble import LayerFile, LoadedSpec, assemble
from genlb.spec.model import Cluster
from genlb.spec.record import Record
from genlb.spec.shapes import fields_of
from genlb.yamltext import load, read, write
from tests.rules.casebook import CASES

_BASE: dict[str, Any] = load((CASES / "base.yaml").read_bytes(), "base.yaml")

SECOND_FAMILY: Mapping[str, Any] = {
    "podCIDRs": ["10.244.0.0/16", "fd00:10:244::/56"],
    "serviceCIDRs": ["10.96.0.0/16", "fd00:10:96::/112"],
    "nodeCIDRs": ["10.20.1.0/24", "fd00:20:1::/64"],
}


def a_document(**changes: Any) -> dict[str, Any]:
    """The base of all cases with other sections of ``spec``; a section that is a map is merged into the old one."""
    return _changed(copy.deepcopy(_BASE), changes)


def dual_stack(**changes: Any) -> dict[str, Any]:
    """As ``a_document``, with both families."""
    document = a_document(network=dict(SECOND_FAMILY))
    for index, router in enumerate(document["spec"]["bgp"]["racks"][0]["routers"]):
        router["addresses"].append(f"fd00:20:1::{index + 2}")
    document["spec"]["pools"][0]["addresses"].append("fd00:10:208:1::/112")
    return _changed(document, changes)


def _changed(document: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    spec = document["spec"]
    for key, value in changes.items():
        spec[key] = {**spec.get(key, {}), **value} if isinstance(value, dict) else value
    return document


def loaded(document: Any) -> LoadedSpec:
    """The spec as it is read from the file that it belongs into."""
    name = document["metadata"]["name"]
    file = f"clusters/{name}/cluster.yaml"
    return assemble(name, LayerFile(file, read(write(document).encode(), file)), None, {})


def a_view(document: Any) -> View:
    """A valid spec as rules see it."""
    spec = loaded(document)
    assert spec.cluster is not None, spec.diagnostics
    return View(spec, spec.cluster, decide(spec.cluster))


def judged(document: Any) -> tuple[Diagnostic, ...]:
    """Everything that reading and the rules find."""
    spec = loaded(document)
    found = judge(spec, decide(spec.cluster)) if spec.cluster else ()
    return in_order([*spec.diagnostics, *found])


def ids(document: Any) -> set[str]:
    """The rules that find something."""
    return {diagnostic.rule for diagnostic in judged(document)}


def as_document(cluster: Cluster) -> dict[str, Any]:
    """A typed cluster as the plain data that says the same."""
    said = {"metadata": _plain(cluster.metadata), "spec": _plain(cluster.spec)}
    return {"apiVersion": "genlb.io/v1alpha1", "kind": "Cluster", **said}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        said = {field.key: _plain(getattr(value, field.attribute)) for field in fields_of(type(value))}
        # What nobody said stays unsaid: some rules look at whether a section was written at all.
        return {key: held for key, held in said.items() if held is not None and held != {}}
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int) else str(value)
