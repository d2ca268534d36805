"""HTTPS to one API server: a few connections that are kept, a deadline for everything, nothing followed or guessed.

The standard library's client: what a run needs of an HTTP library is this file, and importing one takes longer than
asking a whole cluster.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from genlb.stores.cluster_failure import ReadFailure
from genlb.stores.cluster_tls import not_trusted, tls_for, told
from genlb.stores.kubeconfig import Login

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
LARGEST = 128 * 1024 * 1024
"""Bytes of one answer; a page of 500 Services is a few MiB."""

_PIECE = 1 << 18


class Reply(NamedTuple):
    """Status, headers (lower case) and body of an answer that came in full."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_HUNG_UP = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""What may be better at the next try."""


class Dropped(Exception):
    """The connection broke in the middle of it; another try may do better."""


class Connections:
    """Connections to the server of ``login``, opened as they are needed; safe to use from several threads.

    ``seconds`` is what all requests together may take.
    """

    def __init__(self, login: Login, seconds: float) -> None:
        self._login = login
        self._address = urlsplit(login.server)
        try:
            # Without what may stand before an @: nobody's password belongs into a message.
            self._where = f"{self._address.hostname}:{self._address.port or self._address.scheme}"
        except ValueError as error:
            raise ReadFailure("its server is no address", "mend the kubeconfig", fatal=True) from error
        self._end = time.monotonic() + seconds
        self._tls = tls_for(login) if self._address.scheme == "https" else None
        self._idle: list[http.client.HTTPConnection] = []
        self._open: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds until everything has to be over."""
        return self._end - time.monotonic()

    def get(self, target: str) -> Reply:
        """The answer to ``GET <target>``. `Dropped` when the server hung up, `ReadFailure` when it is not there."""
        connection, reused = self._take()
        try:
            reply, keep = self._exchange(connection, target)
        except TimeoutError as error:
            self._discard(connection)
            raise ReadFailure(f"{self._where} takes too long to answer", "try again; is it overloaded?") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._discard(connection)
            if reused and self.left > 0:  # hung up while it was idle: nothing was answered, so nothing is lost
                return self.get(target)
            if isinstance(error, ssl.SSLError) and not isinstance(error, _HUNG_UP):
                raise not_trusted(error, self._login, self._where) from error
            raise Dropped(told(error)) from error
        except BaseException:
            self._discard(connection)
            raise
        self._give_back(connection, keep=keep)
        return reply

    def close(self) -> None:
        """Hang up everywhere; whoever waits for an answer gets none."""
        with self._lock:
            idle, self._idle, self._end = self._idle, [], 0.0
            used = self._open.difference(idle)
        for connection in idle:
            self._discard(connection)
        for connection in used:  # whoever uses it closes it: two threads must not take one apart
            with contextlib.suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _take(self) -> tuple[http.client.HTTPConnection, bool]:
        if self.left <= 0:
            raise ReadFailure("there was no time left for it", "the cluster answers too slowly; try again")
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        connection = self._connect()
        with self._lock:
            self._open.add(connection)
        return connection, False

    def _connect(self) -> http.client.HTTPConnection:
        proxy = _proxy(self._login.proxy, self._address)
        connection = _Connection(self._address, proxy, self._tls, self._login.server_name)
        connection.timeout = max(0.1, min(CONNECT_SECONDS, self.left))
        try:
            connection.connect()
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            if isinstance(error, _HUNG_UP):
                raise Dropped(told(error)) from error
            if isinstance(error, ssl.SSLError):
                raise not_trusted(error, self._login, self._where) from error
            through = f" through the proxy {proxy.hostname}" if proxy else ""
            cure = f"is the cluster up, the VPN on, and that address still right in context {self._login.context}?"
            raise ReadFailure(
                f"cannot be reached at {self._where}{through}: {told(error)}", cure, fatal=True
            ) from error
        return connection

    def _exchange(self, connection: http.client.HTTPConnection, target: str) -> tuple[Reply, bool]:
        if connection.sock is not None:
            connection.sock.settimeout(max(0.1, min(ANSWER_SECONDS, self.left)))
        headers = {"Accept": "application/json", "User-Agent": "genlb", **self._login.headers}
        connection.request("GET", f"{self._address.path}{target}", headers=headers)
        response = connection.getresponse()
        body = bytearray()
        while piece := response.read1(_PIECE):
            body += piece
            if len(body) > LARGEST:
                raise ReadFailure(
                    f"the answer is larger than {LARGEST >> 20} MiB", "that is no list of a sound cluster"
                )
            if self.left <= 0:
                raise TimeoutError
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        response.close()  # read1 leaves it open, and the connection busy
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, bytes(body)), not response.will_close

    def _give_back(self, connection: http.client.HTTPConnection, *, keep: bool) -> None:
        with self._lock:
            keep = keep and self.left > 0
            if keep:
                self._idle.append(connection)
        if not keep:
            self._discard(connection)

    def _discard(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()


class _Connection(http.client.HTTPConnection):
    """TLS to the server, whatever name its certificate has, through a proxy if there is one."""

    def __init__(self, server: SplitResult, proxy: SplitResult | None, tls: ssl.SSLContext | None, name: str) -> None:
        first = proxy or server
        if proxy is not None and proxy.scheme != "http":
            raise ReadFailure(f"its proxy is {proxy.scheme}://…, and genlb speaks http:// to proxies only", fatal=True)
        port = first.port or (443 if first.scheme == "https" else 80)
        super().__init__(first.hostname or "", port)
        if proxy is not None:
            self.set_tunnel(server.hostname or "", server.port or (443 if tls else 80))
        self._tls = tls
        self._name = name or server.hostname

    def connect(self) -> None:
        """As the parent, with TLS on top."""
        super().connect()
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


def _proxy(named: str, server: SplitResult) -> SplitResult | None:
    """What the kubeconfig names, else the environment, as kubectl does."""
    if not named and any(name in os.environ for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")):
        from urllib.request import getproxies, proxy_bypass

        host = server.hostname or ""
        named = "" if _is_local(host) or proxy_bypass(host) else getproxies().get(server.scheme, "")
    return urlsplit(named if "://" in named else f"http://{named}") if named else None


def _is_local(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"
