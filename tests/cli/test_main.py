"""The group of commands: help, lazy loading, completion, version."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from genlb import __version__
from genlb.cli.main import COMMANDS, cli, run, wants_json
from tests.cli.genlb import ROOT, Genlb, process

CLI = ROOT / "genlb" / "cli"


def loaded(code: str) -> set[str]:
    """Modules of genlb that a fresh Python has loaded after ``code``."""
    tail = "\nimport sys; sys.stdout.write('\\n' + ' '.join(m for m in sys.modules if m.startswith('genlb')))"
    done = subprocess.run([sys.executable, "-c", code + tail], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-1].split())


def test_help_lists_every_command_without_loading_one() -> None:
    modules = loaded("from genlb.cli.main import run; run(['--help'])")

    assert not {f"genlb.cli.{name}" for name in COMMANDS} & modules
    assert "genlb.api" not in modules


def test_the_table_says_what_each_command_says_of_itself_is_there() -> None:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0

    out = capsys.readouterr().out
    assert out.startswith(f"Usage: genlb {name} ")
    assert f"Examples:\n    genlb {name}" in out or f'Examples:\n    eval "$(genlb {name}' in out
    assert "\b" not in out
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("argument", ["-h", "--help"])
def test_help_goes_to_stdout(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([argument]) == 0

    out, err = capsys.readouterr()
    assert out.startswith("Usage: genlb ")
    assert err == ""
    for name, told in COMMANDS.items():
        assert name in out
        assert told.split()[0] in out


def test_without_a_command_the_help_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: genlb ")


def test_a_group_without_its_command_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agent"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("Usage:") == 1
    assert err.endswith("\nerror: Missing command.\n")


def test_an_unknown_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rendr"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert "error: there is no command 'rendr'; did you mean 'render'?" in err


@pytest.mark.parametrize(
    ("option", "command"), [("-q", "genlb -q version"), ("-v", "genlb -v version"), ("-C", "genlb -C DIR version")]
)
def test_a_global_option_behind_the_command_is_told_its_place(
    option: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["version", option]) == 2

    assert f"before the command: {command} …" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_version(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0

    assert capsys.readouterr().out == f"genlb {__version__}\n"


def test_version_as_json(genlb: Genlb) -> None:
    assert genlb("version", "-o", "json").json == {"schemaVersion": 1, "version": __version__}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["validate", "-o", "json"], True),
        (["validate", "-ojson"], True),
        (["validate", "--output=json"], True),
        (["validate", "--output", "json"], True),
        (["validate", "-o", "text"], False),
        (["validate", "json"], False),
        ([], False),
        (["-o"], False),
    ],
)
def test_whether_json_is_wanted_shows_before_the_line_is_understood(arguments: list[str], *, expected: bool) -> None:
    assert wants_json(arguments) is expected


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_a_script_is_printed(self, genlb: Genlb, shell: str) -> None:
        done = genlb("completion", shell)

        assert (done.code, done.err) == (0, "")
        assert f"_GENLB_COMPLETE={shell}_complete" in done.out

    def test_bash_takes_it(self, genlb: Genlb) -> None:
        script = genlb("completion", "bash").out

        subprocess.run(["bash", "-n"], input=script, text=True, check=True)

    def test_an_unknown_shell_is_a_usage_error(self, genlb: Genlb) -> None:
        assert genlb("completion", "tcsh").code == 2

    def completed(self, cwd: Path, *words: str) -> list[str]:
        """What a shell is offered for the last of ``words``."""
        line = " ".join(["genlb", *words])
        environment = {"_GENLB_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
        done = process(cwd=cwd, env=environment)
        assert done.stderr == ""
        return [answer.partition(",")[2] for answer in done.stdout.split()]

    def test_commands(self, repository: Path) -> None:
        assert self.completed(repository, "ver") == ["version"]
        assert self.completed(repository, "") == list(COMMANDS)

    def test_names_of_clusters(self, repository: Path) -> None:
        assert self.completed(repository, "render", "f") == ["fra1-prod"]
        assert self.completed(repository, "show", "") == ["ams1", "fra1-prod"]
        assert self.completed(repository, "new", "x", "--from", "a") == ["ams1"]
        assert self.completed(repository.parent, "-C", "lb", "validate", "a") == ["ams1"]

    def test_topics_and_schemas(self, repository: Path) -> None:
        assert self.completed(repository, "explain", "pools.avoid") == ["pools.avoidBuggyIPs"]
        assert self.completed(repository, "explain", "spec.kubeProxy.mo") == ["spec.kubeProxy.mode"]
        assert "GLB211" in self.completed(repository, "explain", "GLB2")
        assert self.completed(repository, "schema", "agent") == ["agent-sysctl", "agent-vip"]

    def test_outside_a_repository_nothing_is_offered_and_nothing_said(self, tmp_path: Path) -> None:
        assert self.completed(tmp_path, "render", "f") == []

    def test_completing_a_command_loads_no_spec(self) -> None:
        code = (
            "import os\n"
            "os.environ |= {'_GENLB_COMPLETE': 'bash_complete', 'COMP_WORDS': 'genlb v', 'COMP_CWORD': '1'}\n"
            "from genlb.cli.main import run; run([])"
        )

        assert not [name for name in loaded(code) if name.startswith(("genlb.spec", "genlb.api"))]


class TestImports:
    """What one command costs to load; whole budgets are in benchmarks/."""

    HEAVY = ("jsonschema", "kubernetes", "git", "deepdiff", "logging", "asyncio", "concurrent", "subprocess", "pathlib")

    def imported(self, root: Path, *arguments: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "genlb", *arguments],
            cwd=root,
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}

    @pytest.mark.parametrize("arguments", [["validate"], ["render"], ["render", "--check"], ["show", "ams1"]])
    def test_valid_specs_load_nothing_heavy(self, repository: Path, arguments: list[str]) -> None:
        if arguments[-1] == "--check":
            self.imported(repository, "render")

        assert not self.imported(repository, *arguments) & set(self.HEAVY)
