"""The object files hold what the real CRDs hold: names, scope, types, enums, patterns, lists, defaults and rules."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.object_files import GroupKind, custom_resource_definition, object_files
from tests.contract.real_crds import real_crd
from tests.contract.structure import differences, structure

CALICO = [name for name in object_files() if name.group == "projectcalico.org"]
GONE = object()


@pytest.mark.usefixtures("real_crds")
@pytest.mark.parametrize("name", object_files(), ids=str)
def test_an_object_file_equals_the_real_crd(name: GroupKind) -> None:
    file = object_files()[name]

    assert compared(file, real_crd(name)) == []


@pytest.mark.usefixtures("real_crds")
@pytest.mark.parametrize("name", CALICO, ids=str)
def test_the_spec_is_the_same_in_both_groups_of_calico(name: GroupKind) -> None:
    stored = GroupKind("crd.projectcalico.org", name.kind)
    (version,) = structure(real_crd(stored))["versions"].items()
    ours = structure(custom_resource_definition(object_files()[name]))["versions"]["v3"]

    assert object_files()[name]["alsoServedAs"] == [f"{stored.group}/{version[0]}"]
    assert list(differences(spec_of(ours), spec_of(version[1]), partial=False)) == []


CONFIGURATION = GroupKind("projectcalico.org", "BGPConfiguration")
PEER = GroupKind("projectcalico.org", "BGPPeer")
FELIX = GroupKind("projectcalico.org", "FelixConfiguration")
POOL = GroupKind("metallb.io", "IPAddressPool")
OLD_PEER = GroupKind("metallb.io", "BGPPeer")
STATE = GroupKind("metallb.io", "ConfigurationState")
APPLICATION = GroupKind("argoproj.io", "Application")

VERSION = ("spec", "versions", 0)
OBJECT = (*VERSION, "schema", "openAPIV3Schema", "properties")
SPEC = (*OBJECT, "spec")
FIELDS = (*SPEC, "properties")
RULE = (*SPEC, "x-kubernetes-validations", 0)
STRING = {"type": "string"}

MUTATIONS: Mapping[str, tuple[GroupKind, tuple[str | int, ...], object]] = {
    "another scope": (PEER, ("spec", "scope"), "Namespaced"),
    "another plural": (PEER, ("spec", "names", "plural"), "bgppeer"),
    "another list kind": (PEER, ("spec", "names", "listKind"), "BGPPeers"),
    "another version": (PEER, (*VERSION, "name"), "v4"),
    "a version not served": (OLD_PEER, (*VERSION, "served"), False),
    "another stored version": (OLD_PEER, (*VERSION, "storage"), True),
    "a version no longer deprecated": (OLD_PEER, (*VERSION, "deprecated"), GONE),
    "status no subresource": (POOL, (*VERSION, "subresources"), GONE),
    "status a subresource": (PEER, (*VERSION, "subresources"), {"status": {}}),
    "a field gone": (PEER, (*FIELDS, "ttlSecurity"), GONE),
    "a field too many": (PEER, (*FIELDS, "holdTime"), STRING),
    "another type": (PEER, (*FIELDS, "ttlSecurity", "type"), "string"),
    "another enum": (PEER, (*FIELDS, "nextHopMode", "enum", 1), "self"),
    "an enum gone": (PEER, (*FIELDS, "reversePeering", "enum"), GONE),
    "another format": (PEER, (*FIELDS, "asNumber", "format"), "int64"),
    "another length": (PEER, (*FIELDS, "peerIP", "maxLength"), 65),
    "nullable": (PEER, (*FIELDS, "peerIP", "nullable"), True),
    "a rule gone": (PEER, RULE, GONE),
    "another rule": (PEER, (*RULE, "rule"), "true"),
    "another reason": (PEER, (*RULE, "reason"), "FieldValueInvalid"),
    "another pattern": (CONFIGURATION, (*FIELDS, "logSeverityScreen", "pattern"), "^(?i)(Debug)?$"),
    "another default": (CONFIGURATION, (*FIELDS, "logSeverityScreen", "default"), "Debug"),
    "another list type": (CONFIGURATION, (*FIELDS, "communities", "x-kubernetes-list-type"), "set"),
    "another map type": (CONFIGURATION, (*FIELDS, "communities", "items", "x-kubernetes-map-type"), "granular"),
    "another bound": (CONFIGURATION, (*FIELDS, "listenPort", "maximum"), 65536),
    "a default of another type": (POOL, (*FIELDS, "autoAssign", "default"), 1),
    "a required field not so": (POOL, (*SPEC, "required"), GONE),
    "other list keys": (
        STATE,
        (*OBJECT, "status", "properties", "conditions", "x-kubernetes-list-map-keys"),
        ["reason"],
    ),
    "other map values": (FELIX, (*FIELDS, "bpfLogFilters", "additionalProperties", "type"), "integer"),
    "no longer int or string": (FELIX, (*FIELDS, "natPortRange", "x-kubernetes-int-or-string"), GONE),
    "unknown fields kept": (FELIX, (*FIELDS, "bpfLogFilters", "x-kubernetes-preserve-unknown-fields"), True),
    "another field in a partial file": (APPLICATION, (*FIELDS, "project", "type"), "object"),
    "a required field of a partial file": (APPLICATION, (*SPEC, "required"), ["project"]),
    "a field too many in a partial file": (APPLICATION, (*FIELDS, "projects"), STRING),
}


@pytest.mark.parametrize(("name", "place", "value"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_file_that_differs_in_one_place_is_found_out(
    name: GroupKind, place: tuple[str | int, ...], value: object
) -> None:
    file = object_files()[name]
    crd = custom_resource_definition(file)
    mutated = copy.deepcopy(crd)
    change(mutated, place, value)

    found = differences(structure(mutated), structure(crd), partial=file.get("partial", False))

    assert len(list(found)) >= 1


def test_a_partial_file_need_not_know_every_field() -> None:
    crd = custom_resource_definition(object_files()[APPLICATION])
    smaller = copy.deepcopy(crd)
    change(smaller, (*FIELDS, "info"), GONE)

    assert list(differences(structure(smaller), structure(crd), partial=True)) == []
    assert list(differences(structure(smaller), structure(crd), partial=False)) != []


def test_words_are_no_difference() -> None:
    crd = custom_resource_definition(object_files()[PEER])
    worded = copy.deepcopy(crd)
    change(worded, (*SPEC, "description"), "said otherwise")
    change(worded, (*RULE, "message"), "said otherwise")

    assert list(differences(structure(worded), structure(crd), partial=False)) == []


def test_a_difference_names_its_json_path_and_both_sides() -> None:
    crd = custom_resource_definition(object_files()[PEER])
    mutated = copy.deepcopy(crd)
    change(mutated, (*FIELDS, "ttlSecurity", "type"), "string")

    found = list(differences(structure(mutated), structure(crd), partial=False))

    path = "$.versions.v3.schema.properties.spec.properties.ttlSecurity.type"
    assert found == [f"{path}: 'string', but really 'integer'"]


def compared(file: Mapping[str, Any], real: Mapping[str, Any]) -> list[str]:
    ours = structure(custom_resource_definition(file))
    return list(differences(ours, structure(real), partial=file.get("partial", False)))


def spec_of(version: Mapping[str, Any]) -> Any:
    return version["schema"]["properties"]["spec"]


def change(document: Any, place: tuple[str | int, ...], value: object) -> None:
    """Set ``value`` at ``place``, or take away what stands there."""
    *parents, last = place
    for step in parents:
        document = document[step]
    if value is GONE:
        del document[last]
    else:
        document[last] = value
