"""scripts/kube-build.sh: where programs lie and what is said when they cannot be built. Builds nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("cat", "chmod", "cut", "dirname", "find", "id", "mkdir", "mv", "sed", "sh", "sha256sum", "uname")

FAKE_GO = """#!/bin/sh
# `go build … -o FILE package` leaves a program, anything else a version
if [ "$1" = build ]; then
    while [ "$1" != -o ]; do shift; done
    echo "#!/bin/sh" >"$2"
    chmod +x "$2"
else
    echo v1.37.2
fi
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The script and the pins, and a ``bin`` that holds all the script needs but no Go."""
    for made in ("bin", "scripts"):
        (tmp_path / made).mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (tmp_path / "bin" / name).symlink_to(found)
    shutil.copy(ROOT / "scripts" / "kube-build.sh", tmp_path / "scripts")
    shutil.copytree(ROOT / "tests" / "kube", tmp_path / "tests" / "kube")
    return tmp_path


def kube_build(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script of ``checkout``, which is also its home unless another is given."""
    variables = {"PATH": str(checkout / "bin"), "HOME": str(checkout), "TMPDIR": str(checkout)} | environment
    command = [str(checkout / "scripts" / "kube-build.sh"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=variables)


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_missing_go_is_said_with_what_to_install(checkout: Path) -> None:
    result = kube_build(checkout, "kubectl")

    assert result.returncode == 1
    assert re.fullmatch(r"genlb: go is missing: install Go 1\.\d+\.\d+ or newer .*\n", result.stderr)


def test_a_go_that_is_too_old_is_said_with_its_version(checkout: Path) -> None:
    old = '#!/bin/sh\n[ "$1" = version ] && echo "go version go1.19.8 linux/amd64" && exit\nexit 1\n'
    program(checkout / "bin" / "go", old)

    result = kube_build(checkout, "kubectl")

    assert result.returncode == 1
    assert "genlb: go1.19.8 is too old: install Go" in result.stderr


def test_where_finds_nothing_and_builds_nothing_in_an_empty_cache(checkout: Path) -> None:
    result = kube_build(checkout, "--where", "kubectl")

    assert (result.returncode, result.stdout, result.stderr) == (1, "", "")


@pytest.mark.parametrize(
    ("variables", "cache"),
    [
        pytest.param({"HOME": "{}/home"}, "home/.cache/genlb", id="a home"),
        pytest.param({"HOME": "{}/home", "XDG_CACHE_HOME": "{}/xdg"}, "xdg/genlb", id="XDG_CACHE_HOME"),
        pytest.param({"HOME": ""}, f"genlb-{os.getuid()}", id="no home"),
    ],
)
def test_what_was_built_is_found_again_in_the_users_cache(
    checkout: Path, variables: dict[str, str], cache: str
) -> None:
    environment = {name: value.format(checkout) for name, value in variables.items()}
    program(checkout / "bin" / "go", FAKE_GO)

    built = kube_build(checkout, "kubectl", **environment)

    place = Path(built.stdout.strip())
    assert re.fullmatch(rf"{cache}/kube/kubernetes-[0-9a-f]{{16}}-\w+/kubectl", str(place.relative_to(checkout)))
    assert list(place.parent.iterdir()) == [place]
    assert kube_build(checkout, "--where", "kubectl", **environment).stdout == built.stdout


def test_another_pin_is_another_build(checkout: Path) -> None:
    program(checkout / "bin" / "go", FAKE_GO)
    first = kube_build(checkout, "kubectl").stdout
    with (checkout / "tests" / "kube" / "kubernetes" / "go.sum").open("a") as file:
        file.write("example.org/module v1.0.0 h1:x\n")

    second = kube_build(checkout, "kubectl").stdout

    assert first
    assert second
    assert first != second


def test_a_binary_in_kubebuilder_assets_wins(checkout: Path) -> None:
    theirs = program(checkout / "assets" / "kubectl")

    result = kube_build(checkout, "kubectl", KUBEBUILDER_ASSETS=str(theirs.parent))

    assert result.stdout == f"{theirs}\n"


def test_kubebuilder_assets_without_the_binary_do_not_hide_the_cache(checkout: Path) -> None:
    program(checkout / "bin" / "go", FAKE_GO)
    built = kube_build(checkout, "kubectl").stdout

    found = kube_build(checkout, "--where", "kubectl", KUBEBUILDER_ASSETS=str(checkout)).stdout

    assert built
    assert found == built


def test_an_unknown_program_is_refused(checkout: Path) -> None:
    result = kube_build(checkout, "kubelet")

    assert result.returncode == 1
    assert "kubelet is not among the programs" in result.stderr
