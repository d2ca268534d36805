"""Packaged data is found, by name and by no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genlb import resources
from genlb.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


def test_every_schema_file_has_a_name_and_is_what_lies_there() -> None:
    files = {path.name.removesuffix(".schema.json"): path for path in (ROOT / "schemas").glob("*.schema.json")}

    assert tuple(sorted(files)) == resources.names("schemas")
    assert {"cluster", "profile", "fleet-defaults", "genlb", "agent-vip", "agent-sysctl"} <= set(files)
    for name, path in files.items():
        assert resources.schema(name) == json.loads(path.read_bytes())


def test_every_object_schema_is_there_under_its_stem() -> None:
    files = {path.stem: path for path in (ROOT / "schemas" / "objects").glob("*.json")}

    assert files
    assert {stem: resources.object_schema(stem) for stem in files} == {
        stem: json.loads(path.read_bytes()) for stem, path in files.items()
    }


@pytest.mark.parametrize("stem", ["", "v1_configmap", "../cluster.schema", "README"])
def test_a_kind_without_an_object_schema_has_none(stem: str) -> None:
    assert resources.object_schema(stem) is None


def test_every_template_has_a_name_and_is_given_byte_for_byte() -> None:
    top = ROOT / "templates"
    files = {path.relative_to(top).as_posix(): path for path in top.rglob("*") if path.is_file()}

    assert files
    assert tuple(sorted(files)) == resources.names("templates")
    for name, path in files.items():
        assert resources.template(name) == path.read_bytes()


@pytest.mark.parametrize(
    "name", ["", "clusters", "cluster.schema.json", "../schemas/cluster", "objects/x", "/etc/passwd"]
)
def test_an_unknown_schema_is_a_usage_error_that_names_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no schema .*; there are .*\bagent-vip\b"):
        resources.schema(name)


def test_a_file_is_read_once() -> None:
    assert resources.schema("agent-vip") is resources.schema("agent-vip")
