"""Streams, colours, signals and exit codes, asked of real processes."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from genlb.cli.console import ALWAYS, AUTO, NEVER, wants_colour
from tests.api.repositories import a_repository, a_spec, replace, write
from tests.cli.genlb import ROOT, Genlb, process

CLUSTER = "clusters/fra1-prod/cluster.yaml"


@pytest.fixture
def broken(repository: Path) -> Path:
    """A repository with one mistake."""
    replace(repository, CLUSTER, "asNumber: 64600", "asNumber: none")
    return repository


class TestColour:
    @pytest.mark.parametrize(
        ("choice", "environment", "terminal", "expected"),
        [
            (AUTO, {}, True, True),
            (AUTO, {}, False, False),
            (AUTO, {"TERM": "dumb"}, True, False),
            (AUTO, {"NO_COLOR": "1"}, True, False),
            (AUTO, {"NO_COLOR": ""}, True, True),
            (AUTO, {"FORCE_COLOR": "1"}, False, True),
            (AUTO, {"FORCE_COLOR": ""}, False, False),
            (AUTO, {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
            (AUTO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
            (ALWAYS, {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
            (NEVER, {"FORCE_COLOR": "1"}, True, False),
        ],
    )
    def test_option_then_no_color_then_force_color_then_terminal(
        self,
        choice: str,
        environment: dict[str, str],
        terminal: bool,  # noqa: FBT001 -- a table
        expected: bool,  # noqa: FBT001
    ) -> None:
        assert wants_colour(choice, environment, terminal=terminal) is expected

    def test_a_pipe_gets_none(self, broken: Path) -> None:
        done = process("validate", cwd=broken)

        assert done.returncode == 1
        assert "\x1b" not in done.stdout + done.stderr

    def test_one_can_ask_for_it(self, broken: Path) -> None:
        assert "\x1b[1;31merror[GLB104]\x1b[0m" in process("--color", "always", "validate", cwd=broken).stderr
        assert "\x1b[1;31m" in process("validate", cwd=broken, env={"FORCE_COLOR": "1"}).stderr

    def test_data_for_machines_has_none(self, broken: Path) -> None:
        done = process("--color", "always", "validate", "-o", "json", cwd=broken)

        assert "\x1b" not in done.stdout

    def test_a_terminal_gets_it(self, broken: Path) -> None:
        assert b"\x1b[1;31merror[GLB104]" in on_a_terminal(broken, "validate", TERM="xterm")
        assert b"\x1b[" not in on_a_terminal(broken, "validate", TERM="dumb")
        assert b"\x1b[" not in on_a_terminal(broken, "validate", TERM="xterm", NO_COLOR="1")


def on_a_terminal(cwd: Path, *arguments: str, **environment: str) -> bytes:
    """What genlb writes to stderr when that is a terminal."""
    leader, follower = pty.openpty()
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    for name in {"CI", "PRE_COMMIT"} - environment.keys():
        variables.pop(name, None)
    command = [sys.executable, "-m", "genlb", *arguments]
    with subprocess.Popen(command, cwd=cwd, env=variables, stdout=subprocess.DEVNULL, stderr=follower) as running:
        os.close(follower)
        written = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # Linux says EIO when the other end is closed
                break
            written += piece
        running.wait()
    os.close(leader)
    return written


class TestProgress:
    def test_a_terminal_sees_how_far_it_is_and_a_pipe_does_not(self, tmp_path: Path) -> None:
        names = [f"c{number:03}" for number in range(12)]
        root = a_repository(tmp_path, **{name: a_spec(name) for name in names})
        slow = "import genlb.cli.progress as p; p.PATIENCE = p._PAUSE = 0\nfrom genlb.__main__ import main; main()"
        hook = write(tmp_path, "hook/genlb_slow.py", slow)

        def run_slow(**environment: str) -> bytes:
            leader, follower = pty.openpty()
            command = [sys.executable, str(hook), "validate"]
            variables = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment
            for name in {"CI", "PRE_COMMIT"} - environment.keys():
                variables.pop(name, None)
            # Nobody reads until it ends: more than a terminal holds would keep it waiting, hence the timeout.
            subprocess.run(
                command, cwd=root, env=variables, stdout=subprocess.PIPE, stderr=follower, check=True, timeout=60
            )
            os.write(follower, b"END")
            written = b""
            while not written.endswith(b"END"):
                written += os.read(leader, 65536)
            os.close(follower)
            os.close(leader)
            return written

        assert b"\r\x1b[Kvalidating 11/12" in run_slow()
        assert run_slow().endswith(b"\r\x1b[KEND")
        assert run_slow(CI="1") == b"END"
        assert run_slow(PRE_COMMIT="1") == b"END"
        assert run_slow(TERM="dumb") == b"END"
        piped = subprocess.run(
            [sys.executable, str(hook), "validate"],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        )
        assert piped.stderr == b""


class TestStreams:
    def test_data_goes_to_stdout_and_diagnostics_to_stderr(self, broken: Path) -> None:
        done = process("validate", cwd=broken)

        assert done.stdout == "2 clusters · 1 error, 0 warnings\n"
        assert "error[GLB104]" in done.stderr

    @pytest.mark.parametrize(
        "locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
    )
    def test_it_speaks_utf_8_whatever_the_locale_says(self, repository: Path, locale: dict[str, str]) -> None:
        replace(repository, CLUSTER, "asNumber: 64600", "ásNumber: 64600")

        done = process("validate", cwd=repository, env=locale)

        assert done.returncode == 1
        assert "ásNumber" in done.stderr
        assert "2 clusters · " in done.stdout

    def test_a_folder_whose_name_is_no_utf_8_is_told_and_not_a_crash(self, repository: Path) -> None:
        (repository / "clusters" / os.fsdecode(b"\xff\x1b[2J")).mkdir()

        for arguments in (["validate"], ["validate", "-o", "json"]):
            done = process(*arguments, cwd=repository)

            assert done.returncode == 1
            assert "GLB106" in done.stdout + done.stderr
            assert "\x1b" not in done.stdout + done.stderr

    def test_a_reader_that_went_away_is_no_traceback(self, repository: Path) -> None:
        read, end = os.pipe()
        os.close(read)
        done = process("render", "--stdout", cwd=repository, stdout=end)
        os.close(end)

        assert done.returncode == 3
        assert done.stderr == ""

    def test_a_closed_stdout_is_an_error_and_no_traceback(self, repository: Path) -> None:
        command = f"exec {sys.executable} -m genlb show fra1-prod >&-"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=repository,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

        assert done.returncode == 3
        assert done.stderr == "error: the result cannot be written: stdout is closed\n"

    def test_closed_stderr_and_stdin_change_nothing(self, broken: Path) -> None:
        command = f"exec {sys.executable} -m genlb validate 2>&- <&-"
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(["sh", "-c", command], cwd=broken, env=environment, stdout=subprocess.PIPE, check=False)

        assert done.returncode == 1
        assert done.stdout.decode() == "2 clusters · 1 error, 0 warnings\n"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
    @pytest.mark.parametrize("arguments", [["version"], ["render", "--stdout"], ["validate", "-o", "json"]])
    def test_a_full_disk_is_an_error_said_once(self, repository: Path, arguments: list[str]) -> None:
        with open("/dev/full", "w") as full:  # noqa: PTH123 -- a device
            done = process(*arguments, cwd=repository, stdout=full)

        assert done.returncode == 3
        assert done.stderr == "error: the result cannot be written: No space left on device\n"


class TestInterrupt:
    def test_ctrl_c_is_130_with_one_line(self, repository: Path) -> None:
        started = write(repository, "started.py", _INTERRUPTED)
        running = subprocess.Popen(
            [sys.executable, str(started)],
            cwd=repository,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate()

        assert (running.returncode, out, err) == (130, "", "error: interrupted\n")

    def test_workers_are_quiet_and_gone_whether_they_work_or_wait(self, tmp_path: Path) -> None:
        names = [f"c{number:02}" for number in range(4)]
        root = a_repository(tmp_path / "fleet", **{name: a_spec(name) for name in names})
        running = subprocess.Popen(
            [sys.executable, str(write(tmp_path, "started.py", _INTERRUPTED_WORKERS))],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        time.sleep(0.5)  # meanwhile the other worker has nothing left to do
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate()

        assert (running.returncode, err) == (130, "error: interrupted\n")
        with pytest.raises(ProcessLookupError):
            os.killpg(running.pid, 0)


_INTERRUPTED = """
import time
from genlb.cli import main
from genlb.stores.repository import Repository

