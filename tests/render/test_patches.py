from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.manifest import Manifest
from genlb.render.patches import PatchProblem, apply_patches, merge_patch
from genlb.spec.model import Patch

PEER: Manifest = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "BGPPeer",
    "metadata": {"name": "genlb-tor-v4", "labels": {"app.kubernetes.io/name": "genlb"}},
    "spec": {"peerIP": "10.20.1.2", "asNumber": 65101, "filters": ["genlb-no-reexport"]},
}
OTHER_PEER: Manifest = {**PEER, "metadata": {"name": "genlb-tor-v6"}}
ROLES: list[Manifest] = [
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "genlb-vip", "namespace": namespace},
        "rules": [],
    }
    for namespace in ("genlb-system", "calico-system")
]


def patch(merge: Any, kind: str = "BGPPeer", name: str = "genlb-tor-v4", namespace: str | None = None) -> Patch:
    return Patch(kind=kind, name=name, namespace=namespace, merge=merge)


def patched(*merges: Any) -> Manifest:
    (manifest,), problems = apply_patches([PEER], [patch(merge) for merge in merges])
    assert problems == ()
    return manifest


def problem(objects: list[Manifest], one: Patch) -> str:
    after, problems = apply_patches(objects, [one])
    assert after == objects
    ((found),) = problems
    assert found.position == 0
    return found.message


# --------------------------------------------------------------------------------------------------- JSON merge
@pytest.mark.parametrize(
    ("target", "change", "expected"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": 1}, {"b": None}, {"a": 1}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": None, "z": 3}}, {"a": {"x": 1, "z": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [{"x": 1}]}, {"a": [{"y": None}]}, {"a": [{"y": None}]}),
        ({"a": "text"}, {"a": {"x": 1, "y": None}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": "text"}, {"a": "text"}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, [1], [1]),
    ],
)
def test_merge_follows_rfc_7396(target: Any, change: Any, expected: Any) -> None:
    assert merge_patch(target, change) == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_merge_changes_neither_side_and_a_second_time_nothing(target: Any, change: Any) -> None:
    before = copy.deepcopy((target, change))
    once = merge_patch(target, change)

    assert (target, change) == before
    assert merge_patch(once, change) == once


def backwards(value: Any) -> Any:
    """``value`` with every map in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def in_order(value: Any) -> Any:
    """``value`` so that equal means equal in order, too."""
    if isinstance(value, dict):
        return [(key, in_order(item)) for key, item in value.items()]
    return [in_order(item) for item in value] if isinstance(value, list) else value


@given(VALUES, VALUES)
def test_the_order_of_keys_in_a_patch_does_not_matter(target: Any, change: Any) -> None:
    assert in_order(merge_patch(target, change)) == in_order(merge_patch(target, backwards(change)))


# ------------------------------------------------------------------------------------------------------ objects
def test_a_patch_changes_the_one_object_that_it_names() -> None:
    objects = [OTHER_PEER, PEER]

    after, problems = apply_patches(objects, [patch({"spec": {"ttlSecurity": 1}})])

    assert problems == ()
    assert after == [OTHER_PEER, {**PEER, "spec": {**PEER["spec"], "ttlSecurity": 1}}]
    assert "ttlSecurity" not in PEER["spec"]


def test_patches_come_one_after_another() -> None:
    assert patched({"spec": {"ttlSecurity": 1}}, {"spec": {"ttlSecurity": 2}})["spec"]["ttlSecurity"] == 2


def test_metadata_stays_in_the_order_in_which_it_is_written() -> None:
    role, problems = apply_patches(
        [ROLES[0]],
        [patch({"metadata": {"annotations": {"a": "1"}, "labels": {"b": "2"}}}, "Role", "genlb-vip")],
    )

    assert problems == ()
    assert list(role[0]["metadata"]) == ["name", "namespace", "labels", "annotations"]


def test_a_namespace_tells_objects_of_one_name_apart() -> None:
    after, problems = apply_patches(ROLES, [patch({"rules": None}, "Role", "genlb-vip", "calico-system")])

    assert problems == ()
    assert ["rules" in role for role in after] == [True, False]


def test_a_name_without_namespace_that_fits_two_objects_is_a_problem() -> None:
    assert problem(ROLES, patch({}, "Role", "genlb-vip")) == (
        "Role genlb-vip could be any of Role calico-system/genlb-vip, Role genlb-system/genlb-vip; name the namespace"
    )


def test_an_unknown_name_is_a_problem_that_lists_the_objects_of_that_kind() -> None:
    assert problem([OTHER_PEER, PEER, *ROLES], patch({}, name="genlb-tor-v5")) == (
        "nothing rendered is BGPPeer genlb-tor-v5; of that kind there are BGPPeer genlb-tor-v4, BGPPeer genlb-tor-v6"
    )


def test_a_namespace_that_does_not_fit_is_a_problem() -> None:
    assert problem([PEER], patch({}, namespace="calico-system")) == (
        "nothing rendered is BGPPeer calico-system/genlb-tor-v4; of that kind there are BGPPeer genlb-tor-v4"
    )


def test_an_unknown_kind_is_a_problem_that_lists_the_kinds() -> None:
    assert problem([PEER, *ROLES], patch({}, kind="BgpPeer")) == (
        "nothing rendered is BgpPeer genlb-tor-v4, nor any BgpPeer; rendered kinds are BGPPeer, Role"
    )


@pytest.mark.parametrize(
    "merge",
    [
        {"apiVersion": "v1"},
        {"apiVersion": None},
        {"kind": "IPPool"},
        {"kind": None},
        {"metadata": {"name": "other"}},
        {"metadata": {"name": None}},
        {"metadata": {"namespace": "x"}},
        {"metadata": None},
        {"metadata": "genlb-tor-v4"},
        {"metadata": ["genlb-tor-v4"]},
    ],
)
def test_a_patch_cannot_turn_an_object_into_another(merge: Any) -> None:
    assert problem([PEER], patch(merge)) == (
        "a patch may not change apiVersion, kind, metadata.name or metadata.namespace"
    )


def test_a_patch_may_repeat_who_the_object_is() -> None:
    merge = {"apiVersion": PEER["apiVersion"], "kind": "BGPPeer", "metadata": {"name": "genlb-tor-v4"}}

    assert patched(merge) == PEER


def test_every_problem_is_told_and_the_other_patches_apply() -> None:
    (after,), problems = apply_patches(
        [PEER], [patch({}, name="a"), patch({"spec": {"ttlSecurity": 1}}), patch({"kind": "X"})]
    )

    assert after["spec"]["ttlSecurity"] == 1
    assert [it.position for it in problems] == [0, 2]
    assert isinstance(problems[0], PatchProblem)
