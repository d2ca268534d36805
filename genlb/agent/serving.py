"""/healthz, /readyz and /metrics: a small HTTP server in one thread.

The standard library's own server answers one slow client at a time, or starts a thread for each; a probe of kubelet
must be answered whoever else is connected. Here all connections are open at once, none of them for long, and a request
is a first line that is looked up in a table.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Self, TypeAlias

from genlb.agent.config import Http, Listen
from genlb.errors import Undetermined

_MOST_CLIENTS = 32
_LONGEST_REQUEST = 8_192
_PATIENCE = 5.0
"""Seconds that a client has for its request and for taking the answer."""

_IP_FREEBIND = 15
_IPV6_FREEBIND = 78
_TEXT = "text/plain; charset=utf-8"


class Page(NamedTuple):
    """An answer: HTTP status, body, and what kind of text that is."""

    status: int
    body: str
    content_type: str = _TEXT


Pages: TypeAlias = Mapping[str, Callable[[], Page]]


def verdict(problem: str | None) -> Page:
    """The answer to a probe: 200, or 503 with what is wrong."""
    return Page(200, "ok\n") if problem is None else Page(503, f"{problem}\n")


def addresses(http: Http, node_ip: str | None) -> tuple[str, ...]:
    """Where to listen; never on all addresses, since VIPs are among them."""
    places = {Listen.LOOPBACK: "127.0.0.1", Listen.NODE_IP: node_ip}
    return tuple(dict.fromkeys(place for entry in http.addresses if (place := places[entry])))


class Server:
    """Answers for ``pages`` at ``addresses`` as long as the context lasts.

    ``pages`` are called in the server's thread: they read values that another thread replaces as a whole. ``ports``
    are the ports that were got, which matters where 0 was asked for. ``Undetermined`` where nothing can be listened on.
    """

    def __init__(self, addresses: Iterable[str], port: int, pages: Pages) -> None:
        self._pages = pages
        self._selector = selectors.DefaultSelector()
        self._alarm, self._bell = socket.socketpair()
        self._clients: dict[socket.socket, _Client] = {}
        self._listeners: list[socket.socket] = []
        try:
            for address in addresses:
                self._listeners.append(_listener(address, port))
        except OSError as error:
            self._close()
            raise Undetermined(f"cannot listen on port {port}: {error.strerror or error}") from error
        self.ports = tuple(listener.getsockname()[1] for listener in self._listeners)
        for listener in self._listeners:
            self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._alarm, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bell.send(b"!")
        self._thread.join(_PATIENCE)
        self._close()

    def _close(self) -> None:
        for open_socket in (*self._clients, *self._listeners, self._alarm, self._bell):
            open_socket.close()
        self._selector.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select(1.0 if self._clients else None):
                place = key.fileobj
                if place is self._alarm:
                    return
                if place in self._listeners:
                    self._accept(place)
                else:
                    self._go_on(place)  # type: ignore[arg-type]
            self._drop_slow()

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:  # gone again, or no descriptor left: the next one may fare better
            return
        client.settimeout(0)  # never waits
        if len(self._clients) >= _MOST_CLIENTS:
            # The oldest makes room: whoever holds connections open must not keep a probe out.
            self._drop(next(iter(self._clients)))
        self._clients[client] = _Client(time.monotonic() + _PATIENCE)
        self._selector.register(client, selectors.EVENT_READ)

    def _go_on(self, client: socket.socket) -> None:
        state = self._clients.get(client)
        if state is None:  # dropped in this very round
            return
        try:
            finished = state.send(client) if state.answer else self._read(client, state)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            finished = True
        if finished:
            self._drop(client)

    def _read(self, client: socket.socket, state: _Client) -> bool:
        data = client.recv(_LONGEST_REQUEST)
        if not data:
            return True
        state.request += data
        if b"\r\n\r\n" not in state.request and len(state.request) < _LONGEST_REQUEST:
            return False
        state.answer = _response(state.request, self._pages)
        self._selector.modify(client, selectors.EVENT_WRITE)
        return state.send(client)

    def _drop_slow(self) -> None:
        now = time.monotonic()
        for client in [client for client, state in self._clients.items() if state.deadline <= now]:
            self._drop(client)

    def _drop(self, client: socket.socket) -> None:
        del self._clients[client]
        self._selector.unregister(client)
        with contextlib.suppress(OSError):  # what was not read would turn the end into a reset
            client.shutdown(socket.SHUT_WR)
        client.close()


class _Client:
    __slots__ = ("answer", "deadline", "request")

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.request = b""
        self.answer = b""

    def send(self, client: socket.socket) -> bool:
        """Send what can be sent; whether that was all."""
        self.answer = self.answer[client.send(self.answer) :]
        return not self.answer


def _listener(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A node's address may come later than the daemon.
        level, option = (
            (socket.IPPROTO_IPV6, _IPV6_FREEBIND) if family == socket.AF_INET6 else (socket.IPPROTO_IP, _IP_FREEBIND)
        )
        with contextlib.suppress(OSError):
            listener.setsockopt(level, option, 1)
        listener.bind((address, port))
        listener.listen(_MOST_CLIENTS)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(error.errno, f"{address} is in use: another daemon runs on this node") from error
        raise
    return listener


def _response(request: bytes, pages: Pages) -> bytes:
    page, method = _answer(request, pages)
    body = page.body.encode("utf-8", "replace")
    head = (
        f"HTTP/1.1 {page.status} {_REASONS.get(page.status, 'Unknown')}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == "HEAD" else body)


def _answer(request: bytes, pages: Pages) -> tuple[Page, str]:
    words = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or b"\r\n\r\n" not in request:  # noqa: PLR2004 -- RFC 9112
        return Page(400, "bad request\n"), "GET"
    method, target, _ = words
    if method not in ("GET", "HEAD"):
        return Page(405, "only GET and HEAD\n"), method
    page = pages.get(target.partition("?")[0])
    if page is None:
        return Page(404, "not found\n"), method
    return page(), method


_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}
