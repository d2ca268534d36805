"""What the kube-proxy of this node says of itself: the mode that it runs in, and the fields that decide about VIPs.

kube-proxy reads its file once, when it starts: what git has, and what the ConfigMap has, may be what it will do after
its next start. Only the process knows, and it tells its own node. It is asked in a thread of its own, seldom, for a
short time and for little: whatever answers there, or does not, the loop that holds VIPs goes on.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Self

from genlb import __version__
from genlb.agent.backoff import Backoff
from genlb.agent.config import ProxyMode
from genlb.agent.logs import Log
from genlb.errors import Undetermined
from genlb.network.node_report import proxy_settings

PERIOD = 60.0
"""Seconds between two questions; sooner after a failure, since kube-proxy may start later than we do."""

_FIRST = 2.0
_PATIENCE = 2.0
"""Seconds that one question may take, from the connection to the last byte."""

_LARGEST = 1 << 18
"""Bytes of an answer; a configuration has about four thousand."""

_PIECE = 1 << 14
_JOIN = 1.0
_GROUP = "kubeproxy.config.k8s.io"
"""Under this name its configuration stands in the answer to ``/configz``."""


class Said(NamedTuple):
    """What kube-proxy said last. None is what it did not say, or not in a way that can be understood: nobody knows."""

    mode: str | None = None
    settings: Mapping[str, str] | None = None


class ProxyWatch:
    """Asks the kube-proxy at ``place``, ``127.0.0.1:10249``; a context manager, whose thread ends with it.

    ``said`` is the latest answer, replaced as a whole. ``changed`` is called in the thread when it is another one.
    """

    def __init__(
        self,
        place: str,
        expected: ProxyMode,
        changed: Callable[[], None],
        log: Log,
        *,
        period: float = PERIOD,
        backoff: Backoff | None = None,
    ) -> None:
        self.said = Said()
        self._place, self._expected, self._changed, self._log = place, expected, changed, log
        self._period, self._backoff = period, backoff or Backoff(_FIRST, period)
        self._problem = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="kube-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(_JOIN)  # a question under way ends by itself, and nothing depends on its answer

    def _work(self) -> None:
        while not self._ended.is_set():
            said, problem = ask(self._place)
            if self._ended.is_set():  # whoever was to hear of it may be gone
                return
            self._tell("; ".join(filter(None, (self._deviation(said), problem))))
            if said != self.said:
                self.said = said
                self._changed()
            if not problem:
                self._backoff.reset()
            self._ended.wait(self._backoff.next() if problem else self._period)

    def _deviation(self, said: Said) -> str:
        if said.mode in (None, self._expected.value):
            return ""
        return f"it runs in mode {said.mode}, not {self._expected.value}"

    def _tell(self, problem: str) -> None:
        if problem and problem != self._problem:
            self._log.warning("kube-proxy is not as the spec says, or not known", place=self._place, problem=problem)
        elif self._problem and not problem:
            self._log.info("kube-proxy runs as the spec says", mode=self._expected.value)
        self._problem = problem


def ask(place: str) -> tuple[Said, str]:
    """What kube-proxy at ``place`` says, and what stood in the way of knowing it all, "" where nothing did."""
    said = Said()
    try:
        said = Said(mode_in(answer(place, "/proxyMode")))
        return said._replace(settings=settings_in(answer(place, "/configz"))), ""
    except (OSError, Undetermined) as error:
        return said, str(error) or type(error).__name__


def mode_in(body: bytes) -> str:
    """The mode in the answer to ``/proxyMode``; ``Undetermined`` where another program seems to have answered."""
    try:
        return ProxyMode(body.decode("ascii").strip()).value
    except ValueError as error:
        raise Undetermined("/proxyMode: what answers names no mode of kube-proxy") from error


def settings_in(body: bytes) -> dict[str, str]:
    """The settings in the answer to ``/configz``; ``Undetermined`` where it holds no configuration of kube-proxy."""
    try:
        answered = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Undetermined("/configz: the answer is no JSON") from error
    config = answered.get(_GROUP) if isinstance(answered, dict) else None
    if not isinstance(config, dict):
        raise Undetermined(f"/configz: the answer has no {_GROUP}")
    return proxy_settings(config)


def answer(place: str, page: str, *, patience: float = _PATIENCE) -> bytes:
    """What ``place`` answers to ``GET page``; ``Undetermined`` where that is no 200, too slow or too much.

    HTTP/1.0, whose answers end where the connection does: no client is needed to know how long one is.
    """
    host, _, port = place.rpartition(":")
    deadline = time.monotonic() + patience
    ask_for = f"GET {page} HTTP/1.0\r\nHost: {place}\r\nUser-Agent: genlb-agent/{__version__}\r\n\r\n"
    with socket.create_connection((host.strip("[]"), int(port)), timeout=patience) as connection:
        connection.sendall(ask_for.encode())
        text = b""
        while piece := _received(connection, deadline - time.monotonic()):
            text += piece
            if len(text) > _LARGEST:
                raise Undetermined(f"{page}: the answer is larger than {_LARGEST >> 10} KiB")
    head, _, body = text.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0].split(b" ")
    if status[1:2] != [b"200"]:
        raise Undetermined(f"{page}: the answer is {b' '.join(status)[:60].decode('ascii', 'replace')!r}")
    return body


def _received(connection: socket.socket, seconds: float) -> bytes:
    if seconds <= 0:
        raise TimeoutError("the answer is not complete in time")
    connection.settimeout(seconds)
    return connection.recv(_PIECE)
