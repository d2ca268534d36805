"""An API server made of a dictionary, on loopback, that can be told to misbehave: what no real one does on demand.

``tests/drift_live`` has the real one. This one knows get, list with selector and pages, discovery, and no writing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from genlb.drift.kinds import KINDS

UID = "3f1c7a52-8f0e-4b7e-9a53-1de0a5f9b7c1"

Manifest: TypeAlias = dict[str, Any]
Fault: TypeAlias = Callable[["Handler"], None]
"""Answers a request in place of the server."""


class Server(ThreadingHTTPServer):
    """``objects`` are what it holds, ``asked`` every request line, ``faults`` what goes wrong, by a part of the path.

    A fault in a list is used up, one by one; a single one stays.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, objects: Iterable[Manifest] = (), *, uid: str = UID) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        kube_system = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": uid}}
        self.objects: list[Manifest] = [kube_system, *objects]
        self.asked: list[str] = []
        self.connections = 0
        self.headers: list[dict[str, str]] = []
        self.faults: dict[str, Fault | list[Fault]] = {}
        self.apis = {api for known in KINDS.values() for api in known.apis}
        self.page = 500
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self, path: str) -> Fault | None:
        """What shall go wrong with a request for ``path``."""
        with self._lock:
            for part, fault in self.faults.items():
                if part in path and callable(fault):
                    return fault
                if part in path and fault:
                    assert isinstance(fault, list)
                    return fault.pop(0)
        return None

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the connections."""
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up in the middle is no news here."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the parent's name
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer, or misbehave."""
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers.items()))
        fault = self.server.fault(self.path)
        if fault is not None:
            fault(self)
        else:
            self.answer()

    def answer(self) -> None:
        """As an API server would."""
        path = urlsplit(self.path).path
        if path == "/version":
            return self.json({"gitVersion": "v1.35.2"})
        if path == "/apis":
            return self.json({"groups": list(self._groups())})
        return self._objects(path.strip("/").split("/"))

    def json(self, data: Any, status: int = 200) -> None:
        """An answer in JSON."""
        self.raw(json.dumps(data).encode(), status)

    def raw(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Any answer."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _groups(self) -> Iterator[dict[str, Any]]:
        groups: dict[str, list[str]] = {}
        for api in sorted(self.server.apis):
            if "/" in api:
                groups.setdefault(api.partition("/")[0], []).append(api)
        for group, versions in groups.items():
            yield {"name": group, "versions": [{"groupVersion": version} for version in versions]}

    def _objects(self, steps: list[str]) -> None:
        api = steps[1] if steps[0] == "api" else "/".join(steps[1:3])
        rest = steps[2:] if steps[0] == "api" else steps[3:]
        # namespaces/x/plural[/name], or plural[/name]; a namespace itself is the latter.
        namespace = rest[1] if len(rest) > 2 else ""
        rest = rest[2:] if namespace else rest
        kinds = [kind for (_, kind), known in KINDS.items() if api in known.apis and known.plural == rest[0]]
        if api not in self.server.apis or not kinds:
            return self.raw(b"404 page not found\n", 404, Content_Type="text/plain")
        found = [one for one in self.server.objects if one["apiVersion"] == api and one["kind"] == kinds[0]]
        found = [one for one in found if namespace in {"", one["metadata"].get("namespace")}]
        if len(rest) == 1:
            return self._list(api, kinds[0], found)
        for one in found:
            if one["metadata"]["name"] == rest[1]:
                return self.json(one)
        return self.json({"kind": "Status", "reason": "NotFound", "details": {"name": rest[1]}, "code": 404}, 404)

    def _list(self, api: str, kind: str, found: list[Manifest]) -> None:
        query = parse_qs(urlsplit(self.path).query)
        for selector in query.get("labelSelector", []):
            label, _, value = selector.partition("=")
            found = [one for one in found if one["metadata"].get("labels", {}).get(label) == value]
        start = int(query.get("continue", ["0"])[0])
        size = min(self.server.page, int(query["limit"][0]))
        end = start + size
        metadata = {"continue": str(end)} if end < len(found) else {}
        bare = [{name: value for name, value in one.items() if name not in {"apiVersion", "kind"}} for one in found]
        self.json({"apiVersion": api, "kind": f"{kind}List", "metadata": metadata, "items": bare[start:end]})


@contextmanager
def serving(*objects: Manifest, uid: str = UID) -> Iterator[Server]:
    """A running server."""
    server = Server(objects, uid=uid)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kubeconfig(path: Path, **contexts: str) -> Path:
    """A kubeconfig at ``path`` with a context for each server; ``_`` in a keyword stands for ``-``."""
    names = {name.replace("_", "-"): url for name, url in contexts.items()}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": url}} for name, url in names.items()],
        "users": [{"name": "nobody", "user": {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "nobody"}} for name in names],
        "current-context": "",
    }
    path.write_text(json.dumps(config))
    return path
