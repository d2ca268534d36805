"""`genlb schema`: the packaged schemas, as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genlb.api import schema_names
from tests.api.repositories import snapshot, write
from tests.cli.genlb import ROOT, Genlb


@pytest.mark.parametrize("name", ["cluster", "profile", "fleet-defaults", "genlb", "agent-vip", "agent-sysctl"])
def test_each_is_printed_as_it_lies_in_the_package(genlb: Genlb, name: str) -> None:
    done = genlb("schema", name)

    assert (done.code, done.err) == (0, "")
    assert done.json == json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    assert next(iter(done.json)) == "$schema"


def test_without_a_name_it_is_the_clusters(genlb: Genlb) -> None:
    assert genlb("schema").out == genlb("schema", "cluster").out


def test_out_writes_all_and_replaces_old_ones(genlb: Genlb, repository: Path) -> None:
    write(repository, "schemas/cluster.schema.json", "old")
    write(repository, "schemas/mine.json", "mine")

    done = genlb("schema", "--out", "schemas")

    assert done.code == 0
    names = [f"{name}.schema.json" for name in schema_names()]
    assert done.out.split() == [f"schemas/{name}" for name in names]
    assert sorted(snapshot(repository / "schemas")) == sorted([*names, "mine.json"])
    assert (repository / "schemas/cluster.schema.json").read_text() == genlb("schema", "cluster").out


def test_an_unknown_name_is_a_usage_error_that_lists_them(genlb: Genlb) -> None:
    done = genlb("schema", "../../etc/passwd")

    assert (done.code, done.out) == (2, "")
    assert "agent-sysctl, agent-vip, cluster" in done.err


def test_a_folder_that_cannot_be_written_is_undetermined(genlb: Genlb, repository: Path) -> None:
    write(repository, "file", "")

    assert genlb("schema", "--out", "file/schemas").code == 3
