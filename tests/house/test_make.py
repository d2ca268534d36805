"""The two commands and what stands around them: help, prerequisites, the environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kube.assets import PROGRAMS

ROOT = Path(__file__).resolve().parents[2]

TOOLS = ("awk", "cat", "cmp", "cp", "cut", "dirname", "git", "make", "mkdir", "rm", "sh", "uname")
"""What make and scripts/environment.sh run, Python apart."""

HIDES_ENSUREPIP = {"ensurepip.py": "raise ImportError('as on Debian without python3-venv')"}
IS_OLD = {"sitecustomize.py": "import sys; sys.version_info = (3, 9, 2, 'final', 0)"}


def tools(folder: Path, *names: str) -> Path:
    """A PATH folder that holds just these tools."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def python3(folder: Path, modules: dict[str, str]) -> None:
    """Put a ``python3`` into ``folder`` that sees these modules before the standard library's."""
    library = folder / "lib"
    library.mkdir()
    for name, text in modules.items():
        (library / name).write_text(text + "\n")
    start = folder / "python3"
    start.write_text(f'#!/bin/sh\nPYTHONPATH="{library}" exec "{sys.executable}" "$@"\n')
    start.chmod(0o755)


def make(path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in the checkout with nothing but ``path`` to find tools in."""
    variables = {"PATH": str(path), "HOME": str(path), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    command = [str(path / "make"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=variables)


def said(result: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines on stderr, make's own apart."""
    return [line for line in result.stderr.splitlines() if not line.startswith("make")]


def test_make_alone_lists_every_target_with_what_it_does(tmp_path: Path) -> None:
    targets = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    result = make(tools(tmp_path / "bin", *TOOLS))

    listed = dict(re.findall(r"^make (\S+) +(\S.*)$", result.stdout, re.MULTILINE))
    assert {"demo", "test", "lint", "bench", "kubectl", "clean", "lock", "help"} <= set(listed)
    assert set(targets) == set(listed)


def test_make_kube_builds_every_program_that_the_tests_start(tmp_path: Path) -> None:
    result = make(tools(tmp_path / "bin", *TOOLS), "--dry-run", "kube")

    assert set(PROGRAMS) <= set(result.stdout.split())


@pytest.mark.parametrize("target", ["demo", "test"])
def test_without_python_one_sentence_says_what_to_install(tmp_path: Path, target: str) -> None:
    result = make(tools(tmp_path / "bin", *TOOLS), target, f"VENV={tmp_path}/venv")

    (sentence,) = said(result)
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed and no Python 3 was found" in sentence
    assert "sudo apt install python3 python3-venv" in sentence


def test_an_older_python_is_named_and_not_used(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *TOOLS)
    python3(path, IS_OLD)

    result = make(path, "environment", f"VENV={tmp_path}/venv")

    (sentence,) = said(result)
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed and Python 3." in sentence
    assert not (tmp_path / "venv").exists()


def test_a_newer_python_beside_an_old_one_is_found(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *(tool for tool in TOOLS if tool != "git"))
    python3(path, IS_OLD)
    (path / "python3.12").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (path / "python3.12").chmod(0o755)

    result = make(path, "environment", f"VENV={tmp_path}/venv")

    (sentence,) = said(result)
    assert "git is missing" in sentence  # it came as far as the next check


def test_a_python_without_venv_gets_the_name_of_its_own_package(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *TOOLS)
    python3(path, HIDES_ENSUREPIP)

    result = make(path, "environment", f"VENV={tmp_path}/venv")

    (sentence,) = said(result)
    major, minor = sys.version_info[:2]
    assert result.returncode != 0
    assert f"sudo apt install python{major}.{minor}-venv" in sentence
    assert not (tmp_path / "venv").exists()


def test_without_git_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *(tool for tool in TOOLS if tool != "git"))
    python3(path, {})

    result = make(path, "environment", f"VENV={tmp_path}/venv")

    (sentence,) = said(result)
    assert result.returncode != 0
    assert "sudo apt install git" in sentence


def test_a_python_that_is_asked_for_and_not_there_is_said(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", *TOOLS)
    python3(path, {})

    result = make(path, "environment", f"VENV={tmp_path}/venv", "PYTHON=python3.99")

    (sentence,) = said(result)
    assert result.returncode != 0
    assert "PYTHON=python3.99 is not there" in sentence


MAKES_ENVIRONMENTS_AT_ONCE = """#!/bin/sh
# A Python that answers as the real one, but makes an environment without pip, in no time.
if [ "$1 $2" = "-m venv" ]; then
    rm -rf "$4"
    mkdir -p "$4/bin"
    printf '#!/bin/sh\\n' >"$4/bin/python"
    chmod +x "$4/bin/python"
else
    exec "{python}" "$@"
fi
"""


def test_the_environment_is_remade_when_the_lock_moved_on_and_only_then(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text(MAKES_ENVIRONMENTS_AT_ONCE.format(python=getattr(sys, "_base_executable", sys.executable)))
    python.chmod(0o755)
    lock, venv, moved = tmp_path / "lock.txt", tmp_path / "venv", tmp_path / "moved"

    def is_remade(venv: Path) -> bool:
        (venv / "mark").touch()
        command = [ROOT / "scripts" / "environment.sh", venv, lock]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHON": str(python)})
        return not (venv / "mark").exists()

    lock.write_text("one==1\n")
    venv.mkdir()

    assert is_remade(venv)  # made by somebody else
    assert not is_remade(venv)

    lock.write_text("one==2\n")

    assert is_remade(venv)
    assert not is_remade(venv)

    (venv / "genlb-stamp").unlink()  # as after an interruption

    assert is_remade(venv)

    venv.rename(moved)  # its scripts hold the old path

    assert is_remade(moved)


def test_the_demo_renders_every_example_in_a_copy_and_shows_what_came_out(tmp_path: Path) -> None:
    genlb = tmp_path / "genlb"
    genlb.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m genlb "$@"\n')
    genlb.chmod(0o755)
    demo = tmp_path / "demo"
    clusters = {path.parent.name for path in ROOT.glob("clusters/*/cluster.yaml")}

    result = subprocess.run(
        [ROOT / "scripts" / "demo.sh"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"GENLB": str(genlb), "DEMO": str(demo)},
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert {path.parent.parent.name for path in demo.glob("clusters/*/rendered/genlb.manifest.json")} == clusters
    for step in ("$ genlb validate", "$ genlb render --check", "The same bytes as in the repository"):
        assert step in result.stdout
    assert re.search(r"(?m)^kind: BGPConfiguration$", result.stdout)
    assert re.search(r"(?m)^# spec\.\S+: ", result.stdout)


def test_the_demo_fails_when_a_command_fails(tmp_path: Path) -> None:
    for number, failing in enumerate(("validate", "render", "show")):
        genlb = tmp_path / f"genlb-{failing}"
        genlb.write_text(f'#!/bin/sh\n[ "$3" != {failing} ] || exit 1\nexec "{sys.executable}" -m genlb "$@"\n')
        genlb.chmod(0o755)
        environment = os.environ | {"GENLB": str(genlb), "DEMO": str(tmp_path / f"demo-{number}")}

        result = subprocess.run([ROOT / "scripts" / "demo.sh"], capture_output=True, check=False, env=environment)

        assert result.returncode != 0, failing
