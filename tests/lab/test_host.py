"""The lab itself: what is in it stays in it, and ends with it."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.host import Host, until
from tests.lab.machine import lab_or_skip
from tests.lab.net import Lab
from tests.lab.traffic import Attempt, Server, connect, connect_all

pytestmark = pytest.mark.lab

HOLDING = """
import sys, time
from pathlib import Path
from tests.lab.host import World
with World() as world:
    program = world.host("a").start("sleep", sys.argv[1], log=Path("/dev/null"))
    print(flush=True)
    time.sleep(600)
"""
ROOT = Path(__file__).resolve().parents[2]


def is_running(*words: str) -> bool:
    """Whether any process of the machine has exactly this command line."""
    wanted = "\0".join([*words, ""]).encode()
    return any(_command_line(entry) == wanted for entry in Path("/proc").glob("[0-9]*/cmdline"))


def _command_line(entry: Path) -> bytes:
    try:
        return entry.read_bytes()
    except OSError:  # it has just ended
        return b""


def counter(host: Host, name: str) -> int:
    """One of the kernel's counters of a host."""
    lines = [line.split() for line in host.proc("net/netstat").splitlines()]
    return {
        key: int(value)
        for names, values in zip(lines[::2], lines[1::2], strict=True)
        for key, value in zip(names[1:], values[1:], strict=True)
    }[name]


def a_while() -> str:
    """Seconds to sleep that nobody else sleeps."""
    return f"3600.{secrets.randbelow(10**9)}"


def test_everything_in_a_lab_ends_with_it(tmp_path: Path) -> None:
    duration = a_while()
    with lab_or_skip() as lab:
        lab.hosts["n1"].start("sleep", duration, log=tmp_path / "log")
        until(lambda: is_running("sleep", duration), "started")

    assert not is_running("sleep", duration)


def test_everything_in_a_lab_ends_with_a_test_process_that_is_killed(plain_lab: Lab) -> None:
    duration = a_while()
    command = [sys.executable, "-c", HOLDING, duration]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as holding:
        assert holding.stdout
        holding.stdout.readline()
        until(lambda: is_running("sleep", duration), "started")
        holding.send_signal(signal.SIGKILL)

    until(lambda: not is_running("sleep", duration), "ended")


def test_hosts_see_neither_each_others_run_nor_sysctls(plain_lab: Lab) -> None:
    n1, n2 = plain_lab.hosts["n1"], plain_lab.hosts["n2"]
    n1.check("touch", "/run/mark")
    n1.write("net/ipv4/conf/all/arp_ignore", 1)

    assert n2.run("test", "-e", "/run/mark").status != 0
    assert n2.read("net/ipv4/conf/all/arp_ignore") == "0"
    assert not Path("/run/mark").exists()


def test_a_server_sees_who_comes_and_a_client_who_answers(plain_lab: Lab) -> None:
    outcome = connect(plain_lab.hosts["rackhost"], "10.0.0.11", 8080)
    assert outcome.verdict == "ECONNREFUSED"

    server = Server(plain_lab.hosts["n1"], 8080)
    outcomes = connect_all(Attempt(plain_lab.hosts[name], "10.0.0.11", 8080) for name in ("client", "rackhost", "q3"))
    server.close()

    assert [tuple(outcome) for outcome in outcomes] == [
        ("ok", "n1", "192.0.2.10"),
        ("ok", "n1", "10.0.0.99"),
        ("ok", "n1", "10.244.3.10"),
    ]


def test_an_address_answers_arp_at_its_holder_and_nowhere_else(plain_lab: Lab) -> None:
    assert plain_lab.owners("10.0.0.12") == {"n2"}
    assert plain_lab.owners("10.0.0.222") == set()


def test_the_long_way_round_enters_by_the_second_nic(plain_lab: Lab) -> None:
    vip = "10.208.1.1"
    plain_lab.bind(vip, how="AnyIP", nodes=["n1"])
    server = Server(plain_lab.hosts["n1"], 80)
    client = plain_lab.hosts["client"]
    plain_lab.route(f"{vip}/32", ["n1"], side=True)
    plain_lab.rp_filter(of_all=0, of_nic=1)
    strict = connect(client, vip, 80, patience=1.2).verdict
    dropped = counter(plain_lab.hosts["n1"], "IPReversePathFilter")

    plain_lab.route(f"{vip}/32", ["n1"])
    symmetric = connect(client, vip, 80).verdict
    server.close()

    assert (strict, symmetric) == ("timeout", "ok")
    assert dropped > 0
