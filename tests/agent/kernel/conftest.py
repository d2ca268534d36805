"""A node with one NIC, an API server, and the binder as its DaemonSet starts it."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from genlb.spec.values import Duration
from tests.agent.kernel.cluster import (
    ACCOUNT,
    EAGER_REPORT,
    NODE,
    ROUTED,
    VIP,
    Api,
    Quiet,
    handler,
    ip,
    routes,
)
from tests.agent.objects import agent_json, node_object, service_object
from tests.builders import a_cluster, a_pool


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Api, int]]:
    """The API server, and the account of a pod that trusts it."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    ip("link", "set", "lo", "up")
    ACCOUNT.mkdir(parents=True)
    (ACCOUNT / "token").write_text("secret")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(ACCOUNT / "key"))
    about = ("-subj", "/CN=api", "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(ACCOUNT / "ca.crt"))
    subprocess.run(["openssl", "req", "-x509", *key, *about], check=True, capture_output=True)
    served = Api()
    server = Quiet(("127.0.0.1", 0), handler(served))
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ACCOUNT / "ca.crt", ACCOUNT / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield served, server.server_address[1]
    server.shutdown()
    subprocess.run(["umount", "/run"], check=True)


@pytest.fixture
def start(api: tuple[Api, int], tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the binder on a node with one NIC."""
    served, port = api
    served.log.clear()
    served.nonsense, served.asked_for_nonsense = None, 0
    ip("link", "add", "nic0", "type", "veth", "peer", "name", "tor0")
    ip("link", "set", "tor0", "up")
    ip("link", "set", "nic0", "up")
    ip("address", "add", f"{NODE}/24", "dev", "nic0")
    pools = (a_pool("public", "10.208.1.0/24"), a_pool("local", "10.20.1.192/28"))
    l2 = {"lease_duration": Duration(3_000), "renew_interval": Duration(400)}
    file = tmp_path / "agent.json"
    file.write_text(
        agent_json(
            "vip", a_cluster(pools=pools, vip_binder={"l2": l2}), stateDirectory=str(tmp_path), report=EAGER_REPORT
        )
    )
    environment = {
        **os.environ,
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(port),
        "NODE_NAME": "n1",
        "NODE_IP": NODE,
        "POD_UID": "uid-x",
    }
    for item in (service_object("web", ROUTED), service_object("tv", VIP), service_object("evil", NODE, "10.99.0.1")):
        served.put("/api/v1/services", item)
    served.put("/api/v1/nodes", node_object("n1", NODE))
    running: list[subprocess.Popen[str]] = []

    def begin(*flags: str, stderr: int = 2) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "genlb", "agent", "vip", "--config", str(file), *flags]
        running.append(subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=stderr))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()
    subprocess.run(["nft", "delete", "table", "inet", "genlb"], check=False, capture_output=True)
    ip("link", "delete", "nic0")
    for vip in routes():
        ip("route", "delete", "local", vip, "dev", "lo", "table", "local")


@pytest.fixture
def nic() -> Iterator[str]:
    """A NIC with the node's own address, and its neighbour's end."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "nic0", "type", "veth", "peer", "name", "tor0")
    ip("link", "set", "tor0", "up")
    ip("link", "set", "nic0", "up")
    ip("address", "add", f"{NODE}/24", "dev", "nic0")
    yield "nic0"
    ip("link", "delete", "nic0")
