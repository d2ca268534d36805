"""The import contracts of pyproject.toml: complete, and alive (each fails on a package made to break it)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

CORE = {"drift", "errors", "manifest", "network", "render", "report", "rules", "spec", "yamltext"}
"""What does no I/O, the packages to come included."""


def contracts() -> dict[str, dict[str, Any]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        configured = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract for contract in configured}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the copy of genlb in ``folder``."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def copy_of_genlb(folder: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Path(shutil.copytree(ROOT / "genlb", folder / "genlb", ignore=shutil.ignore_patterns("__pycache__")))


def test_every_package_of_the_core_is_kept_pure() -> None:
    present = {name for name in CORE if (ROOT / "genlb" / name).is_dir() or (ROOT / "genlb" / f"{name}.py").is_file()}

    kept = set(contracts()["pure"]["source_modules"])

    assert {f"genlb.{name}" for name in present} == {module for module in kept if module.count(".") == 1}
    assert {module.split(".")[1] for module in kept if module.count(".") > 1} == {"agent"}  # whose plans are pure


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param("spec/broken.py", "import genlb.render", "Imports point down", id="upwards"),
        pytest.param("render/broken.py", "import genlb.rules", "Imports point down", id="sideways"),
        pytest.param("unplaced.py", "", "Imports point down", id="a module without a layer"),
        pytest.param("network/broken.py", "import pathlib", "The core does no I/O", id="I/O"),
        pytest.param("rules/broken.py", "def f(): import click", "The core does no I/O", id="late import"),
        pytest.param("stores/broken.py", "import yaml", "YAML is read and written", id="a second YAML reader"),
        pytest.param("stores/broken.py", "import click", "Only the CLI knows click", id="click below the CLI"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    genlb = copy_of_genlb(tmp_path)
    (genlb / module).write_text(line + "\n")

    result = lint(tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    broken = [text for text in result.stdout.splitlines() if text.endswith("BROKEN")]
    assert any(text.startswith(contract) for text in broken), result.stdout
