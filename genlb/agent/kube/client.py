"""Requests to the API server: plain JSON over one HTTPS connection that stays open.

A client belongs to one thread. Every request has a timeout, and an answer a size, so that nothing a server does can
stop a daemon or eat its memory. A write is never tried twice in here: whether one without an answer was carried out,
only reading tells.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import urlencode

from genlb import __version__
from genlb.agent.kube.account import Account
from genlb.agent.kube.failures import ApiFailure, Malformed, TooLarge, Unreachable, refusal

Object: TypeAlias = dict[str, object]

TIMEOUT = 10.0
"""Seconds until an answer has to have begun, and from then until it has to be complete."""

LARGEST = 8 << 20
"""Bytes of an answer: a daemon has 96 MiB, and parsed JSON takes several times its text. One object has 1.5 MiB."""

_PIECE = 1 << 16
_JSON = "application/json"


class Client:
    """One connection as ``account``. It is opened when it is needed, and again after every failure."""

    def __init__(self, account: Account, *, timeout: float = TIMEOUT) -> None:
        self._account = account
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Object:
        """The object at ``path``; asked once more over a fresh connection where the old one turns out to be closed."""
        fresh = self._connection is None
        try:
            return self._answered("GET", path, query)
        except Unreachable:
            if fresh:
                raise
            return self._answered("GET", path, query)

    def create(self, path: str, body: Object) -> Object:
        """The object as it was created in the collection at ``path``."""
        return self._answered("POST", path, None, body)

    def update(self, path: str, body: Object) -> Object:
        """The object at ``path`` after it was replaced, if its resourceVersion still is the one in ``body``."""
        return self._answered("PUT", path, None, body)

    def delete(self, path: str, *, version: str) -> None:
        """Delete the object at ``path`` if its resourceVersion still is ``version``."""
        options: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"resourceVersion": version}}
        self._answered("DELETE", path, None, options)

    def stream(self, path: str, query: Mapping[str, str], *, quiet: float) -> http.client.HTTPResponse:
        """An answer without an end, to be read line by line; reading fails after ``quiet`` seconds without a byte."""
        response = self._sent("GET", path, query, None)
        if response.status != http.HTTPStatus.OK:
            raise refusal(response.status, _parsed(self._read(response)), response.getheader("Retry-After"))
        if self._connection is not None and self._connection.sock is not None:
            self._connection.sock.settimeout(quiet)
        return response

    def interrupt(self) -> None:
        """Let a read that is under way fail now; the only method for another thread than the client's own."""
        connection = self._connection
        if connection is not None and isinstance(connection.sock, socket.socket):
            with contextlib.suppress(OSError):
                # Not TLS's own, which would take the keys from under the thread that reads.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _answered(self, method: str, path: str, query: Mapping[str, str] | None, body: Object | None = None) -> Object:
        response = self._sent(method, path, query, body)
        text = self._read(response)
        if response.status >= http.HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(response.status, _parsed(text), response.getheader("Retry-After"))
        found = _parsed(text)
        if not isinstance(found, dict):
            raise Malformed(f"{method} {path}: the answer is no object")
        return found

    def _sent(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Object | None
    ) -> http.client.HTTPResponse:
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            headers = {
                "Authorization": f"Bearer {self._account.token()}",
                "Accept": _JSON,
                "User-Agent": f"genlb-agent/{__version__}",
            }
            if body is not None:
                headers["Content-Type"] = _JSON
            connection = self._opened()
            connection.request(method, target, json.dumps(body) if body is not None else None, headers)
            return connection.getresponse()
        except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: a token that is no text
            self.close()
            raise Unreachable(f"{method} {path}: {_words(error)}") from error

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        deadline = time.monotonic() + self._timeout
        pieces, size = [], 0
        try:
            while piece := response.read1(_PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise TooLarge(f"the answer is larger than {LARGEST >> 20} MiB")
                if time.monotonic() > deadline:
                    raise Unreachable(f"the answer is not complete after {self._timeout:g} s")
            if response.length:  # read1 takes an early end for the end
                raise Unreachable("the answer was cut off")
            response.read()  # nothing is left, but only this says so to the connection, which can go on then
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(f"the answer was cut off: {_words(error)}") from error
        except ApiFailure:
            self.close()
            raise
        return b"".join(pieces)

    def _opened(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = self._account.connect(self._timeout)
        return self._connection


def _parsed(text: bytes) -> object:
    """What JSON says; an answer of something between us and the server may be anything."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
