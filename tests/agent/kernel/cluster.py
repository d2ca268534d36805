"""An API server of a few lines that speaks TLS, and what is to be seen of a node beside it."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.agent import waiting

ROUTED, VIP, NODE = "10.208.1.7", "10.20.1.200", "10.20.1.11"
ACCOUNT = Path("/run/secrets/kubernetes.io/serviceaccount")
LEASES = "/apis/coordination.k8s.io/v1/namespaces/genlb-system/leases"
EVENTS = "/api/v1/namespaces/shop/events"
KINDS = (EVENTS, "/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices", "/api/v1/nodes", LEASES)
EAGER_REPORT = {
    "leasePrefix": "genlb-report-vip-",
    "minIntervalSeconds": 0.2,
    "renewIntervalSeconds": 60,
    "leaseDurationSeconds": 180,
}


class Api:
    """Objects by kind and name, with versions and watches."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self.log: list[str] = []
        self._watches: list[tuple[str, queue.SimpleQueue[Any]]] = []
        self._lock = threading.Lock()
        self._version = 100
        self.nonsense: bytes | None = None
        self.asked_for_nonsense = 0

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
            elif url.path != LEASES and api.nonsense is not None:
                api.asked_for_nonsense += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(api.nonsense)))
                self.end_headers()
                self.wfile.write(api.nonsense)
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


class Quiet(ThreadingHTTPServer):
    """A server that says nothing of clients that were killed."""

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


def ip(*arguments: str) -> Any:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout or "[]") if "-json" in arguments else None


def shown(device: str) -> dict[str, Any]:
    """What ``ip`` says of the addresses on ``device``, by address."""
    [entry] = ip("-json", "-details", "address", "show", "dev", device)
    return {info["local"]: info for info in entry["addr_info"] if "local" in info}


def addresses() -> set[str]:
    return {info["local"] for entry in ip("-json", "address") for info in entry.get("addr_info", ()) if "local" in info}


def routes() -> set[str]:
    listed = ip("-json", "-details", "route", "show", "table", "local", "type", "local")
    return {entry["dst"] for entry in listed if entry.get("protocol") == "115"}


def rules() -> str:
    """Everything that nft has."""
    return subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout


def ask(page: str) -> tuple[int, str]:
    return waiting.ask(19472, page)


def lines_lost() -> int:
    name = "genlb_agent_log_lines_lost_total "
    return sum(int(line.removeprefix(name)) for line in ask("/metrics")[1].splitlines() if line.startswith(name))


def reported(api: Api) -> Any:
    lease = api.objects[LEASES].get("genlb-report-vip-n1", {"metadata": {"annotations": {}}})
    return json.loads(lease["metadata"]["annotations"].get("genlb.io/report", '{"state": {"withheld": 0}}'))["state"]
