"""The CRDs that are made from ``schemas/objects/`` are what an API server takes without a word, and serves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.object_files import GroupKind, custom_resource_definition, object_files
from tests.kube.client import ApiError
from tests.kube.control_plane import ControlPlane
from tests.kube.crds import KIND, VERSION, conditions

FILES = object_files()

UNKNOWN_FORMAT = r'299 - "unrecognized format \"cidr\""'
"""Calico's CRDs earn it as well. The server checks the format all the same: test_verdicts.py shows it."""


def definition(name: GroupKind) -> dict[str, Any]:
    return custom_resource_definition(FILES[name])


@pytest.mark.parametrize("name", FILES, ids=str)
def test_a_definition_is_established(control_plane_of_ours: ControlPlane, name: GroupKind) -> None:
    with control_plane_of_ours.isolated() as api:
        crd = api.get(VERSION, KIND, definition(name)["metadata"]["name"])

    found = conditions(crd)
    assert (found["Established"], found["NamesAccepted"]) == ("True", "True")
    assert found.keys() <= {"Established", "NamesAccepted"}  # NonStructuralSchema, Terminating
    (storage,) = [version["name"] for version in crd["spec"]["versions"] if version["storage"]]
    assert crd["status"]["storedVersions"] == [storage]


@pytest.mark.parametrize("name", FILES, ids=str)
def test_a_kind_is_served_in_every_version_that_its_file_serves(
    control_plane_of_ours: ControlPlane, name: GroupKind
) -> None:
    file: Mapping[str, Any] = FILES[name]
    with control_plane_of_ours.isolated() as api:
        for version in file["versions"]:
            if version["served"]:
                resource = api.resource(f"{name.group}/{version['name']}", name.kind)

                assert resource.plural == file["plural"]
                assert resource.namespaced == (file["scope"] == "Namespaced")
                assert api.list(f"{name.group}/{version['name']}", name.kind) == []
        deprecated = [
            version["name"] for version in file["versions"] if version["served"] and version.get("deprecated")
        ]
        assert len(api.warnings) == len(deprecated)


def test_no_definition_earns_a_warning_that_the_real_one_does_not(control_plane_of_ours: ControlPlane) -> None:
    with control_plane_of_ours.isolated() as api:
        for name in FILES:
            api.create(renamed(definition(name)), dry_run=True)

        assert {warning for _, warning in api.warnings} <= {UNKNOWN_FORMAT}


def renamed(crd: dict[str, Any]) -> dict[str, Any]:
    """The same definition under another group, so that it is new to the server."""
    group = crd["spec"]["group"]
    return {
        **crd,
        "metadata": {"name": f"{crd['spec']['names']['plural']}.again.{group}"},
        "spec": {**crd["spec"], "group": f"again.{group}"},
    }


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("type", None, "must not be empty"),
        ("pattern", "(", "error parsing regexp"),
        ("x-kubernetes-validations", [{"rule": "self.nobody == 1"}], "undefined field"),
        ("x-kubernetes-list-type", "map", "x-kubernetes-list-map-keys"),
    ],
)
def test_a_server_would_refuse_what_is_wrong(
    control_plane_of_ours: ControlPlane, field: str, value: Any, complaint: str
) -> None:
    crd = renamed(copy.deepcopy(definition(GroupKind("projectcalico.org", "BGPPeer"))))
    (version,) = crd["spec"]["versions"]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    place = {"x-kubernetes-list-type": "filters", "pattern": "peerIP"}.get(field)
    (spec["properties"][place] if place else spec)[field] = value

    with control_plane_of_ours.isolated() as api, pytest.raises(ApiError, match=complaint):
        api.create(crd, dry_run=True)
