"""The documents say what is there: commands, options, make targets, files and links."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt

from genlb.cli.main import COMMANDS, LazyGroup

ROOT = Path(__file__).resolve().parents[2]

TOP = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*TOP, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "templates" / "init" / "README.md"]

TO_COME = {"reconcile", "trace"}
"""Commands that are promised and not built yet; a test below says when one has to leave this list."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def commands(text: str) -> list[list[str]]:
    """The words of every ``genlb …`` that stands in backticks or behind a prompt."""
    inline = re.findall(r"`genlb ([^`]+)`", text)
    prompted = re.findall(r"(?m)^\$ genlb ([^#\n]+)", text)
    return [line.split() for line in (*inline, *prompted)]


def options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


@each_page
def test_every_command_and_option_that_is_named_is_there(page: Path) -> None:
    group = LazyGroup("genlb")
    for name, *words in commands(page.read_text("utf-8")):
        if name.startswith("-") or name in TO_COME:
            continue
        command = group.get_command(click.Context(group), name)
        assert command is not None, name
        named = {word.partition("=")[0].rstrip(",;.:)") for word in words if word.startswith("-") and word != "-"}
        assert isinstance(command, click.Group) or named <= options(command) | {"--help"}, (name, words)


def test_what_is_to_come_is_not_there_yet() -> None:
    assert not TO_COME & COMMANDS.keys()


def test_the_changelog_names_every_command() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert [name for name in COMMANDS if not re.search(rf"`(genlb )?{name}\b", text)] == []


@each_page
def test_every_make_target_that_is_named_is_there(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    named = re.findall(r"(?m)(?:`|^\$ )(?:[A-Z_]+=\S+ )*make ([a-z]+)", page.read_text("utf-8"))

    assert set(named) <= targets


@each_page
def test_every_link_leads_to_a_file(page: Path) -> None:
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    inline = (child for token in tokens for child in token.children or ())
    targets = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
    ours = (target.partition("#")[0] for target in targets if "://" not in target)

    assert [target for target in ours if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_every_path_of_the_maps_is_there(page: Path) -> None:
    folders = r"(?:genlb|tests|scripts|schemas|templates|docs|requirements)/"
    named = re.findall(rf"`({folders}[\w./*-]*)`", page.read_text("utf-8"))

    assert named
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []
