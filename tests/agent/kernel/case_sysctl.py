"""The sysctl daemon as its DaemonSet starts it, on a real kernel: run inside namespaces of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.agent import waiting
from tests.agent.objects import agent_json
from tests.builders import a_full_cluster

SYS = Path("/proc/sys/net/ipv4")
ALL, BOND, HASH = "conf/all/rp_filter", "conf/bond0/rp_filter", "fib_multipath_hash_policy"
DROP_IN = Path("/etc/sysctl.d/99-genlb.conf")
PATIENCE = 30.0
READ_ONLY = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"'


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def get(path: str) -> str:
    return (SYS / path).read_text().strip()


def wait(condition: Callable[[], bool]) -> float:
    """Seconds until ``condition``."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.005)
    return time.monotonic() - began


def ask(page: str) -> tuple[int, str]:
    return waiting.ask(19471, page)


@pytest.fixture(autouse=True)
def _node(tmp_path: Path) -> Iterator[None]:
    """A node with an own /etc/sysctl.d and /var/lib, and without the bond."""
    for folder in ("/etc/sysctl.d", "/var/lib"):
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    ip("link", "set", "lo", "up")
    for path, value in ((ALL, "0"), (HASH, "0"), ("conf/default/rp_filter", "1")):
        (SYS / path).write_text(value)
    yield
    subprocess.run(["ip", "link", "del", "bond0"], check=False, capture_output=True)
    for folder in ("/etc/sysctl.d", "/var/lib"):
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The rendered command line; the file stands elsewhere than in the pod."""
    file = tmp_path / "agent.json"
    file.write_text(agent_json("sysctl", a_full_cluster()))
    return [sys.executable, "-m", "genlb", "agent", "sysctl", "--config", str(file)]


@pytest.fixture
def daemon(command: list[str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "log").open("wb") as log, subprocess.Popen([*command, "--log-format=json"], stderr=log) as process:
        wait(lambda: ask("/readyz")[0] == 200)
        yield process
        process.kill()


def add_bond() -> None:
    ip("link", "add", "bond0", "type", "veth", "peer", "name", "bond0p")


def test_a_new_interface_has_its_value_within_a_second(daemon: subprocess.Popen[bytes]) -> None:
    add_bond()

    assert wait(lambda: get(BOND) == "2") < 1


def test_an_interface_that_was_renamed_has_its_value_within_a_second(daemon: subprocess.Popen[bytes]) -> None:
    ip("link", "add", "eth7", "type", "veth", "peer", "name", "bond0p")
    ip("link", "set", "eth7", "name", "bond0")

    assert wait(lambda: get(BOND) == "2") < 1


def test_what_udev_writes_after_us_is_corrected_without_waiting_for_the_interval(
    daemon: subprocess.Popen[bytes],
) -> None:
    add_bond()
    wait(lambda: get(BOND) == "2")
    (SYS / BOND).write_text("1")

    assert wait(lambda: get(BOND) == "2") < 10
    assert f'genlb_sysctl_corrections_total{{path="net/ipv4/{BOND}"}} 1' in ask("/metrics")[1].splitlines()


def test_the_daemon_does_not_carry_the_command_line_along(daemon: subprocess.Popen[bytes]) -> None:
    assert b"genlb.agent.process" in Path(f"/proc/{daemon.pid}/cmdline").read_bytes()


def test_sigterm_ends_it_at_once_and_the_values_stay(daemon: subprocess.Popen[bytes], tmp_path: Path) -> None:
    daemon.send_signal(signal.SIGTERM)

    assert daemon.wait(PATIENCE) == 0
    assert (get(ALL), get(HASH), DROP_IN.exists()) == ("2", "1", True)
    log = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert log[-1]["message"] == "stopped, the values stay"


def test_kill_9_and_restore_leave_nothing_behind(daemon: subprocess.Popen[bytes], command: list[str]) -> None:
    add_bond()
    wait(lambda: get(BOND) == "2")
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.wait(PATIENCE)

    subprocess.run([*command, "--once", "--restore"], check=True)

    assert (get(ALL), get(BOND), get(HASH)) == ("0", "1", "0")
    assert not DROP_IN.exists()
    assert [*Path("/var/lib/genlb").iterdir()] == []


def test_a_second_daemon_on_the_node_ends_and_says_why(daemon: subprocess.Popen[bytes], command: list[str]) -> None:
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)

    assert second.returncode == 3
    assert "another daemon runs on this node" in second.stderr


def test_a_read_only_proc_sys_is_reported_and_not_fatal(command: list[str]) -> None:
    once = subprocess.run(
        ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", *command, "--once"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert once.returncode == 1, once.stderr
    assert f"net/ipv4/{ALL}: read-only: the container is not privileged" in once.stdout
    assert get(ALL) == "0"


def test_on_a_read_only_proc_sys_the_daemon_goes_on_and_says_so(command: list[str], tmp_path: Path) -> None:
    start = ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", *command, "--log-format=json"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(start, stderr=log) as process:
        try:
            wait(lambda: ask("/healthz")[0] == 200)
            status, told = ask("/readyz")
            process.send_signal(signal.SIGTERM)
            ended = process.wait(PATIENCE)
        finally:
            process.kill()

    assert (status, ended) == (503, 0)
    assert f"net/ipv4/{ALL}: read-only: the container is not privileged" in told
    warnings = [
        line for line in map(json.loads, (tmp_path / "log").read_text().splitlines()) if line["level"] != "info"
    ]
    assert f"net/ipv4/{ALL}: read-only: the container is not privileged" in {line["message"] for line in warnings}
    assert get(ALL) == "0"


@pytest.fixture
def often(tmp_path: Path) -> list[str]:
    """A daemon that looks ten times a second, and is to hold a key that this kernel does not have."""
    config = json.loads(agent_json("sysctl", a_full_cluster(), assertIntervalSeconds=0.1))
    config["sysctls"]["net/ipv4/no_such_key"] = "1"
    file = tmp_path / "often.json"
    file.write_text(json.dumps(config))
    return [sys.executable, "-m", "genlb", "agent", "sysctl", "--config", str(file)]


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait(lambda: ask("/readyz")[0] == 200)
            yield process
        finally:
            process.kill()


def test_a_key_that_the_kernel_lacks_is_reported_and_the_others_are_held(often: list[str]) -> None:
    once = subprocess.run([*often, "--once"], capture_output=True, text=True, check=False, timeout=PATIENCE)

    assert once.returncode == 1, once.stderr
    assert "net/ipv4/no_such_key: there is no such key, 1 is declared" in once.stdout
    assert get(ALL) == "2"
    with running(often):
        measured = ask("/metrics")[1].splitlines()
    assert 'genlb_sysctl_in_effect{path="net/ipv4/no_such_key"} 0' in measured
    assert f'genlb_sysctl_in_effect{{path="net/ipv4/{ALL}"}} 1' in measured


def test_what_somebody_else_writes_is_corrected_and_counted(often: list[str]) -> None:
    with running(often):
        for number in (1, 2):
            (SYS / ALL).write_text("1")
            wait(lambda: get(ALL) == "2")
            wait(partial(is_measured, f'genlb_sysctl_corrections_total{{path="net/ipv4/{ALL}"}} {number}'))


def is_measured(line: str) -> bool:
    return line in ask("/metrics")[1].splitlines()


def everything() -> dict[str, str]:
    """All of /proc/sys/net that can be read, but for what counts by itself."""
    values = {}
    for file in Path("/proc/sys/net").rglob("*"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            values[str(file)] = file.read_text()
    return values


def test_restore_leaves_all_of_proc_sys_as_it_was(command: list[str]) -> None:
    add_bond()
    before = everything()
    assert len(before) > 100
    subprocess.run([*command, "--once"], check=False, stdout=subprocess.DEVNULL)
    held = everything()

    subprocess.run([*command, "--once", "--restore"], check=True)

    assert {path for path in before if before[path] != held[path]} >= {str(SYS / path) for path in (ALL, BOND, HASH)}
    assert everything() == before


def test_once_holds_and_dry_run_only_tells(command: list[str]) -> None:
    def run(*flags: str) -> tuple[int, str]:
        done = subprocess.run([*command, *flags], capture_output=True, text=True, check=False, timeout=PATIENCE)
        return done.returncode, done.stdout

    told = run("--dry-run")
    assert told[0] == 1
    assert f"net/ipv4/{ALL}: 0 -> 2\n" in told[1]
    assert get(ALL) == "0"
    assert run("--once")[0] == 0
    assert get(ALL) == "2"
    assert run("--dry-run") == (0, "")
