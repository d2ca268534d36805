"""What holds of every file in ``schemas/objects/`` on its own; its README says the same to people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from genlb.manifest.strict import object_file_name, strict_schema
from tests.contract.cel_rules import RULES
from tests.contract.formats import FORMATS
from tests.contract.object_files import FOLDER, GroupKind, object_files

# The order in which keywords stand in a file. genlb.manifest.strict reads them: a new one has to be looked at there.
KEYWORDS = (
    "x-genlb-since",
    "type",
    "x-kubernetes-int-or-string",
    "nullable",
    "format",
    "x-genlb-format-since",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "default",
    "x-genlb-default-since",
    "anyOf",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-map-type",
    "x-kubernetes-list-type",
    "x-genlb-list-type-since",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-validations",
    "required",
    "properties",
    "items",
    "additionalProperties",
)
KEYS = (
    "group",
    "kind",
    "listKind",
    "plural",
    "singular",
    "scope",
    "product",
    "release",
    "since",
    "alsoServedAs",
    "partial",
    "versions",
)
OPTIONAL_KEYS = {"since", "alsoServedAs", "partial"}
VERSION_KEYS = ("name", "served", "storage", "deprecated", "status", "schema")
RULE_KEYS = ("rule", "message", "reason", "x-genlb-since")
RELEASE = re.compile(r"\d+\.\d+\.\d+")

NAMES = list(object_files())
KINDS = {
    "BFDProfile.metallb.io",
    "BGPAdvertisement.metallb.io",
    "BGPConfiguration.projectcalico.org",
    "BGPFilter.projectcalico.org",
    "BGPPeer.metallb.io",
    "BGPPeer.projectcalico.org",
    "Application.argoproj.io",
    "Community.metallb.io",
    "ConfigurationState.metallb.io",
    "FelixConfiguration.projectcalico.org",
    "GitRepository.source.toolkit.fluxcd.io",
    "IPAddressPool.metallb.io",
    "IPPool.projectcalico.org",
    "IPReservation.projectcalico.org",
    "KubeControllersConfiguration.projectcalico.org",
    "Kustomization.kustomize.toolkit.fluxcd.io",
    "L2Advertisement.metallb.io",
    "ServiceBGPStatus.metallb.io",
    "ServiceL2Status.metallb.io",
}


def nodes(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema inside ``schema``, itself first, with its path."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from nodes(field, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from nodes(schema[key], f"{path}[]")
    for branch in schema.get("anyOf", ()):
        yield from nodes(branch, f"{path}|")


def all_nodes() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, file in object_files().items():
        for version in file["versions"]:
            yield from nodes(version["schema"], f"{name}/{version['name']}")


def in_order(keys: list[str], order: tuple[str, ...]) -> bool:
    return keys == [key for key in order if key in keys]


def test_there_is_a_file_for_every_kind_that_genlb_writes_or_compares() -> None:
    assert {str(name) for name in NAMES} == KINDS


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_a_file_is_named_by_group_and_kind(name: GroupKind) -> None:
    path = FOLDER / object_file_name(*name)

    assert json.loads(path.read_bytes()) == object_files()[name]


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_keys_stand_in_one_order(name: GroupKind) -> None:
    file = object_files()[name]

    assert list(file) == [key for key in KEYS if key in file or key not in OPTIONAL_KEYS]
    for version in file["versions"]:
        assert list(version) == [key for key in VERSION_KEYS if key in version or key != "deprecated"]


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_exactly_one_version_is_stored(name: GroupKind) -> None:
    assert [version["storage"] for version in object_files()[name]["versions"]].count(True) == 1


def test_a_schema_uses_known_keywords_in_one_order() -> None:
    assert [path for path, schema in all_nodes() if not in_order(list(schema), KEYWORDS)] == []


def test_every_schema_says_its_type() -> None:
    untyped = [
        path
        for path, schema in all_nodes()
        if "type" not in schema and not schema.keys() & {"x-kubernetes-int-or-string"}
    ]

    assert untyped == []


def test_required_fields_are_listed() -> None:
    unlisted = [
        path for path, schema in all_nodes() if not {*schema.get("required", ())} <= schema.get("properties", {}).keys()
    ]

    assert unlisted == []


def test_every_format_is_checked_in_these_tests() -> None:
    assert {schema["format"] for _, schema in all_nodes() if "format" in schema} <= FORMATS.checkers.keys()


def test_every_cel_rule_has_words_of_ours_and_is_checked_in_these_tests() -> None:
    rules = [(path, rule) for path, schema in all_nodes() for rule in schema.get("x-kubernetes-validations", ())]

    assert {rule["rule"] for _, rule in rules} == RULES.keys()
    assert [path for path, rule in rules if not (in_order(list(rule), RULE_KEYS) and rule["message"])] == []


def test_releases_are_written_in_three_numbers() -> None:
    releases = [file[key] for file in object_files().values() for key in ("release", "since") if key in file]
    for _, schema in all_nodes():
        releases += [schema[key] for key in schema if re.fullmatch(r"x-genlb-(\w+-)*since", key)]
        releases += [rule.get("x-genlb-since", "0.0.0") for rule in schema.get("x-kubernetes-validations", ())]

    assert [release for release in releases if not RELEASE.fullmatch(release)] == []


def test_a_default_cannot_be_older_than_its_field() -> None:
    older = [
        path
        for path, schema in all_nodes()
        if numbers(schema.get("x-genlb-default-since", "999.0.0")) < numbers(schema.get("x-genlb-since", "0.0.0"))
    ]

    assert older == []


def numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


@pytest.mark.parametrize(
    ("kind", "path", "keyword", "release"),
    [
        ("BGPConfiguration", "serviceLoadBalancerAggregation", "x-genlb-since", "3.31.0"),
        ("BGPConfiguration", "serviceLoadBalancerAggregation", "x-genlb-default-since", "3.31.0"),
        ("BGPConfiguration", "logSeverityScreen", "x-genlb-default-since", "3.32.0"),
        ("BGPConfiguration", "serviceLoadBalancerIPs", "x-genlb-list-type-since", "3.32.1"),
        ("BGPConfiguration", "serviceLoadBalancerIPs.cidr", "x-genlb-format-since", "3.32.0"),
        ("BGPConfiguration", "localWorkloadPeeringIPV6", "x-genlb-since", "3.30.0"),
        ("BGPConfiguration", "ignoredInterfaces", "x-genlb-since", "3.25.0"),
        ("BGPPeer", "filters", "x-genlb-since", "3.26.0"),
        ("BGPPeer", "localASNumber", "x-genlb-since", "3.31.0"),
        ("BGPPeer", "nextHopMode", "x-genlb-since", "3.31.0"),
        ("BGPPeer", "reversePeering", "x-genlb-since", "3.31.0"),
        ("BGPPeer", "keepaliveTime", "x-genlb-since", "3.32.0"),
        ("BGPFilter", "exportV6.source", "x-genlb-since", "3.27.0"),
        ("BGPFilter", "exportV4.prefixLength", "x-genlb-since", "3.29.0"),
        ("BGPFilter", "importV4.peerType", "x-genlb-since", "3.32.0"),
        ("IPPool", "assignmentMode", "x-genlb-since", "3.30.0"),
    ],
)
def test_calico_fields_are_as_old_as_its_releases_say(kind: str, path: str, keyword: str, release: str) -> None:
    assert spec_field(GroupKind("projectcalico.org", kind), "v3", path)[keyword] == release


@pytest.mark.parametrize(
    ("kind", "path", "version", "release"),
    [
        ("L2Advertisement", "serviceSelectors", "v1beta1", "0.16.0"),
        ("BGPAdvertisement", "serviceSelectors", "v1beta1", "0.16.0"),
        ("BGPPeer", "localASN", "v1beta2", "0.16.0"),
        ("IPAddressPool", "serviceAllocation", "v1beta1", "0.13.8"),
    ],
)
def test_metallb_fields_are_as_old_as_its_releases_say(kind: str, path: str, version: str, release: str) -> None:
    assert spec_field(GroupKind("metallb.io", kind), version, path)["x-genlb-since"] == release


@pytest.mark.parametrize(
    ("kind", "release"),
    [("ConfigurationState", "0.15.3"), ("ServiceBGPStatus", "0.15.0"), ("ServiceL2Status", "0.14.2")],
)
def test_younger_metallb_kinds_say_since_when_they_exist(kind: str, release: str) -> None:
    assert object_files()[GroupKind("metallb.io", kind)]["since"] == release


def spec_field(name: GroupKind, version: str, path: str) -> Mapping[str, Any]:
    (schema,) = [entry["schema"] for entry in object_files()[name]["versions"] if entry["name"] == version]
    schema = schema["properties"]["spec"]
    for step in path.split("."):
        schema = schema.get("items", schema)["properties"][step]
    found: Mapping[str, Any] = schema
    return found


def test_every_pattern_compiles_once_it_is_portable() -> None:
    for file in object_files().values():
        for version in file["versions"]:
            for _, schema in nodes_of_strict(strict_schema(file, version["name"])):
                re.compile(schema.get("pattern", ""))


def nodes_of_strict(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    closed = {key: value for key, value in schema.items() if value is not False}
    yield "", closed
    for child in [*closed.get("properties", {}).values(), closed.get("items"), closed.get("additionalProperties")]:
        if child:
            yield from nodes_of_strict(child)
