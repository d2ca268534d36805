"""What kube-proxy says of itself: asked seldom and for a short time, and what it does not say nobody knows."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from genlb.agent.backoff import Backoff
from genlb.agent.config import ProxyMode
from genlb.agent.logs import Log
from genlb.agent.proxying import ProxyWatch, Said, answer, ask
from genlb.drift.node_findings import Expected, report_findings
from genlb.errors import Undetermined
from genlb.network.node_report import ANNOTATION, Daemon, NodeReport, VipState, decoded
from tests.agent.objects import agent_json
from tests.agent.waiting import PATIENCE, wait
from tests.builders import a_cluster, a_pool
from tests.kube.client import Client
from tests.kube.control_plane import ControlPlane
from tests.kube.netns import NetworkNamespace, UnavailableError
from tests.kube.process import Process

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
QUIET = Log(os.open(os.devnull, os.O_WRONLY))

# As kube-proxy 1.36 writes it, shortened; the second as Go's own names, before it had names for the wire.
CONFIG = {
    "kubeproxy.config.k8s.io": {
        "mode": "ipvs",
        "ipvs": {"scheduler": "rr", "excludeCIDRs": None, "strictARP": True},
        "nodePortAddresses": ["primary", "10.0.0.0/8"],
        "metricsBindAddress": "127.0.0.1:10249",
    }
}
OF_GO = {
    "kubeproxy.config.k8s.io": {
        "Mode": "ipvs",
        "IPVS": {"Scheduler": "rr", "ExcludeCIDRs": None, "StrictARP": True},
        "NodePortAddresses": ["primary", "10.0.0.0/8"],
    }
}
SETTINGS = {
    "ipvs.excludeCIDRs": "",
    "ipvs.scheduler": "rr",
    "ipvs.strictARP": "true",
    "nodePortAddresses": "10.0.0.0/8, primary",
}


def ok(body: object) -> bytes:
    text = body if isinstance(body, str) else json.dumps(body)
    return b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text.encode()


@contextlib.contextmanager
def proxy(*answers: bytes, hang: bool = False) -> Iterator[str]:
    """What answers each connection with the next of ``answers``, and the last one for ever; ``hang``: and stays."""
    with contextlib.ExitStack() as held, socket.create_server((LOOPBACK, 0)) as listener:
        left = list(answers)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    held.callback(client.close)
                    client.recv(4096)
                    client.sendall(left.pop(0) if len(left) > 1 else left[0])
                    if not hang:
                        client.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"{LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def nowhere() -> str:
    """A place where nobody listens."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return f"{LOOPBACK}:{listener.getsockname()[1]}"


@pytest.mark.parametrize("config", [CONFIG, OF_GO])
def test_mode_and_settings_are_what_it_says(config: object) -> None:
    with proxy(ok("ipvs"), ok(config)) as place:
        assert ask(place) == (Said("ipvs", SETTINGS), "")


def test_who_cannot_be_reached_has_said_nothing() -> None:
    said, problem = ask(nowhere())

    assert said == Said(None, None)
    assert "refused" in problem


@pytest.mark.parametrize(
    "strange",
    [
        b"",
        b"\x16\x03\x01",
        ok(""),
        ok("userspace"),
        ok("<html>"),
        ok("ipvs\nipvs"),
        b"HTTP/1.0 404 Not Found\r\n\r\nipvs",
        b"HTTP/1.1 307 Moved\r\nLocation: http://192.0.2.1/proxyMode\r\n\r\nipvs",
        b"HTTP/1.0 200 OK\r\nno end of the head: ipvs",
    ],
)
def test_what_is_no_answer_of_kube_proxy_determines_nothing(strange: bytes) -> None:
    with proxy(strange) as place:
        said, problem = ask(place)

    assert said == Said(None, None)
    assert problem


@pytest.mark.parametrize("config", ["", "[]", "null", "{", "[" * 100_000, {"kubeletconfig": {}}, {"x": CONFIG}])
def test_a_configuration_that_makes_no_sense_leaves_the_mode(config: object) -> None:
    with proxy(ok("nftables"), ok(config)) as place:
        said, problem = ask(place)

    assert said == Said("nftables", None)
    assert problem


