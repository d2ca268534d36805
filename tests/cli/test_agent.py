"""``genlb agent``: one set of options for two daemons, help that says how it ends, and mistakes told once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from genlb.cli.main import run
from tests.agent.objects import agent_json

FAREWELL = {"sysctl": "--restore", "vip": "--cleanup"}
ROOT = Path(__file__).resolve().parents[2]


def helped(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """The help page."""
    assert run([*command, "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("daemon", FAREWELL)
def test_the_help_of_a_daemon_tells_its_options_its_exit_codes_and_examples(
    daemon: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = helped(capsys, "agent", daemon)

    offered = [line.split()[0] for line in page.splitlines() if line.startswith("  --")]
    assert offered == ["--config", "--once", "--dry-run", FAREWELL[daemon], "--log-format"]
    codes = page.partition("Exit codes:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in codes.splitlines()] == ["0", "1", "3"]
    assert page.count(f"genlb agent {daemon} --config ") == 3
    assert max(map(len, page.splitlines())) <= 80


@pytest.mark.parametrize("daemon", FAREWELL)
@pytest.mark.parametrize("flags", [(), ("--once",), ("--dry-run",), ("--once", "FAREWELL"), ("FAREWELL",)])
def test_a_file_that_cannot_be_used_is_one_line_with_file_key_and_cure(
    daemon: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "agent.json"
    file.write_text(agent_json(daemon, http={"addresses": ["Loopback"], "port": 70_000}))

    # A process of its own: without --once and --dry-run the command becomes the daemon.
    given = [FAREWELL[daemon] if flag == "FAREWELL" else flag for flag in flags]
    done = subprocess.run(
        [sys.executable, "-m", "genlb", "agent", daemon, f"--config={file}", *given],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"error: {file}: http.port: must be a port, 1 to 65535, not 70000; `genlb render` writes it for the release"
        " that agents.image names: render and apply it again\n"
    )


@pytest.mark.parametrize("daemon", FAREWELL)
def test_a_daemon_wants_its_file_and_knows_only_its_own_farewell(
    daemon: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (other,) = (flag for name, flag in FAREWELL.items() if name != daemon)

    assert run(["agent", daemon]) == 2
    assert "--config" in capsys.readouterr().err
    assert run(["agent", daemon, "--config", "agent.json", other]) == 2
    assert other in capsys.readouterr().err
