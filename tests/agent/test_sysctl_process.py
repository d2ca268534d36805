"""The sysctl daemon as a process of its own, below a /proc/sys of plain files: its memory, its API server, its end."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from genlb.network.node_report import ANNOTATION, Daemon, SysctlState, Tally, decoded
from tests.agent import waiting
from tests.agent.objects import agent_json
from tests.agent.sysctl_node import ALL, BOND, HASH, a_node
from tests.agent.waiting import PATIENCE, wait
from tests.builders import a_full_cluster
from tests.kube.client import Client as Judge
from tests.kube.control_plane import ControlPlane
from tests.kube.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
OURS = "genlb-system"

# The command line without the places that only a node has.
START = """
import json, os, sys
from genlb.agent.sysctl.starting import Manner, Surroundings, run
path, root, account, *flags = sys.argv[1:]
manner = Manner(once="--once" in flags, dry_run="--dry-run" in flags, restore="--restore" in flags)
held = run(path, manner, print, json_logs=True, around=Surroundings(os.environ, root, account))
if "--modules" in flags:
    print(*sorted(sys.modules))
sys.exit(not held)
"""
NEVER = {
    *("asyncio", "click", "deepdiff", "git", "jsonschema", "kubernetes", "logging", "requests", "urllib3", "yaml"),
    *("dataclasses", "inspect", "genlb.cli", "genlb.spec", "genlb.yamltext"),
}
"""Two MiB of the 32 that a daemon may have are what the types of the spec alone would take."""


class Place:
    """A node, the file that render would mount, and a port that is free."""

    def __init__(self, folder: Path) -> None:
        self.node = a_node(folder)
        (self.port,) = free_ports(1)
        self.account = folder / "account"
        self.account.mkdir()
        self.log = folder / "log"
        self._file = folder / "agent.json"
        config = json.loads(agent_json("sysctl", a_full_cluster()))
        config |= {
            "sysctls": {ALL: "2", HASH: "1"},
            "dropIn": str(self.node.drop_in),
            "stateDirectory": str(self.node.state),
            "assertIntervalSeconds": 0.1,
            "http": {"addresses": ["Loopback"], "port": self.port},
            "report": config["report"] | {"minIntervalSeconds": 0.1},
        }
        self._file.write_text(json.dumps(config))

    def command(self, *flags: str) -> list[str]:
        return [sys.executable, "-c", START, str(self._file), str(self.node.sys), str(self.account), *flags]

    @contextmanager
    def daemon(self, variables: Mapping[str, str], *flags: str) -> Iterator[subprocess.Popen[bytes]]:
        environment = os.environ | {"NODE_NAME": "node-1"} | dict(variables)
        with (
            self.log.open("wb") as log,
            subprocess.Popen(self.command(*flags), stderr=log, cwd=ROOT, env=environment) as process,
        ):
            try:
                assert wait(lambda: self.ask("/healthz")[0] == 200), self.log.read_text()
                yield process
            finally:
                process.kill()

    def ask(self, page: str) -> tuple[int, str]:
        return waiting.ask(self.port, page)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_daemon_loads_no_client_parser_or_validator(place: Place) -> None:
    once = subprocess.run(
        place.command("--once", "--modules"), capture_output=True, text=True, check=True, cwd=ROOT, timeout=PATIENCE
    )
    assert NEVER & names(once.stdout.splitlines()[-1].split()) == set()
    # TLS is loaded by whoever talks to an API server, and once does not.
    assert "ssl" not in once.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("daemon", ["sysctl", "vip"])
def test_neither_daemon_loads_what_it_does_not_need_at_any_time(daemon: str) -> None:
    whole = f"import sys, genlb.agent.{daemon}.starting, genlb.agent.reporting, genlb.network.node_report; "
    loaded = subprocess.run(
        [sys.executable, "-c", whole + "print(*sys.modules)"], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert NEVER & names(loaded.stdout.split()) == set()


def names(modules: list[str]) -> set[str]:
    """Modules by their names, and the packages that they are in."""
    return {".".join(module.split(".")[:depth]) for module in modules for depth in range(1, module.count(".") + 2)}


def test_restoring_goes_on_until_it_is_ended_and_gives_everything_back(place: Place) -> None:
    before = place.node.all()
    subprocess.run(place.command("--once"), check=True, cwd=ROOT, timeout=PATIENCE, stdout=subprocess.DEVNULL)

    with place.daemon({}, "--restore") as daemon:
        assert wait(lambda: place.node.all() == before)
        assert wait(lambda: place.ask("/readyz")[0] == 200)
        daemon.terminate()

        assert daemon.wait(PATIENCE) == 0
    assert not place.node.drop_in.exists()


def test_an_api_server_that_does_not_answer_keeps_no_value_from_being_corrected(place: Place) -> None:
    for name in ("token", "ca.crt"):
        (place.account / name).write_text("")
    with place.daemon({"KUBERNETES_SERVICE_HOST": "192.0.2.1", "KUBERNETES_SERVICE_PORT": "443"}) as daemon:
        assert wait(lambda: place.node.get(ALL) == "2")
        place.node.set(ALL, "0")

        assert wait(lambda: place.node.get(ALL) == "2")
        assert place.ask("/readyz")[0] == 200
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0


def test_a_full_log_pipe_keeps_no_value_from_being_corrected(place: Place) -> None:
    reader, writer = os.pipe()
    os.write(writer, bytes(fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)))
    with subprocess.Popen(place.command(), stderr=writer, cwd=ROOT) as daemon:
        try:
            assert wait(lambda: place.node.get(ALL) == "2")
            place.node.set(ALL, "0")
            assert wait(lambda: place.node.get(ALL) == "2")
            assert "genlb_agent_log_lines_lost_total 0\n" not in place.ask("/metrics")[1]
            daemon.terminate()
            assert daemon.wait(PATIENCE) == 0
        finally:
            daemon.kill()
            os.close(reader)
            os.close(writer)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file or directory"),
        ("{", "is no JSON"),
        ('{"schemaVersion": 2}', "schemaVersion: must be 1"),
        ('{"schemaVersion": 1, "daemon": "vip"}', "daemon: must be sysctl"),
        ("\xff", "is no UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_ends_the_command_with_3(tmp_path: Path, content: str | None, told: str) -> None:
    file = tmp_path / "agent.json"
    if content is not None:
        file.write_bytes(content.encode("latin-1"))

    ended = subprocess.run(
        [sys.executable, "-m", "genlb", "agent", "sysctl", "--config", str(file), "--once", "--dry-run"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert (ended.returncode, ended.stdout) == (3, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"error: {file}: {told}")
    assert content is None or line.endswith("render and apply it again")


def test_its_report_arrives_at_a_real_api_server_and_follows_what_happens(
    place: Place, api: Judge, control_plane: ControlPlane
) -> None:
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OURS}})
    server = urlsplit(control_plane.client.server)
    (place.account / "token").write_text(api.token)
    (place.account / "ca.crt").write_bytes(api.authority.read_bytes())
    (place.node.sys / HASH).unlink()

    def lease() -> dict[str, Any]:
        return api.find("coordination.k8s.io/v1", "Lease", "genlb-report-sysctl-node-1", OURS) or {}

    def told() -> SysctlState | None:
        if not (found := lease()):
            return None
        report = decoded(found["metadata"]["annotations"][ANNOTATION])
        assert (report.daemon, report.node) == (Daemon.SYSCTL, "node-1")
        assert isinstance(report.state, SysctlState)
        return report.state

    variables = {"KUBERNETES_SERVICE_HOST": str(server.hostname), "KUBERNETES_SERVICE_PORT": str(server.port)}
    with place.daemon(variables):
        expected = SysctlState(declared=3, missing=Tally(1, (HASH,)))
        assert wait(lambda: told() == expected), (told(), place.log.read_text())
        place.node.set(BOND, "1")
        assert wait(lambda: told() == expected._replace(corrections=1)), told()
    assert lease()["spec"]["leaseDurationSeconds"] == 180
