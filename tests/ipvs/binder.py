"""genlb's VIP binder in the guest, as the rendered DaemonSet starts it: command line, configuration, account, rights.

The guest's root file system is the machine's own, so Python and the checkout are there. What kubelet would mount lies
below ``/run`` and ``/var/lib``, which are the guest's own; only the ConfigMap has another place, as in ``tests.lab``.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from genlb.network.node_report import ANNOTATION, VipState, decoded
from tests.ipvs.rack import API, Rack
from tests.ipvs.uml import ADDRESS, NAME
from tests.kube.client import Object
from tests.lab.daemons import PORTS, ROOT, rendered, spec
from tests.lab.host import until
from tests.lab.proxy import get

CHANGED: dict[str, Any] = {
    "guard": False,  # this kernel has no table inet for nft
    # A test has no time for the seconds between two reports that a real API server is spared.
    "report": {"minIntervalSeconds": 0.2, "renewIntervalSeconds": 5},
}
"""What no spec can ask for: L2 beside ipvs without a guard is an error, and the report's times are fixed."""

_ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
_CONFIG = "/run/genlb"
_LOG = "/run/genlb-vip.log"
_NAMESPACE = "genlb-system"
_FIELDS = {
    "spec.nodeName": NAME,
    "status.hostIP": ADDRESS,
    "metadata.name": f"genlb-vip-{NAME}",
    "metadata.uid": f"00000000-{NAME}",
}


class Binder:
    """The binder that runs in the guest."""

    def __init__(self, rack: Rack, pid: int) -> None:
        self._rack, self._pid = rack, pid
        self._status: int | None = None

    def stop(self, *, by: signal.Signals = signal.SIGKILL) -> int:
        """End it; its exit status, which stays the same."""
        if self._status is None:
            self._status = self._rack.guest.stop(self._pid, by=by)
        return self._status

    def is_ready(self) -> bool:
        """Whether the readiness probe succeeds."""
        answer = get(self._rack.lab.tor, PORTS["vip"], "/readyz", address=ADDRESS)
        return answer is not None and answer[0] == http.client.OK

    def report(self) -> VipState | None:
        """What it has published about the node; None before its first report."""
        lease = self._rack.api.find("coordination.k8s.io/v1", "Lease", f"genlb-report-vip-{NAME}", _NAMESPACE)
        state = decoded(lease["metadata"]["annotations"][ANNOTATION]).state if lease else None
        assert state is None or isinstance(state, VipState)
        return state


@contextlib.contextmanager
def running(rack: Rack, folder: Path) -> Iterator[Binder]:
    """The binder on the guest, ready."""
    manifests = rendered(a_spec(), folder)["node"]
    for item in manifests:
        if item["kind"] != "DaemonSet":
            rack.api.apply(item)
    pod = _found(manifests, "DaemonSet")["spec"]["template"]["spec"]
    _provide(rack, pod, _found(manifests, "ConfigMap")["data"])
    binder = Binder(rack, rack.guest.start(*_command(rack, pod["containers"][0]), log=_LOG))
    try:
        until(binder.is_ready, f"ready: {folder}", pause=0.3)
        yield binder
    finally:
        binder.stop()
        (folder / "genlb-vip.log").write_text(rack.guest.read(_LOG))


def a_spec() -> Object:
    """The lab's spec with strictARP, and with more time for the election: the guest shares its processor."""
    document = spec("ipvs")
    document["spec"]["kubeProxy"]["strictARP"] = True
    document["spec"]["vipBinder"]["l2"] |= {"leaseDuration": "10s", "renewInterval": "2s"}
    return document


def _found(manifests: Iterable[Object], kind: str) -> Object:
    """The binder's own object of a kind."""
    return next(item for item in manifests if (item["kind"], item["metadata"]["name"]) == (kind, "genlb-vip"))


def _provide(rack: Rack, pod: Object, data: Object) -> None:
    """The ServiceAccount and the ConfigMap as files, and the host folder."""
    guest = rack.guest
    guest.check("mount", "-t", "tmpfs", "tmpfs", "/var/lib")
    guest.check("mkdir", "-p", "/var/lib/genlb", _ACCOUNT, _CONFIG)
    guest.write(f"{_ACCOUNT}/token", rack.api.token_of(pod["serviceAccountName"], _NAMESPACE))
    guest.write(f"{_ACCOUNT}/ca.crt", rack.api.authority.read_text())
    guest.write(f"{_ACCOUNT}/namespace", _NAMESPACE)
    config = json.loads(data["agent.json"])
    report = {"report": config["report"] | CHANGED["report"]}
    guest.write(f"{_CONFIG}/agent.json", json.dumps(config | CHANGED | report))


def _command(rack: Rack, container: Object) -> list[str]:
    """What the container runtime would start, with the environment in front."""
    told = {entry["name"]: _FIELDS[entry["valueFrom"]["fieldRef"]["fieldPath"]] for entry in container["env"]}
    told |= {"KUBERNETES_SERVICE_HOST": API, "KUBERNETES_SERVICE_PORT": rack.api.server.rpartition(":")[2]}
    words = [word.replace("/etc/genlb/", f"{_CONFIG}/") for word in (*container["command"], *container["args"])]
    assert words[:3] == ["genlb", "agent", "vip"], shlex.join(words)
    variables = [f"{name}={value}" for name, value in (told | {"PYTHONPATH": str(ROOT)}).items()]
    return ["env", *variables, sys.executable, "-W", "error", "-m", "genlb", *words[1:]]
