"""Workflows and hooks: pinned, least privilege, and calling commands that there are."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from genlb import __version__
from tests.conftest import TIERS

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_say_their_version(workflow: Path) -> None:
    used = re.findall(r"uses: (.+)", workflow.read_text())

    assert used
    for action in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_job_may_do_only_what_it_asks_for_itself(workflow: Path) -> None:
    parsed = load(workflow)

    assert parsed["permissions"] == {}
    assert all("permissions" in job for job in parsed["jobs"].values())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_nothing_a_stranger_can_name_is_put_into_a_shell(workflow: Path) -> None:
    scripts = [step["run"] for job in load(workflow)["jobs"].values() for step in job["steps"] if "run" in step]

    assert [script for script in scripts if "${{" in script] == []


def test_the_workflow_tests_every_python_that_is_promised() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        classifiers = tomllib.load(file)["project"]["classifiers"]

    promised = re.findall(r"Python :: (3\.\d+)\b", "\n".join(classifiers))

    assert load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"] == promised


@pytest.mark.parametrize("workflow", ["ci.yml", "nightly.yml", "release.yml"])
def test_where_the_control_plane_is_tested_its_needs_are_installed_first(workflow: str) -> None:
    steps = [
        step.get("run", "")
        for job in load(ROOT / ".github" / "workflows" / workflow)["jobs"].values()
        for step in job["steps"]
    ]
    tests = next(number for number, run in enumerate(steps) if run in {".ci/run", "make nightly"})
    before = "\n".join(steps[:tests])

    for need in ("iptables", "nftables", "kernel.apparmor_restrict_unprivileged_userns=0"):
        assert need in before


def test_what_is_built_once_is_kept_until_a_pin_changes() -> None:
    for workflow in ("ci.yml", "nightly.yml"):
        for job in load(ROOT / ".github" / "workflows" / workflow)["jobs"].values():
            (cache,) = (step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/cache@"))

            assert cache["path"] == "~/.cache/genlb/kube"
            assert "hashFiles('tests/kube/*/go.mod', 'tests/kube/*/go.sum')" in cache["key"]


def test_no_tier_is_lost_in_ci() -> None:
    job = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["every-tier"]

    assert set(job["env"]["GENLB_REQUIRE"].split(",")) == TIERS


def test_the_night_runs_what_the_makefile_calls_nightly() -> None:
    nightly = load(ROOT / ".github" / "workflows" / "nightly.yml")

    assert nightly[True]["schedule"]  # YAML 1.1 takes the key "on" for true
    assert re.search(r"(?m)^nightly:", (ROOT / "Makefile").read_text())


def test_users_get_hooks_that_validate_and_render_the_whole_repository_once() -> None:
    hooks = {hook["id"]: hook for hook in load(ROOT / ".pre-commit-hooks.yaml")}

    assert {name: hook["entry"] for name, hook in hooks.items()} == {
        "genlb-validate": "genlb validate",
        "genlb-render": "genlb render",
    }
    for hook in hooks.values():
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False
        assert hook["require_serial"] is True
        for name in ("clusters/fra1-prod/cluster.yaml", "clusters/_profiles/edge.yml", "genlb.yaml"):
            assert re.search(hook["files"], name)
        assert not re.search(hook["files"], "docs/clusters/x.yaml")


def test_ci_asks_for_no_input_and_hands_over_to_make_test() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert script.rstrip().endswith("exec make test")
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_whole(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)

    assert os.access(script, os.X_OK)
    assert "set -eu" in script.read_text()


def test_the_changelog_tells_of_this_version_or_of_what_comes() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert re.search(rf"(?m)^## \[(Unreleased|{re.escape(__version__)})\]", changelog)
