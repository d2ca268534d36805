"""What the rendered DaemonSets start is what the image has: its entry point, its commands, its flags."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from genlb.cli.agent import command as agent
from genlb.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
RENDERED = sorted(ROOT.glob("clusters/*/rendered/node/daemonset-genlb-*.yaml"))
SKELETONS = sorted((ROOT / "templates").glob("daemonset-*.yaml"))
DOCUMENTS = RENDERED + SKELETONS
FAREWELL = {"sysctl": "--restore", "vip": "--cleanup"}
"""What render adds where the spec says Cleanup (DESIGN §8)."""


def container(path: Path) -> Any:
    """The only container of a DaemonSet."""
    (found,) = yaml.safe_load(path.read_text())["spec"]["template"]["spec"]["containers"]
    return found


def containerfile(instruction: str) -> list[str]:
    """What stands behind an instruction of the last stage."""
    last = re.split(r"(?m)^FROM ", (ROOT / "deploy" / "Containerfile").read_text())[-1]
    return re.findall(rf"(?m)^{instruction} (.+)$", last)


def parsed(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """The daemon and the options that the real command line takes from ``arguments``; it must leave nothing over."""
    group, name, *rest = arguments
    context = click.Context(cli)
    assert cli.get_command(context, group) is agent
    daemon = agent.get_command(context, name)
    assert daemon is not None, name
    taken = daemon.make_context(name, list(rest), parent=context)
    return name, taken.params


def test_there_are_daemon_sets_of_both_daemons() -> None:
    assert {path.stem.removeprefix("daemonset-") for path in SKELETONS} == set(FAREWELL)
    assert {path.stem.removeprefix("daemonset-genlb-") for path in RENDERED} == set(FAREWELL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_daemon_set_starts_the_entry_point_with_arguments_that_the_command_takes(path: Path) -> None:
    started = container(path)

    (entry_point,) = containerfile("ENTRYPOINT")
    assert started["command"] == json.loads(entry_point) == ["genlb"]
    name, options = parsed(started["args"])
    assert name == started["name"] == path.stem.removeprefix("daemonset-").removeprefix("genlb-")
    mounts = {mount["name"]: mount["mountPath"] for mount in started["volumeMounts"]}
    assert options["config"] == f"{mounts['config']}/agent.json"
    assert not options["once"]
    assert not options["dry_run"]


@pytest.mark.parametrize(("name", "farewell"), FAREWELL.items())
def test_the_flag_that_takes_a_daemon_away_is_one_of_its_command(name: str, farewell: str) -> None:
    _, options = parsed(["agent", name, "--config", "/etc/genlb/agent.json", farewell])

    assert options[farewell.removeprefix("--")] is True


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_image_is_nobody_and_every_daemon_set_says_what_it_needs_more(path: Path) -> None:
    context = container(path)["securityContext"]

    assert containerfile("USER") == ["65532:65532"]
    assert context["runAsUser"] == 0
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"]["drop"] == ["ALL"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_place_that_a_daemon_set_mounts_is_there_in_a_root_that_is_read_only(path: Path) -> None:
    collected = (ROOT / "deploy" / "collect.py").read_text()

    for mount in container(path)["volumeMounts"]:
        assert f'"{mount["mountPath"].removeprefix("/")}"' in collected
