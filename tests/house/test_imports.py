"""What starting genlb loads: nothing that the command does not need.

Asked of a fresh process each time, since this one has everything loaded.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

VERSION = "import sys; sys.argv = ['genlb', '--version']; from genlb.__main__ import main; main(); "
MODULES = "print(*sorted(sys.modules))"

NEVER_FOR_SPECS = {"deepdiff", "git", "kubernetes"}
NEVER_FOR_RENDER = NEVER_FOR_SPECS | {"jsonschema", "jsonschema_rs", "referencing"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in the checkout."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)


def loaded_by(*arguments: str) -> set[str]:
    """Every module that ``genlb <arguments>`` loads, workers that it forks included."""
    result = run("-X", "importtime", "-m", "genlb", *arguments)

    assert result.returncode == 0, result.stdout + result.stderr
    reports = (line for line in result.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in reports}


def packages(modules: set[str]) -> set[str]:
    """The top-level names of modules."""
    return {module.partition(".")[0] for module in modules}


def test_version_is_answered_before_anything_but_genlb_itself_is_loaded() -> None:
    bare = run("-c", "import sys; " + MODULES).stdout.split()
    answer, modules = run("-c", VERSION + MODULES).stdout.splitlines()

    assert answer == "genlb 0.1.0"
    assert set(modules.split()) - set(bare) == {"__future__", "genlb", "genlb.__main__"}


def test_version_is_the_same_as_a_module_and_as_a_command() -> None:
    command = Path(sys.executable).with_name("genlb")
    if not command.exists():
        pytest.skip("genlb is not installed beside this Python: `make environment` does that")

    as_command = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)

    assert run("-m", "genlb", "--version").stdout == as_command.stdout == "genlb 0.1.0\n"


def test_render_of_valid_specs_loads_no_validator_client_or_differ(tmp_path: Path) -> None:
    loaded = loaded_by("render", "--out", str(tmp_path / "out"))

    assert "genlb.render" in loaded
    assert packages(loaded) & NEVER_FOR_RENDER == set()


def test_validate_loads_no_client_or_differ() -> None:
    loaded = loaded_by("validate")

    assert "genlb.spec" in loaded
    assert packages(loaded) & NEVER_FOR_SPECS == set()
