"""The node daemons: their memory, and how fast they are, on a real kernel beside a real API server.

``python -m benchmarks.agents [--quick]`` moves into namespaces of its own (``unshare -Urnm``, no root) and starts the
control plane of the tests in there (``make kube`` builds it), so nothing of it reaches the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.row import HEAD, Row, amount

VIPS = 1_000
SAMPLES = 100
PATIENCE = 120.0
NAMESPACE = "shop"
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
ROOT = Path(__file__).resolve().parent.parent


def measure(*, vips: int = VIPS, samples: int = SAMPLES) -> Iterator[Row]:
    """Every row, measured in namespaces of its own; RuntimeError where these are not to be had."""
    command = [sys.executable, "-m", "benchmarks.agents", "--inside", f"--vips={vips}", f"--samples={samples}"]
    done = subprocess.run(
        ["unshare", "-Urnm", "--", *command], stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError("the daemons could not be measured: namespaces or the control plane are missing")
    for line in done.stdout.splitlines():
        yield Row(*json.loads(line))


# ------------------------------------------------------------------------------------------- inside the namespaces


def inside(vips: int, samples: int) -> Iterator[Row]:
    """Every row; the network, the mounts and the user are our own."""
    from tests.kube.control_plane import ControlPlane

    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for place in ("/etc/sysctl.d", "/var/lib", "/run"):
        subprocess.run(["mount", "-t", "tmpfs", "none", place], check=True)
    Path("/var/lib/genlb").mkdir()
    with tempfile.TemporaryDirectory(prefix="genlb-agents-") as scratch, ControlPlane(Path(scratch)) as plane:
        client = plane.client
        ACCOUNT.mkdir(parents=True)
        (ACCOUNT / "token").write_text(client.token)
        (ACCOUNT / "ca.crt").write_bytes(client.authority.read_bytes())
        for name in ("genlb-system", NAMESPACE):
            client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield from sysctl_rows(Path(scratch), client, samples)
        yield from vip_rows(Path(scratch), client, vips, samples)


def sysctl_rows(folder: Path, client: Any, samples: int) -> Iterator[Row]:
    """Memory, and the time until a new interface has its values."""
    from tests.agent.objects import agent_json
    from tests.builders import a_full_cluster

    (folder / "sysctl.json").write_text(agent_json("sysctl", a_full_cluster()))
    value = Path("/proc/sys/net/ipv4/conf/bond0/rp_filter")
    with daemon("sysctl", folder, client, 19_471) as pid:
        seconds = []
        for _ in range(min(samples, 20)):
            began = time.monotonic()
            subprocess.run(["ip", "link", "add", "bond0", "type", "veth", "peer", "name", "bond0p"], check=True)
            wait(lambda: value.exists() and value.read_text() == "2\n")
            seconds.append(time.monotonic() - began)
            subprocess.run(["ip", "link", "del", "bond0"], check=True)
        yield amount("`agent sysctl`, memory (RSS)", resident(pid), "MiB", at_most=32)
        yield amount("`agent sysctl`, a new interface has its values, slowest", max(seconds), "s", at_most=1)


def vip_rows(folder: Path, client: Any, vips: int, samples: int) -> Iterator[Row]:
    """Memory with many Services, the time to bind them all, and the time until a change has arrived."""
    from tests.agent.objects import agent_json
    from tests.builders import a_cluster, a_pool
    from tests.kube.parallel import in_parallel

    cluster = a_cluster(pools=(a_pool("public", "10.208.0.0/16"),))
    (folder / "vip.json").write_text(agent_json("vip", cluster))
    client.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})

    def prepare(user: Any, number: int) -> None:
        publish(user, number, slices=True)

    in_parallel(client, prepare, range(vips))
    with daemon("vip", folder, client) as pid:
        wait(lambda: is_local(vip(vips - 1)))
        bound = time.time()
        told = f"`agent vip`, {vips} VIPs bound, from the daemon's first word on, list included"
        yield amount(told, bound - began_at(folder / "vip.log"), "s", at_most=1)
        seconds, busy = [], cpu(pid)
        for number in range(vips, vips + samples):
            publish(client, number, slices=False, status=False)
            began = time.monotonic()
            announce(client, number)
            wait(partial(is_local, vip(number)))
            seconds.append(time.monotonic() - began)
        slowest = sorted(seconds)[max(0, round(len(seconds) * 0.99) - 1)]
        # On a machine that does other work as well, the fastest one and the time of its CPUs still tell.
        ways = {"fastest": min(seconds), "median": statistics.median(seconds), "CPU": (cpu(pid) - busy) / samples}
        others = ", ".join(f"{name} {value * 1000:.0f} ms" for name, value in ways.items())
        told = f"`agent vip`, a changed Service on the node (p99; {others})"
        yield amount(told, slowest * 1000, "ms", at_most=100)
        yield amount(f"`agent vip`, memory (RSS) with {vips} Services", resident(pid), "MiB", at_most=32)


@contextmanager
def daemon(name: str, folder: Path, client: Any, port: int | None = None) -> Iterator[int]:
    """The daemon as its DaemonSet starts it, from when it answers on ``port``; its process id."""
    place = urlsplit(client.server)
    variables = {
        "NODE_NAME": "n1",
        "POD_UID": "uid-1",
        "KUBERNETES_SERVICE_HOST": str(place.hostname),
        "KUBERNETES_SERVICE_PORT": str(place.port),
    }
    command = [
        sys.executable,
        "-m",
        "genlb",
        "agent",
        name,
        "--config",
        str(folder / f"{name}.json"),
        "--log-format=json",
    ]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | variables, cwd=ROOT)
        try:
            if port is not None:
                wait(lambda: process.poll() is not None or is_ready(port))
            if process.returncode is not None:
                raise RuntimeError((folder / f"{name}.log").read_text())
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def publish(client: Any, number: int, *, slices: bool, status: bool = True) -> None:
    """A Service of type LoadBalancer, where asked for with its VIP and an EndpointSlice of three endpoints."""
    service = f"s{number}"
    client.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": service, "namespace": NAMESPACE},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "allocateLoadBalancerNodePorts": False},
        }
    )
    if status:
        announce(client, number)
    if slices:
        endpoints = [
            {"addresses": [f"10.244.{number // 250}.{number % 250 + 1}"], "nodeName": f"n{node}"} for node in (1, 2, 3)
        ]
        client.create(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "name": service,
                    "namespace": NAMESPACE,
                    "labels": {"kubernetes.io/service-name": service},
                },
                "addressType": "IPv4",
                "endpoints": endpoints,
                "ports": [{"port": 8080}],
            }
        )


def announce(client: Any, number: int) -> None:
    """Give a Service its VIP, as MetalLB does."""
    target = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"s{number}", "namespace": NAMESPACE}}
    ingress = [{"ip": vip(number), "ipMode": "VIP"}]
    client.patch(target, {"status": {"loadBalancer": {"ingress": ingress}}}, subresource="status")


def began_at(log: Path) -> float:
    """The time of the line in which the daemon says that it has started, right before it asks for any list."""
    lines = (json.loads(line) for line in log.read_text().splitlines())
    return next(datetime.fromisoformat(line["time"]).timestamp() for line in lines if line["message"] == "started")


def vip(number: int) -> str:
    """The address of a Service."""
    return f"10.208.{number // 250}.{number % 250 + 1}"


def is_local(address: str) -> bool:
    """Whether the kernel takes ``address`` for its own: only then somebody may listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            return False
        return True


def is_ready(port: int) -> bool:
    """Whether the daemon says that it does its work."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def resident(pid: int) -> float:
    """The memory that a process has in RAM now, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no memory")


def cpu(pid: int) -> float:
    """Seconds of a CPU that a process has had until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait(condition: Callable[[], bool]) -> None:
    """Wait until ``condition``."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("a daemon did not do what it should in time")
        time.sleep(0.001)


def main() -> int:
    """Print every row; exit code 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: a smoke test")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--vips", type=int, default=VIPS, help=argparse.SUPPRESS)
    parser.add_argument("--samples", type=int, default=SAMPLES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        for row in inside(options.vips, options.samples):
            print(json.dumps(row), flush=True)
        return 0
    share = 10 if options.quick else 1
    kept = True
    print(HEAD)
    for row in measure(vips=options.vips // share, samples=options.samples // share):
        print(row)
        kept = kept and row.holds
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
