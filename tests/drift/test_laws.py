"""Laws that hold for every object, and DeepDiff as a second judge where keyed lists have been made maps."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from genlb.drift.findings import field_findings
from genlb.drift.model import Difference, Sort
from genlb.drift.path import spelled
from genlb.drift.walk import differences
from genlb.errors import Severity
from genlb.manifest import Manifest
from genlb.yamltext import load
from tests.drift.objects import (
    BGP,
    CONFIG_MAP,
    DEPLOYMENT,
    FILTER,
    PEER,
    POOL,
    PROXY,
    ROLE,
    SECRET,
    SERVICE,
    WIDGET,
    identity,
)
from tests.drift.pairs import LIVE

ROOT = Path(__file__).resolve().parents[2]


def rendered() -> list[Manifest]:
    """Every object of the examples."""
    files = sorted(ROOT.glob("clusters/*/rendered/*/*.yaml"))
    return [load(file.read_bytes(), file.name) for file in files if file.name != "kustomization.yaml"]


BY_HAND = [BGP, CONFIG_MAP, DEPLOYMENT, FILTER, PEER, POOL, PROXY, ROLE, SECRET, SERVICE, WIDGET]
OBJECTS = [*BY_HAND, *rendered()]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
kinds = st.sampled_from(
    [
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "Service"),
        ("apps/v1", "DaemonSet"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("metallb.io/v1beta1", "IPAddressPool"),
        ("projectcalico.org/v3", "BGPConfiguration"),
        ("example.com/v1", "Widget"),
    ]
)


@st.composite
def objects(draw: st.DrawFn) -> Manifest:
    """Objects that no API server would take, of kinds that the tables know and do not know."""
    api, kind = draw(kinds)
    fields = draw(st.dictionaries(st.sampled_from(["spec", "data", "rules", "stringData", "x"]), documents, max_size=3))
    metadata = {
        "name": "a",
        "labels": draw(documents),
        "annotations": draw(documents),
        "managedFields": draw(documents),
    }
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **fields}


def findings(desired: Manifest, live: Manifest, *, strict: bool = False) -> list[Difference]:
    return field_findings(identity(desired), desired, live, strict=strict)


def counts(found: list[Difference]) -> bool:
    return any(one.severity is not Severity.INFO for one in found)


@given(objects())
def test_nothing_differs_from_itself(manifest: Manifest) -> None:
    assert findings(manifest, copy.deepcopy(manifest), strict=True) == []


@given(objects(), objects())
def test_no_pair_of_objects_is_too_odd(desired: Manifest, live: Manifest) -> None:
    for one in findings(desired, live):
        assert spelled(one.path) is not None


@pytest.mark.parametrize("manifest", OBJECTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_every_object_of_the_examples_equals_itself(manifest: Manifest) -> None:
    assert findings(manifest, copy.deepcopy(manifest), strict=True) == []


SETS = {
    "env",
    "ports",
    "volumeMounts",
    "volumes",
    "tolerations",
    "addresses",
    "serviceLoadBalancerIPs",
    "prefixAdvertisements",
    "communities",
    "verbs",
    "resources",
    "apiGroups",
    "rules",
    "subjects",
    "loadBalancerSourceRanges",
    "syncOptions",
    "drop",
    "add",
}


def shuffled(value: Any, shuffle: random.Random, name: str = "") -> Any:
    """A copy with every list that is a set in another order."""
    if isinstance(value, dict):
        return {key: shuffled(item, shuffle, key) for key, item in value.items()}
    if isinstance(value, list):
        items = [shuffled(item, shuffle) for item in value]
        if name in SETS:
            shuffle.shuffle(items)
        return items
    return value


@given(st.sampled_from(OBJECTS), st.randoms(use_true_random=False))
def test_shuffled_sets_differ_in_order_only(manifest: Manifest, shuffle: random.Random) -> None:
    found = findings(manifest, shuffled(manifest, shuffle), strict=True)

    assert {one.sort for one in found} <= {Sort.ORDER}
    assert not counts(found)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every scalar of a document, and where it is."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def set_leaves(manifest: Manifest) -> list[tuple[tuple[str | int, ...], Any]]:
    """The leaves that git sets: all but the identity and what says nothing."""
    return [
        (path, value)
        for path, value in leaves(manifest)
        if path[0] not in ("apiVersion", "kind", "status")
        and path not in (("metadata", "name"), ("metadata", "namespace"))
        and value is not None
    ]


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def mutated(manifest: Manifest, path: tuple[str | int, ...], value: Any) -> Manifest:
    out = copy.deepcopy(manifest)
    node: Any = out
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return out


@given(st.data())
def test_every_single_change_of_what_git_sets_is_found(data: st.DataObject) -> None:
    manifest = data.draw(st.sampled_from(OBJECTS))
    candidates = set_leaves(manifest)
    if not candidates:
        return
    path, value = data.draw(st.sampled_from(candidates))

    assert counts(findings(manifest, mutated(manifest, path, other(value)))), path


@given(st.data())
def test_every_field_that_goes_is_found(data: st.DataObject) -> None:
    manifest = data.draw(st.sampled_from(OBJECTS))
    candidates = [(path, value) for path, value in set_leaves(manifest) if value not in (False, "", 0)]
    if not candidates:
        return
    path, _ = data.draw(st.sampled_from(candidates))
    live = copy.deepcopy(manifest)
    node: Any = live
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]

    assert counts(findings(manifest, live)), path


def added(desired: Any, full: Any, pick: random.Random) -> Any:
    """``desired`` with some of what ``full`` has besides."""
    if isinstance(desired, dict) and isinstance(full, dict):
        out = {key: added(value, full[key], pick) for key, value in desired.items()}
        return out | {key: value for key, value in full.items() if key not in desired and pick.random() < 0.5}
    if isinstance(desired, list) and isinstance(full, list) and len(desired) == len(full):
        return [added(one, other, pick) for one, other in zip(desired, full, strict=True)]
    return desired


@given(st.randoms(use_true_random=False))
def test_any_part_of_the_defaults_is_no_difference(pick: random.Random) -> None:
    assert findings(DEPLOYMENT, added(DEPLOYMENT, LIVE, pick), strict=True) == []


KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "ports": ("containerPort", "port", "protocol"),
    "serviceLoadBalancerIPs": ("cidr",),
    "prefixAdvertisements": ("cidr",),
}


def as_maps(value: Any, name: str = "") -> Any:
    """Lists with keys as maps, so that a tool without knowledge of kinds compares what belongs together."""
    if isinstance(value, dict):
        return {key: as_maps(item, key) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    keys = KEYS.get(name)
    if keys and all(isinstance(item, dict) for item in value):
        return {str([item.get(key) for key in keys]): as_maps(item) for item in value}
    return [as_maps(item) for item in value]


@given(st.data(), st.randoms(use_true_random=False))
def test_deepdiff_comes_to_the_same_verdict(data: st.DataObject, shuffle: random.Random) -> None:
    manifest = data.draw(st.sampled_from([DEPLOYMENT, SERVICE, BGP, PEER, FILTER, CONFIG_MAP, WIDGET]))
    live = copy.deepcopy(manifest)
    for path, value in data.draw(
        st.lists(st.sampled_from(set_leaves(manifest)), max_size=2, unique_by=lambda one: one[0])
    ):
        live = mutated(live, path, data.draw(st.sampled_from([value, other(value)])))
    keyed = {name for name in KEYS if name != "initContainers"}
    live = _shuffled_by_key(live, shuffle, keyed)

    assert counts(findings(manifest, live)) is bool(DeepDiff(as_maps(manifest), as_maps(live)))


def _shuffled_by_key(value: Any, shuffle: random.Random, names: set[str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _shuffled_by_key(item, shuffle, names, key) for key, item in value.items()}
    if isinstance(value, list):
        items = [_shuffled_by_key(item, shuffle, names) for item in value]
        if name in names:
            shuffle.shuffle(items)
        return items
    return value


def test_a_hundred_levels_are_no_problem() -> None:
    def nested(depth: int, leaf: int) -> Any:
        value: Any = leaf
        for _ in range(depth):
            value = {"a": value}
        return value

    for depth in (90, 150, 400):
        desired = {
            "apiVersion": "example.com/v1",
            "kind": "Widget",
            "metadata": {"name": "a"},
            "spec": nested(depth, 1),
        }
        same = {**desired, "spec": nested(depth, 1)}
        changed = {**desired, "spec": nested(depth, 2)}

        assert list(differences(identity(desired), desired, same)) == []
        assert len(list(differences(identity(desired), desired, changed))) == 1
