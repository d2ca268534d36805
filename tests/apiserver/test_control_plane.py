"""The control plane under the tests: starts anywhere, ends without a trace, keeps one test's objects from the next."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.object_files import REPOSITORY
from tests.kube import control_plane as module
from tests.kube.client import ApiError, Client
from tests.kube.control_plane import ControlPlane
from tests.kube.etcd import Snapshot, of_the_server
from tests.kube.ports import LOOPBACK, free_ports, listens
from tests.kube.process import NotReadyError, Process, wait

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine", "namespace": "default"}}
POOL = {
    "apiVersion": "metallb.io/v1beta1",
    "kind": "IPAddressPool",
    "metadata": {"name": "mine", "namespace": "default", "finalizers": ["example.com/never"]},
    "spec": {"addresses": ["192.0.2.0/28"]},
}
PEER = {"apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "mine"}, "spec": {}}
VIEW = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "view"}}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "mine", "namespace": "mine"},
    "spec": {"type": "LoadBalancer", "clusterIP": "10.96.1.1", "ports": [{"port": 80, "nodePort": 30_080}]},
}


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.usefixtures("kube_program", "control_plane")
def test_a_control_plane_ends_without_a_trace_but_its_logs(tmp_path: Path) -> None:
    with ControlPlane(tmp_path) as plane:
        assert plane.client.list("v1", "Namespace") != []
        pids = [plane.etcd.process.pid, plane.process.pid]
        ports = [int(url.rpartition(":")[2]) for url in (plane.etcd.url, plane.client.server)]
        assert [listens(port) for port in ports] == [True, True]

    assert [gone(pid) for pid in pids] == [True, True]
    assert [listens(port) for port in ports] == [False, False]
    assert {path.name for path in tmp_path.iterdir()} == {
        "certificates",
        "etcd.log",
        "kube-apiserver.log",
        "kubeconfig",
        "service-accounts.key",
        "tokens.csv",
    }


@pytest.mark.usefixtures("control_plane")
def test_a_port_that_somebody_took_in_between_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as theirs:
        taken = theirs.getsockname()[1]
        answers = iter([[*free_ports(2), taken], [taken, *free_ports(2)], free_ports(3)])
        monkeypatch.setattr(module, "free_ports", lambda _: next(answers))

        with ControlPlane(tmp_path) as plane:
            assert plane.client.list("v1", "Namespace") != []
            assert str(taken) not in plane.client.server + plane.etcd.url


def test_a_program_that_ends_too_early_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with (
        Process("x", ["/bin/sh", "-c", "echo out; echo why >&2; exit 3"], log=log) as process,
        pytest.raises(NotReadyError, match=rf"x ended with status 3\n{log}:\nout\nwhy$"),
    ):
        process.wait_until(lambda: False, "ready")


def test_a_program_that_does_not_get_ready_is_told_and_ended(tmp_path: Path) -> None:
    with Process("x", ["/bin/sh", "-c", "echo waiting; exec sleep 100"], log=tmp_path / "x.log") as process:
        assert wait(lambda: process.output == "waiting\n")
        with pytest.raises(NotReadyError, match=r"x: not ready after 0.1 s\n.*\nwaiting$"):
            process.wait_until(lambda: False, "ready", seconds=0.1)

    assert gone(process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_a_program_does_not_outlive_a_test_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from tests.kube.process import Process;"
        f"child = Process('x', ['/bin/sh', '-c', 'echo up; exec sleep 100'], log=Path({str(tmp_path / 'x.log')!r}));"
        "child.wait_until(lambda: child.output == 'up\\n', 'up');"
        "print(child.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=REPOSITORY)

    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert wait(lambda: ended_by_now(int(ended.stdout)))


def ended_by_now(pid: int) -> bool:
    """Whether nothing but a zombie is left of a process; whoever adopted it may be slow to bury it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except FileNotFoundError:
        return True


def test_nothing_of_a_test_is_left_for_the_next(control_plane: ControlPlane) -> None:
    before = control_plane.etcd.snapshot()

    with control_plane.isolated() as api:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}})
        for manifest in (CONFIG_MAP, POOL, PEER, SERVICE):
            api.create(manifest)
        api.delete(POOL)  # waits for its finalizer
        default = api.get("v1", "Namespace", "default")
        api.patch(default, {"metadata": {"labels": {"changed": "yes"}}})
        api.delete(VIEW)

    assert theirs(control_plane.etcd.snapshot()) == theirs(before)
    with control_plane.isolated() as api:
        assert api.find("metallb.io/v1beta1", "IPAddressPool", "mine", "default") is None
        assert api.list("projectcalico.org/v3", "BGPPeer") == []
        assert "changed" not in api.get("v1", "Namespace", "default")["metadata"]["labels"]
        assert api.live(VIEW)["metadata"]["name"] == "view"


def test_the_same_objects_can_be_made_again_and_again(control_plane: ControlPlane) -> None:
    for _ in range(3):
        with control_plane.isolated() as api:
            api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}})
            service = api.create(SERVICE)  # the same address and port, which the server gives away once

            assert service["spec"]["ports"][0]["nodePort"] == 30_080
            assert api.list("v1", "Service", "mine")[0]["metadata"]["uid"] == service["metadata"]["uid"]


def theirs(snapshot: Snapshot) -> Snapshot:
    """What tests have written, but for Events: the server's own controllers may still tell of what was there."""
    return {
        key: value
        for key, value in snapshot.items()
        if not (of_the_server(key) or base64.b64decode(key).startswith(b"/registry/events/"))
    }


def test_a_warning_of_the_server_is_kept(api: Client) -> None:
    api.create(PEER)
    api.patch(PEER, {"sepc": {}})

    ((path, warning),) = api.warnings
    assert path == "/apis/projectcalico.org/v3/bgppeers/mine"
    assert warning == r'299 - "unknown field \"sepc\""'


def test_rbac_decides(api: Client) -> None:
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody", "namespace": "default"}})
    nobody = api.account("nobody", "default")

    with pytest.raises(ApiError, match="403 Forbidden") as refused:
        nobody.list("v1", "Secret")

    assert 'User "system:serviceaccount:default:nobody" cannot list resource "secrets"' in str(refused.value)


@pytest.mark.usefixtures("control_plane")
@pytest.mark.parametrize("ignored", [False, True], ids=["in front", "in the background of a shell"])
def test_a_developer_starts_one_with_a_command_and_ends_it_with_ctrl_c(
    tmp_path: Path, kube_program: Callable[[str], Path], *, ignored: bool
) -> None:
    command = [sys.executable, "-m", "tests.kube", "up", "--crds", "ours"]
    if ignored:
        command = ["/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as running:
        assert running.stdout
        line = running.stdout.readline()
        kubeconfig = line.removeprefix("export KUBECONFIG=").strip()
        asked = subprocess.run(
            [kube_program("kubectl"), f"--kubeconfig={kubeconfig}", "get", "ippools,ipaddresspools", "-A"],
            capture_output=True,
            text=True,
            check=False,
        )
        running.send_signal(signal.SIGINT)
        if not wait(lambda: running.poll() is not None):
            running.kill()

    assert asked.returncode == 0, asked.stderr
    assert running.returncode == 0
    assert list(tmp_path.iterdir()) == []