def load(self, name):
    print("ready", flush=True)
    time.sleep(60)

Repository.load = load
raise SystemExit(main.run(["validate"]))
"""

_INTERRUPTED_WORKERS = """
import multiprocessing, time
from genlb.cli import fleet, main

multiprocessing.set_start_method("fork")  # so that the workers know the function below
judge = fleet._judge_chunk

def slowly(root, today, names, selection):
    if "c00" in names:
        print("ready", flush=True)
        time.sleep(2)
    return judge(root, today, names, selection)

fleet._judge_chunk = slowly
raise SystemExit(main.run(["render", "-j", "2"]))
"""


class TestBugs:
    @pytest.fixture
    def buggy(self, genlb: Genlb, monkeypatch: pytest.MonkeyPatch) -> Genlb:
        def failing(*_: object, **__: object) -> None:
            raise ZeroDivisionError("division by zero")

        monkeypatch.setattr("genlb.api.clusters.judge", failing)
        return genlb

    def test_a_bug_is_70_and_one_line(self, buggy: Genlb) -> None:
        assert buggy("validate") == (
            70,
            "",
            "error: ZeroDivisionError: division by zero: this is a bug in genlb; --debug shows where\n",
        )

    def test_debug_shows_the_traceback(self, buggy: Genlb) -> None:
        done = buggy("--debug", "validate")

        assert done.code == 70
        assert "Traceback" in done.err
        assert "in failing" in done.err

    def test_json_is_a_document_all_the_same(self, buggy: Genlb) -> None:
        done = buggy("validate", "-o", "json")

        assert done.code == 70
        assert done.json["error"]["kind"] == "bug"

    @pytest.mark.parametrize("problem", [RecursionError(), MemoryError()])
    def test_deep_input_is_never_a_bare_traceback(
        self, genlb: Genlb, monkeypatch: pytest.MonkeyPatch, problem: Exception
    ) -> None:
        def failing(*_: object, **__: object) -> None:
            raise problem

        monkeypatch.setattr("genlb.api.clusters.judge", failing)

        assert genlb("validate").code == 70


class TestHostileInput:
    """Each of these is a whole ``cluster.yaml``: located messages, exit 1, nothing written, no traceback."""

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"\xff\xfe", id="no UTF-8"),
            pytest.param(b"\x00" * 10, id="NUL"),
            pytest.param(b"[" * 100_000, id="deep nesting"),
            pytest.param(
                b"a: &a [x]\nb: &b [*a, *a]\n"
                + b"".join(
                    f"c{n}: &c{n} [{', '.join([f'*c{n - 1}' if n else '*b'] * 9)}]\n".encode() for n in range(30)
                ),
                id="alias bomb",
            ),
            pytest.param(b"spec:\n\tbgp: 1\n", id="tab"),
            pytest.param(b"a: 1\na: 2\n", id="duplicate key"),
            pytest.param(b"--- a\n--- b\n", id="two documents"),
            pytest.param(b"!!python/object/apply:os.system ['touch owned']\n", id="tag"),
            pytest.param(b"<<: {a: 1}\n", id="merge key"),
            pytest.param(b"a: " + b"x" * (5 << 20), id="large"),
            pytest.param("\n".join(f"k{n}: [" for n in range(50)).encode(), id="unclosed"),
            pytest.param(a_spec("../../etc").encode(), id="path in the name"),
            pytest.param(a_spec("fra1-prod\x00").encode(), id="NUL in the name"),
            pytest.param(
                a_spec("fra1-prod", more="  profiles: [../../../etc/passwd]\n").encode(), id="path in a profile"
            ),
        ],
    )
    def test_it_ends_in_located_messages(self, genlb: Genlb, repository: Path, content: bytes) -> None:
        write(repository, CLUSTER, content)

        done = genlb("render")

        assert done.code == 1
        assert re.search(rf"^{re.escape(CLUSTER)}:\d+:\d+: error\[GLB\d+\]: ", done.err, re.MULTILINE)
        assert "bug" not in done.err
        assert len(done.err) < 20_000
        assert not list(repository.rglob("rendered"))
        assert not list(repository.rglob("owned"))
