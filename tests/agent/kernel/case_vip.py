"""The binder as its DaemonSet starts it, on a real kernel, beside an API server of a few lines that speaks TLS."""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from genlb.spec.values import Duration
from tests.agent.objects import agent_json, node_object, service_object
from tests.builders import a_cluster, a_pool

ROUTED, VIP, NODE = "10.208.1.7", "10.20.1.200", "10.20.1.11"
ACCOUNT = Path("/run/secrets/kubernetes.io/serviceaccount")
LEASES = "/apis/coordination.k8s.io/v1/namespaces/genlb-system/leases"
EVENTS = "/api/v1/namespaces/shop/events"
KINDS = (EVENTS, "/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices", "/api/v1/nodes", LEASES)
PATIENCE = 20.0


class Api:
    """Objects by kind and name, with versions and watches."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self.log: list[str] = []
        self._watches: list[tuple[str, queue.SimpleQueue[Any]]] = []
        self._lock = threading.Lock()
        self._version = 100

    def put(self, kind: str, item: dict[str, Any], happened: str = "MODIFIED") -> dict[str, Any]:
        with self._lock:
            self._version += 1
            item["metadata"]["resourceVersion"] = str(self._version)
            if happened == "DELETED":
                del self.objects[kind][item["metadata"]["name"]]
            else:
                self.objects[kind][item["metadata"]["name"]] = item
            for watched, events in self._watches:
                if watched == kind:
                    events.put({"type": happened, "object": item})
        return item

    def watch(self, kind: str) -> queue.SimpleQueue[Any]:
        events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        with self._lock:
            self._watches.append((kind, events))
        return events

    def listed(self, kind: str) -> dict[str, Any]:
        with self._lock:
            return {"metadata": {"resourceVersion": str(self._version)}, "items": list(self.objects[kind].values())}

    def claims(self) -> str:
        lease = self.objects[LEASES].get("genlb-vip-n1", {"metadata": {"annotations": {}}})
        return str(lease["metadata"]["annotations"].get("genlb.io/claims", ""))


def handler(api: Api) -> type[BaseHTTPRequestHandler]:  # noqa: C901 -- a server in one class
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            kind, _, name = url.path.rpartition("/")
            if url.path not in KINDS:
                found = api.objects[kind].get(name)
                self.reply(200 if found else 404, found or {"reason": "NotFound"})
            elif "watch" not in parse_qs(url.query):
                self.reply(200, api.listed(url.path))
            else:
                self.stream(url.path)

        def stream(self, kind: str) -> None:
            events = api.watch(kind)
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while (event := events.get()) is not None:
                line = json.dumps(event).encode() + b"\n"
                self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")

        def body(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def do_POST(self) -> None:
            item = self.body()
            name = item["metadata"]["name"]
            if name in api.objects[self.path]:
                self.reply(409, {"reason": "AlreadyExists"})
            else:
                self.reply(201, api.put(self.path, item, "ADDED"))

        def do_PUT(self) -> None:
            kind, _, name = self.path.rpartition("/")
            item = self.body()
            if name not in api.objects[kind]:
                self.reply(404, {"reason": "NotFound"})
            elif item["metadata"]["resourceVersion"] != api.objects[kind][name]["metadata"]["resourceVersion"]:
                self.reply(409, {"reason": "Conflict"})
            else:
                if name == "genlb-vip-n1":
                    claims = item["metadata"]["annotations"]["genlb.io/claims"]
                    api.log.append(f"{claims} {'bound' if VIP in addresses() else 'off'}")
                self.reply(200, api.put(kind, item))

        def do_DELETE(self) -> None:
            kind, _, name = self.path.rpartition("/")
            self.body()
            api.log.append("deleted")
            self.reply(200, api.put(kind, api.objects[kind][name], "DELETED"))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def ip(*arguments: str) -> Any:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout or "[]") if "-json" in arguments else None


def addresses() -> set[str]:
    return {info["local"] for entry in ip("-json", "address") for info in entry.get("addr_info", ()) if "local" in info}


def routes() -> set[str]:
    listed = ip("-json", "-details", "route", "show", "table", "local", "type", "local")
    return {entry["dst"] for entry in listed if entry.get("protocol") == "115"}


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def ask(page: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", 19472, timeout=PATIENCE)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


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
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(served))
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
    ip("link", "add", "nic0", "type", "veth", "peer", "name", "tor0")
    ip("link", "set", "tor0", "up")
    ip("link", "set", "nic0", "up")
    ip("address", "add", f"{NODE}/24", "dev", "nic0")
    pools = (a_pool("public", "10.208.1.0/24"), a_pool("local", "10.20.1.192/28"))
    l2 = {"lease_duration": Duration(3_000), "renew_interval": Duration(400)}
    file = tmp_path / "agent.json"
    file.write_text(
        agent_json("vip", a_cluster(pools=pools, vip_binder={"l2": l2}), stateDirectory=str(tmp_path).replace("..", ""))
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

    def begin(*flags: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "genlb", "agent", "vip", "--config", str(file), *flags]
        running.append(subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=2))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()
    subprocess.run(["nft", "delete", "table", "inet", "genlb"], check=False, capture_output=True)
    ip("link", "delete", "nic0")
    for vip in routes():
        ip("route", "delete", "local", vip, "dev", "lo", "table", "local")


def test_a_service_becomes_a_local_vip_and_the_end_is_in_order(
    api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]
) -> None:
    served, _ = api
    process = start()

    wait(lambda: routes() == {ROUTED})
    wait(lambda: VIP in addresses())
    assert json.loads(served.claims()) == {VIP: "held"}
    assert ask("/healthz")[0] == ask("/readyz")[0] == 200
    wait(lambda: "genlb_vip_owned 1" in ask("/metrics")[1].splitlines())
    assert 'genlb_vip_refused{reason="OUTSIDE_POOLS"} 2' in ask("/metrics")[1].splitlines()
    report = json.loads(served.objects[LEASES]["genlb-report-vip-n1"]["metadata"]["annotations"]["genlb.io/report"])
    assert (report["daemon"], report["node"]) == ("vip", "n1")
    wait(lambda: bool(served.objects[EVENTS]))
    (event,) = served.objects[EVENTS].values()
    assert (event["involvedObject"]["name"], event["reason"]) == ("evil", "OutsidePools")
    assert NODE in event["message"]
    assert "10.99.0.1" in event["message"]

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0
    assert served.log[-2:] == ["{} off", "deleted"]
    assert "{} bound" not in served.log
    assert routes() == {ROUTED}
    assert VIP not in addresses()


def test_a_changed_service_is_followed(api: tuple[Api, int], start: Callable[..., subprocess.Popen[str]]) -> None:
    served, _ = api
    start()
    wait(lambda: routes() == {ROUTED})

    served.put("/api/v1/services", service_object("web", "10.208.1.8"))

    wait(lambda: routes() == {"10.208.1.8"})


def test_a_second_binder_on_the_node_refuses_to_start(start: Callable[..., subprocess.Popen[str]]) -> None:
    start()
    wait(lambda: routes() == {ROUTED})

    assert start().wait(PATIENCE) == 3
    assert routes() == {ROUTED}


def test_cleanup_leaves_nothing(start: Callable[..., subprocess.Popen[str]]) -> None:
    first = start()
    wait(lambda: VIP in addresses())
    first.kill()
    first.wait(PATIENCE)

    assert start("--once", "--cleanup").wait(PATIENCE) == 0

    assert routes() == set()
    assert VIP not in addresses()
    assert NODE in addresses()


def test_a_dry_run_tells_and_does_nothing(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("--once", "--dry-run")

    told, _ = process.communicate(timeout=PATIENCE)

    assert (process.returncode, told) == (1, f"{ROUTED}: local route added\n")
    assert routes() == set()