def test_an_answer_without_an_end_takes_neither_time_nor_memory_without_an_end() -> None:
    with proxy(ok("ipvs"), hang=True) as place, pytest.raises(TimeoutError):
        answer(place, "/proxyMode", patience=0.1)
    with proxy(ok("x" * (1 << 19)), hang=True) as place, pytest.raises(Undetermined, match="larger than 256 KiB"):
        answer(place, "/configz")


def test_the_watch_tells_when_the_answer_is_another_one() -> None:
    heard: list[Said] = []
    with proxy(ok("ipvs"), ok(CONFIG), ok("ipvs"), ok(CONFIG), ok("iptables"), ok(CONFIG)) as place:
        watch = ProxyWatch(place, ProxyMode.IPVS, lambda: heard.append(watch.said), QUIET, period=0.01)
        with watch:
            assert wait(lambda: len(heard) > 1)

    assert heard[:2] == [Said("ipvs", SETTINGS), Said("iptables", SETTINGS)]


def test_what_was_known_is_not_known_any_more_when_it_stops_answering() -> None:
    heard: list[Said] = []
    with proxy(ok("ipvs"), ok(CONFIG), b"") as place:
        watch = ProxyWatch(place, ProxyMode.IPVS, lambda: heard.append(watch.said), QUIET, period=0.01)
        with watch:
            assert wait(lambda: len(heard) > 1)

    assert heard == [Said("ipvs", SETTINGS), Said()]


def test_while_it_does_not_answer_it_is_not_asked_all_the_time() -> None:
    pauses: list[float] = []

    class Pauses(Backoff):
        def next(self) -> float:
            pauses.append(super().next())
            return 3600.0

    with ProxyWatch(nowhere(), ProxyMode.IPVS, lambda: None, QUIET, backoff=Pauses(2.0, 60.0)):
        assert wait(lambda: len(pauses) == 1)

    assert 1.0 <= pauses[0] <= 2.0


def test_another_mode_is_logged_once_and_its_end_too() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, encoding="utf-8") as lines:
        with proxy(*[ok("iptables"), ok(CONFIG)] * 2, ok("ipvs"), ok(CONFIG)) as place:
            watch = ProxyWatch(place, ProxyMode.IPVS, lambda: None, Log(writer, as_json=True), period=0.01)
            with watch:
                assert wait(lambda: watch.said.mode == "ipvs")
        os.close(writer)
        told = [json.loads(line) for line in lines]

    assert [(line["level"], line.get("problem")) for line in told[:2]] == [
        ("warning", "it runs in mode iptables, not ipvs"),
        ("info", None),
    ]


# --------------------------------------------------------------------------------------------- the real kube-proxy

ASK = "from genlb.agent.proxying import ask; import json; print(json.dumps(ask('127.0.0.1:10249')))"
WHERE_TOOLS_ARE = os.pathsep.join(filter(None, (os.environ.get("PATH"), "/usr/sbin", "/sbin")))
NODE_STATUS = {"status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.10"}]}}


NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}


@pytest.mark.parametrize(("mode", "tool"), [("iptables", "iptables-restore"), ("nftables", "nft")])
def test_the_real_one_is_understood(
    control_plane: ControlPlane, api: Client, kube_program: Callable[[str], Path], tmp_path: Path, mode: str, tool: str
) -> None:
    if shutil.which(tool, path=WHERE_TOOLS_ARE) is None:
        pytest.skip(f"{tool} missing: `sudo apt install iptables nftables` gets it")
    config = {
        "mode": mode,
        "nodePortAddresses": ["192.0.2.0/24"],
        "ipvs": {"strictARP": True, "scheduler": "sh"},
        "clientConnection": {"kubeconfig": str(control_plane.kubeconfig)},
    }

    with inside(api) as namespace, serving(namespace, api, kube_program("kube-proxy"), config, tmp_path):
        asked = subprocess.run(
            namespace.command([sys.executable, "-c", ASK]),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            timeout=PATIENCE,
        )

    settings = {"ipvs.scheduler": "sh", "ipvs.strictARP": "true", "nodePortAddresses": "192.0.2.0/24"}
    assert json.loads(asked.stdout) == [[mode, {"ipvs.excludeCIDRs": "", **settings}], ""]


