"""What genlb depends on: declared, bounded, locked, and nothing that is not used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("runtime", "dev", "tools")

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\]+)? \\$", re.MULTILINE)


def declared() -> dict[str, Requirement]:
    """The dependencies in pyproject.toml by name."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        requirements = map(Requirement, tomllib.load(file)["project"]["dependencies"])
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def locked(name: str) -> dict[str, str]:
    """The versions that ``requirements/<name>.txt`` pins."""
    pins = PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text())
    return {canonicalize_name(package): version for package, version in pins}


def imported() -> set[str]:
    """The top-level names that genlb imports, here or late, that are neither its own nor the standard library's."""
    names = set()
    for path in (ROOT / "genlb").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"genlb"}


def test_what_is_declared_is_what_is_imported() -> None:
    distributions = packages_distributions()

    used = {canonicalize_name(name) for module in imported() for name in distributions.get(module, [module])}

    assert used == set(declared())


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    for requirement in declared().values():
        assert sorted(part.operator for part in requirement.specifier) == ["<", ">="], str(requirement)


def test_the_locked_versions_lie_inside_the_bounds() -> None:
    runtime = locked("runtime")

    for name, requirement in declared().items():
        assert requirement.specifier.contains(runtime[name]), name


def test_tests_run_with_the_very_versions_that_are_released() -> None:
    assert locked("runtime").items() <= locked("dev").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()

    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]

    assert len(blocks) == len(locked(name)) > 0
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", ["dev", "tools"])
def test_what_is_asked_for_is_locked(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.in").read_text()
    asked = {canonicalize_name(line.split("#")[0].strip()) for line in text.splitlines() if line.split("#")[0].strip()}

    assert asked <= set(locked(name))
