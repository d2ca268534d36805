"""The sysctl daemon as its DaemonSet starts it, on a real kernel: run inside namespaces of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agent.objects import agent_json
from tests.builders import a_full_cluster

SYS = Path("/proc/sys/net/ipv4")
ALL, BOND, HASH = "conf/all/rp_filter", "conf/bond0/rp_filter", "fib_multipath_hash_policy"
DROP_IN = Path("/etc/sysctl.d/99-genlb.conf")
PATIENCE = 30.0


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
    connection = http.client.HTTPConnection("127.0.0.1", 19471, timeout=PATIENCE)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


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
    read_only = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"'

    once = subprocess.run(
        ["unshare", "-m", "sh", "-c", read_only, "sh", *command, "--once"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert once.returncode == 1, once.stderr
    assert f"net/ipv4/{ALL}: read-only: the container is not privileged" in once.stdout
    assert get(ALL) == "0"


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