BINDER = """
import os, sys
from genlb.agent.vip import starting
from genlb.agent.vip.pod import Pod
starting.run(sys.argv[1], starting.Manner(), print, pod=Pod(os.environ, sys.argv[2]))
"""


def test_the_binder_reports_the_real_ones_mode_and_drift_tells_where_it_is_another(
    control_plane: ControlPlane, api: Client, kube_program: Callable[[str], Path], tmp_path: Path
) -> None:
    if shutil.which("iptables-restore", path=WHERE_TOOLS_ARE) is None:
        pytest.skip("iptables-restore missing: `sudo apt install iptables` gets it")
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "genlb-system"}})
    (tmp_path / "token").write_text(api.token)
    (tmp_path / "ca.crt").write_bytes(api.authority.read_bytes())
    file = tmp_path / "agent.json"
    pools = (a_pool("public", "10.208.1.0/24"),)
    given = json.loads(agent_json("vip", a_cluster(pools=pools), guard=False, stateDirectory=str(tmp_path)))
    given["report"]["minIntervalSeconds"] = 0.1
    file.write_text(json.dumps(given))
    config = {"mode": "iptables", "clientConnection": {"kubeconfig": str(control_plane.kubeconfig)}}

    def said() -> Said:
        lease = api.find("coordination.k8s.io/v1", "Lease", "genlb-report-vip-node-1", "genlb-system")
        if lease is None:
            return Said()
        state = decoded(lease["metadata"]["annotations"][ANNOTATION]).state
        assert isinstance(state, VipState)
        return Said(state.proxy_mode, state.proxy_config)

    with inside(api) as namespace, serving(namespace, api, kube_program("kube-proxy"), config, tmp_path):
        server = api.server.rpartition(":")[2]
        variables = {"NODE_NAME": "node-1", "KUBERNETES_SERVICE_HOST": LOOPBACK, "KUBERNETES_SERVICE_PORT": server}
        command = namespace.command([sys.executable, "-c", BINDER, file, tmp_path])
        with Process("binder", command, log=tmp_path / "binder.log", variables={**variables, "PYTHONPATH": str(ROOT)}):
            assert wait(lambda: said().mode is not None), (tmp_path / "binder.log").read_text()

    found = said()
    settings = {"ipvs.excludeCIDRs": "", "ipvs.scheduler": "rr", "ipvs.strictARP": "false", "nodePortAddresses": ""}
    assert found == Said("iptables", settings)
    state = VipState(0, 0, "", {}, proxy_mode=found.mode, proxy_config=found.settings)
    report = NodeReport(Daemon.VIP, "node-1", "", "", state)
    other, same = (
        [one.rule for one in report_findings("node-1", report, Expected("", mode, {}))] for mode in ("ipvs", "iptables")
    )
    assert (other, same) == (["GLB847"], [])


@contextlib.contextmanager
def serving(
    namespace: NetworkNamespace, api: Client, program: Path, config: Mapping[str, object], folder: Path
) -> Iterator[None]:
    """kube-proxy with ``config`` on a node of its own, until the end of the block."""
    api.create(NODE)
    api.patch(NODE, NODE_STATUS, subresource="status")
    whole = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "hostnameOverride": "node-1",
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        **config,
    }
    file = folder / "config.conf"
    file.write_text(json.dumps(whole))
    command = namespace.command([program, f"--config={file}"])
    with Process("kube-proxy", command, log=folder / "log", variables={"PATH": WHERE_TOOLS_ARE}) as running:
        running.wait_until(lambda: namespace.get(10_249, "/proxyMode") is not None, "serving")
        yield


@contextlib.contextmanager
def inside(api: Client) -> Iterator[NetworkNamespace]:
    """A namespace from which the API server can be reached; the test ends where this user gets none."""
    try:
        namespace = NetworkNamespace()
    except UnavailableError as error:
        pytest.skip(f"no network namespace: {error}")
    with namespace:
        namespace.forward(int(api.server.rpartition(":")[2]))
        yield namespace
