"""The guard in a real kernel: a neighbour reaches Service ports on a VIP, and nothing else of the node."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest

from genlb.agent.vip.node.guard import removal, ruleset
from genlb.agent.vip.node.nft import drop_guard
from genlb.agent.vip.services.desired import Binding, Mode
from genlb.agent.vip.services.facts import Port

NODE, VIP4, VIP6 = "10.20.1.11", "10.20.1.200", "fd00:20:1::200"
BINDINGS = [
    Binding(ip_address(text), "local", Mode.L2, (), frozenset({Port("TCP", 80)}), None) for text in (VIP4, VIP6)
]
CONNECT = (
    "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=float(sys.argv[3])).close()"
)


def run(*command: str, **given: str) -> int:
    return subprocess.run(command, capture_output=True, text=True, check=False, input=given.get("input")).returncode


def nft(text: str) -> None:
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True, capture_output=True)


@pytest.fixture
def neighbour() -> Iterator[list[str]]:
    """The command that runs another one on a host beside the node, which listens on ports 22 and 80 everywhere."""
    with ExitStack() as stack:
        host = stack.enter_context(subprocess.Popen(["unshare", "-n", "sleep", "120"]))
        stack.callback(host.kill)
        inside = ["nsenter", "-t", str(host.pid), "-n"]
        while run(*inside, "ip", "link", "show", "tor0"):
            run("ip", "link", "add", "nic0", "type", "veth", "peer", "name", "tor0")
            run("ip", "link", "set", "tor0", "netns", str(host.pid))
        stack.callback(run, "ip", "link", "delete", "nic0")
        for device, command in (("tor0", inside), ("nic0", [])):
            run(*command, "ip", "link", "set", device, "up")
        for address in (f"{NODE}/24", f"{VIP4}/32", f"{VIP6}/64"):
            run("ip", "address", "add", address, "dev", "nic0", *(["nodad"] if ":" in address else []))
        run(*inside, "ip", "address", "add", "10.20.1.2/24", "dev", "tor0")
        run(*inside, "ip", "address", "add", "fd00:20:1::2/64", "dev", "tor0", "nodad")
        for port in (22, 80):
            stack.enter_context(socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True))
        yield inside
        nft(removal())


def reaches(neighbour: list[str], address: str, port: int, seconds: float = 20) -> bool:
    return run(*neighbour, sys.executable, "-c", CONNECT, address, str(port), str(seconds)) == 0


def is_silent(neighbour: list[str], address: str, port: int) -> bool:
    return not reaches(neighbour, address, port, 0.7)


@pytest.mark.parametrize("vip", [VIP4, VIP6])
def test_only_service_ports_answer_on_a_guarded_vip(neighbour: list[str], vip: str) -> None:
    assert reaches(neighbour, vip, 22)

    nft(ruleset(BINDINGS))

    assert is_silent(neighbour, vip, 22)
    assert reaches(neighbour, vip, 80)
    assert reaches(neighbour, NODE, 22)
    assert run(*neighbour, "ping", "-c", "1", "-W", "1", vip) == 0 or run("which", "ping")


def test_the_guard_follows_the_bindings_and_goes_without_a_trace(neighbour: list[str]) -> None:
    nft(ruleset(BINDINGS))
    nft(ruleset(BINDINGS[1:]))
    assert reaches(neighbour, VIP4, 22)

    nft(removal())

    assert reaches(neighbour, VIP6, 22)
    assert subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout == ""


def test_the_guard_of_an_earlier_configuration_goes(neighbour: list[str]) -> None:
    told: list[str] = []
    nft(ruleset(BINDINGS))

    drop_guard(told.append)

    assert reaches(neighbour, VIP4, 22)
    assert subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout == ""
    assert told == []


def test_without_nft_that_is_told_and_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[str] = []
    monkeypatch.setenv("PATH", str(tmp_path))

    drop_guard(told.append)

    assert len(told) == 1
    assert "older guard" in told[0]
