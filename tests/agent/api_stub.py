"""An HTTP server that says what a test tells it to, for the bad days that a real API server does not have."""

from __future__ import annotations

import http.client
import json
import socketserver
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

from genlb.agent.kube.account import Account


class Answer(NamedTuple):
    """One answer. ``length`` is what the header says; None: as long as the body. ``hang``: nothing comes at all."""

    status: int = 200
    body: bytes = b"{}"
    length: int | None = None
    hang: bool = False
    retry_after: str = ""


def answer(status: int = 200, **body: Any) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(body).encode())


class Asked(NamedTuple):
    """What a client sent."""

    method: str
    path: str
    authorization: str
    body: Any


class PlainAccount(Account):
    """An account that needs no TLS, with a token of its own."""

    def token(self) -> str:
        return "secret"

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)


class Stub(NamedTuple):
    """The server: where it is, and everything that it was asked, over which connections."""

    account: PlainAccount
    asked: list[Asked]
    connections: set[int]


@contextmanager
def serving(answers: Iterable[Answer]) -> Iterator[Stub]:
    """A server that gives ``answers`` one after the other, whatever it is asked; then it closes connections."""
    script, over = iter(answers), threading.Event()
    asked: list[Asked] = []
    connections: set[int] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            connections.add(self.client_address[1])
            asked.append(Asked(self.command, self.path, self.headers.get("Authorization", ""), body))
            given = next(script, None)
            if given is None or given.hang:
                if given is not None:
                    over.wait(30)
                self.close_connection = True
                return
            self.send_response(given.status)
            self.send_header("Content-Length", str(len(given.body) if given.length is None else given.length))
            if given.retry_after:
                self.send_header("Retry-After", given.retry_after)
            self.end_headers()
            self.wfile.write(given.body)
            self.close_connection = given.length is not None

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 -- http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing: clients that hang up are what is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Stub(PlainAccount("127.0.0.1", server.server_address[1]), asked, connections)
        finally:
            over.set()
            server.shutdown()
            thread.join()
