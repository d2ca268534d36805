"""What is released: the wheel holds what genlb needs and nothing else, and works from an empty environment.

Nothing is fetched. The wheel is built by the backend of the development environment; the new environment then gets the
very distributions that the wheel declares, so that one it forgot to declare is missing there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str | Path, cwd: Path) -> str:
    """What a command prints; it must succeed, and takes nothing from this process's Python."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    variables |= {"PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=cwd, env=variables)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive of this checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    command(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("genlb-*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive as a packager would."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(source, filter="data")
    (unpacked,) = source.iterdir()
    command(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=unpacked)
    (built,) = folder.glob("genlb-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment that holds the wheel and what it declares."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    for needed in closure(wheel):
        link(needed, packages)
    pip = (sys.executable, "-m", "pip", "--python", python)
    command(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=folder)
    command(*pip, "check", cwd=folder)
    return folder / "bin"


def closure(wheel: Path) -> list[Distribution]:
    """The distributions that a wheel asks for, directly or not, as this environment has them."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        declared = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist", [])
    found: dict[str, Distribution] = {}
    waiting = list(declared)
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[requirement.name] = distribution(requirement.name)
        waiting.extend(found[requirement.name].requires or ())
    return list(found.values())


def link(needed: Distribution, packages: Path) -> None:
    """Show one distribution of this environment in another."""
    inside = (file for file in needed.files or () if file.parts[0] not in {"..", "__pycache__"})
    for name in {file.parts[0] for file in inside}:
        if not (packages / name).exists():
            (packages / name).symlink_to(str(needed.locate_file(name)))


def tracked(*folders: str) -> set[str]:
    """The files of the checkout below some folders."""
    listed = command("git", "ls-files", "--cached", "--others", "--exclude-standard", *folders, cwd=ROOT)
    return {name for name in listed.splitlines() if (ROOT / name).exists()}


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert held == tracked("genlb") | {f"genlb/_data/{name}" for name in tracked("schemas", "templates")}


def test_the_source_archive_holds_what_a_build_needs_and_no_cluster_or_test(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}

    extra = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert held == tracked("genlb", "schemas", "templates") | extra


def test_the_wheel_carries_the_licence_the_readme_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {name.partition(".dist-info/")[2]: archive.read(name) for name in archive.namelist()}

    assert texts["licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert (ROOT / "README.md").read_text() in texts["METADATA"].decode()
    assert b"genlb = genlb.__main__:main" in texts["entry_points.txt"]


def test_the_installed_command_says_the_version_of_the_wheel(installed: Path, wheel: Path, tmp_path: Path) -> None:
    version = wheel.name.split("-")[1]

    assert command(installed / "genlb", "--version", cwd=tmp_path) == f"genlb {version}\n"


def test_installed_data_is_found_from_any_folder(installed: Path, tmp_path: Path) -> None:
    objects = {Path(name).stem for name in tracked("schemas/objects/*.json")}
    ask = (
        "import sys; from genlb import resources as r;"
        " print(*r.names('schemas'), *r.names('templates'), *filter(r.object_schema, sys.argv[1:]))"
    )

    found = command(installed / "python", "-c", ask, *objects, cwd=tmp_path).split()

    schemas = {Path(name).name.removesuffix(".schema.json") for name in tracked("schemas/*.schema.json")}
    assert set(found) == schemas | objects | {name.removeprefix("templates/") for name in tracked("templates")}


def test_the_installed_command_renders_the_examples_as_they_are_committed(installed: Path, tmp_path: Path) -> None:
    repository = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "clusters", repository / "clusters", ignore=shutil.ignore_patterns("rendered"))

    command(installed / "genlb", "-C", repository, "validate", cwd=tmp_path)
    command(installed / "genlb", "-C", repository, "render", cwd=tmp_path)

    expected = {name: (ROOT / name).read_bytes() for name in tracked("clusters/*/rendered/*")}
    written = (path for path in repository.glob("clusters/*/rendered/**/*") if path.is_file())
    assert expected
    assert {path.relative_to(repository).as_posix(): path.read_bytes() for path in written} == expected
