"""What editors get: derived schemas that are current, examples and defaults that are valid, modelines that work."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from genlb.resources import schema
from genlb.yamltext import read
from genlb.yamltext.node import plain
from tests.spec.judge import is_valid

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "cluster": [*ROOT.glob("clusters/[!_]*/cluster.yaml")],
    "profile": [*ROOT.glob("clusters/_profiles/*.yaml")],
    "fleet-defaults": [ROOT / "clusters/_defaults.yaml"],
}
NAMES = ["cluster-merged", "cluster", "profile", "fleet-defaults", "genlb"]


def test_derived_schemas_are_what_the_script_writes() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts/layer_schemas.py", "--check"], capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_defaults_are_valid(name: str) -> None:
    described = schema(name)
    definitions = {"definitions": described.get("definitions", {})}
    wrong = [
        f"{path}: {value!r}"
        for path, part in parts(described, "")
        for value in (*part.get("examples", []), *([part["default"]] if "default" in part else []))
        if not is_valid({**part, **definitions}, value)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_described_and_closed(name: str) -> None:
    open_ones = [
        path
        for path, part in parts(schema(name), "")
        if "properties" in part and part["additionalProperties"] is not False
    ]
    silent = [path for path, part in parts(schema(name), "") if "description" not in part and not path.endswith("[]")]

    assert (open_ones, silent) == ([], [])


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in FILES.items() for file in files], ids=str)
def test_no_example_file_is_red_in_an_editor(name: str, file: Path) -> None:
    root = read(file.read_bytes(), file.name).root

    assert root is not None
    assert is_valid(schema(name), plain(root))


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in FILES.items() for file in files], ids=str)
def test_modelines_lead_to_the_schema(name: str, file: Path) -> None:
    lines = [line for line in file.read_text("utf-8").splitlines() if line.startswith("# yaml-language-server:")]
    target = (file.parent / lines[0].partition("$schema=")[2]).resolve()

    assert target == ROOT / f"schemas/{name}.schema.json"
    assert json.loads(target.read_text("utf-8")) == schema(name)


def parts(described: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema of a value below ``described``."""
    for key, part in {**described.get("properties", {}), **described.get("definitions", {})}.items():
        yield f"{path}.{key}", part
        yield from parts(part, f"{path}.{key}")
    if "items" in described and "$ref" not in described["items"]:
        yield f"{path}[]", described["items"]
        yield from parts(described["items"], f"{path}[]")
