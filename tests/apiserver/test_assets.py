"""Where the programs of the tier come from, and what is said when one is missing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kube.assets import PROGRAMS, REPOSITORY, MissingError, api_server, asset

OLDER = "kube-apiserver-1.34"


@pytest.fixture(autouse=True)
def nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, and an empty folder of assets which is returned."""
    assets = tmp_path / "assets"
    assets.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    asset.cache_clear()
    yield assets
    asset.cache_clear()


@pytest.mark.parametrize("program", [*PROGRAMS, OLDER])
def test_the_build_script_knows_every_program(program: str) -> None:
    script = REPOSITORY / "scripts" / "kube-build.sh"

    found = subprocess.run([script, "--where", program], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stderr) == (1, "")  # known, and not there


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_missing_program_is_told_with_the_one_command_that_builds_all(program: str) -> None:
    with pytest.raises(MissingError, match=f"^{program} is missing: `make kube` builds it"):
        asset(program)


def test_a_missing_older_server_is_told_with_the_command_that_builds_it() -> None:
    with pytest.raises(MissingError, match=f"`scripts/kube-build.sh {OLDER}` builds it"):
        asset(OLDER)


def test_what_lies_in_kubebuilder_assets_is_taken(nothing_is_built: Path) -> None:
    theirs = nothing_is_built / "etcd"
    theirs.touch(mode=0o755)

    assert asset("etcd") == theirs


@pytest.mark.parametrize(("line", "server"), [("", "kube-apiserver"), ("1.34", OLDER)])
def test_the_environment_chooses_the_line_of_kubernetes(
    monkeypatch: pytest.MonkeyPatch, line: str, server: str
) -> None:
    monkeypatch.setenv("GENLB_KUBERNETES", line)

    assert api_server() == server
