"""The reader finds a mistake exactly where ``jsonschema`` does: in merged specs, in single layers, in settings.

The reader tells mistakes better and faster, but what is a mistake is said by the published schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.resources import schema
from genlb.spec.read import Kind, read_cluster, read_layer
from genlb.spec.settings import read_settings
from genlb.yamltext import Document
from genlb.yamltext.node import plain
from tests.spec.judge import is_valid, mapping
from tests.spec.mutations import Mutation, mutated, mutations
from tests.spec.texts import COMPLETE, MINIMAL, tree

MERGED = schema("cluster-merged")
FULL: dict[str, Any] = plain(tree(COMPLETE))
SMALL: dict[str, Any] = plain(tree(MINIMAL))
SETTINGS: dict[str, Any] = {
    "requires": ">=0.1,<0.2",
    "clusters": "sites/clusters",
    "lint": {"suppress": [{"rule": "GLB303", "reason": "one ToR", "expires": "2030-03-31"}]},
    "drift": {"ignore": [{"object": "BGPPeer/a", "path": "spec.x", "reason": "known", "expires": "2030-03-31"}]},
}


def layer_of(kind: Kind, text: str) -> dict[str, Any]:
    """The spec as a layer that says all of it."""
    data: dict[str, Any] = plain(tree(text)) | {"kind": kind.value}
    if kind is not Kind.CLUSTER:
        data["spec"].pop("profiles", None)
    return data


def reader_accepts(data: Mapping[str, Any]) -> bool:
    return not read_cluster(mapping(data))[1]


def layer_reader_accepts(data: Mapping[str, Any]) -> bool:
    return not read_layer(mapping(data))


def settings_reader_accepts(data: Mapping[str, Any]) -> bool:
    return not read_settings(Document(mapping(data), ()), "0.1.0")[1]


@pytest.mark.parametrize("text", [MINIMAL, COMPLETE])
def test_a_valid_spec_is_valid_to_both(text: str) -> None:
    data = plain(tree(text))

    assert reader_accepts(data)
    assert is_valid(MERGED, data)


@pytest.mark.parametrize("section", sorted(FULL["spec"]))
def test_every_single_change_of_a_section_is_judged_alike(section: str) -> None:
    # Only the section is shown to jsonschema: all of a spec would take it minutes.
    spec = MERGED["properties"]["spec"]
    described = {**spec["properties"][section], "definitions": MERGED["definitions"]}

    def schema_accepts(data: Mapping[str, Any]) -> bool:
        if section not in data["spec"]:
            return section not in spec["required"]
        return is_valid(described, data["spec"][section])

    whole = SMALL | {"spec": SMALL["spec"] | {section: FULL["spec"][section]}}
    assert disagreements(whole, changes_of(whole, section), reader_accepts, schema_accepts) == []


def changes_of(whole: dict[str, Any], section: str) -> list[Mutation]:
    """Every change of the section and of what it holds."""
    within = mutations({section: whole["spec"][section]})
    return [change._replace(path=("spec", *change.path)) for change in within]


def test_every_change_near_the_top_is_judged_alike() -> None:
    changes = [change for change in mutations(SMALL) if len(change.path) <= 2]

    assert disagreements(SMALL, changes, reader_accepts, lambda data: is_valid(MERGED, data)) == []


CHANGES, SMALL_CHANGES = [*mutations(FULL)], [*mutations(SMALL)]


@given(first=st.sampled_from(CHANGES), second=st.sampled_from(SMALL_CHANGES))
def test_changes_of_whole_specs_are_judged_alike(first: Mutation, second: Mutation) -> None:
    for data in (mutated(FULL, first), mutated(SMALL, second)):
        assert reader_accepts(data) == is_valid(MERGED, data)


LAYERS = {
    Kind.CLUSTER: (layer_of(Kind.CLUSTER, COMPLETE), schema("cluster")),
    Kind.PROFILE: (layer_of(Kind.PROFILE, COMPLETE), schema("profile")),
    Kind.FLEET_DEFAULTS: (layer_of(Kind.FLEET_DEFAULTS, COMPLETE), schema("fleet-defaults")),
}


@pytest.mark.parametrize("kind", Kind)
def test_a_whole_spec_is_a_valid_layer(kind: Kind) -> None:
    data, described = LAYERS[kind]

    assert layer_reader_accepts(data)
    assert is_valid(described, data)


LAYER_CHANGES = [
    (kind, change)
    for kind, (whole, _) in LAYERS.items()
    for change in mutations(whole)
    # A missing spec may come from a layer below; an editor asks for it all the same.
    if change.path not in {("kind",), ("spec",)}
]


@given(case=st.sampled_from(LAYER_CHANGES))
def test_changes_of_layers_are_judged_alike(case: tuple[Kind, Mutation]) -> None:
    kind, change = case
    whole, described = LAYERS[kind]
    data = mutated(whole, change)

    assert layer_reader_accepts(data) == is_valid(described, data)


@pytest.mark.parametrize("section", ["bgp", "pools", "network", "agents", "sysctls"])
def test_every_change_of_a_layers_section_is_judged_alike(section: str) -> None:
    layer, described = LAYERS[Kind.PROFILE]
    whole = layer | {"spec": {section: layer["spec"][section]}}
    part = described["properties"]["spec"]["properties"][section]
    judged = {**part, "definitions": described["definitions"]}

    def schema_accepts(data: Mapping[str, Any]) -> bool:
        return section not in data["spec"] or is_valid(judged, data["spec"][section])

    assert disagreements(whole, changes_of(whole, section), layer_reader_accepts, schema_accepts) == []


@pytest.mark.parametrize(
    "spec",
    [
        {},
        None,
        {"pools": [{"name": "x"}]},
        {"pools": [{"name": "x", "$remove": True}]},
        {"pools": [{"name": "x", "$remove": False}]},
        {"pools": [{"name": "x", "$remove": True, "autoAssign": True}]},
        {"pools": [{"$remove": True}]},
        {"pools": [{"name": None, "autoAssign": True}]},
        {"pools": [{"name": "x", "addresses": None, "communities": None}]},
        {"pools": []},
        {"pools": None},
        {"bgp": {"racks": [{"name": "r", "routers": [{"name": "a", "$remove": True}]}]}},
        {"bgp": {"racks": [{"name": "r", "routers": [{"name": "a"}]}], "password": {"key": "x"}}},
        {"bgp": {"password": None, "advertise": {"aggregation": None}}},
        {"agents": {"tolerations": [{"key": None}]}},
        {"agents": {"imagePullSecrets": [{}]}},
        {"agents": {"nodeSelector": {"kubernetes.io/os": None}}},
        {"sysctls": {"extra": {"a.b": None}}},
        {"sysctls": {"interfaces": [None]}},
        {"lint": {"suppress": [{"rule": None}]}},
        {"patches": [{"kind": "Pod", "name": "x", "merge": {"a": None}}]},
        {"profiles": ["x"]},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", Kind)
def test_null_removal_and_partial_entries_are_judged_alike(kind: Kind, spec: object) -> None:
    data = {"apiVersion": "genlb.io/v1alpha1", "kind": kind.value, "metadata": {"name": "x"}, "spec": spec}

    assert layer_reader_accepts(data) == is_valid(LAYERS[kind][1], data)


def test_every_change_of_the_settings_is_judged_alike() -> None:
    # A requirement that this version does not meet ends the reading: another test's business.
    changes = [change for change in mutations(SETTINGS) if change.value not in ("1.35", "5")]
    judge = schema("genlb")

    assert disagreements(SETTINGS, changes, settings_reader_accepts, lambda data: is_valid(judge, data)) == []


def disagreements(
    whole: dict[str, Any],
    changes: list[Mutation],
    reader: Callable[[Mapping[str, Any]], bool],
    judge: Callable[[Mapping[str, Any]], bool],
) -> list[str]:
    found = []
    for change in changes:
        data = mutated(whole, change)
        ours, theirs = reader(data), judge(data)
        if ours != theirs:
            found.append(f"{change.path}: reader accepts: {ours}, schema accepts: {theirs}: {change.value!r}")
    return found
