"""An API server behind a line that drops, delays or cuts off: in step, or not checked, and never drift."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest

from tests.drift_live.conftest import Lab

Line: TypeAlias = Callable[[int, int], bool]
"""Whether the line holds: for the number of the connection, and the bytes of answers that it brought so far."""

SHORT, LONG = 2_000, 12_000
"""Bytes of a TLS handshake with hardly an answer, and of what holds one small answer, but no DaemonSet."""


def slow(_connection: int, _brought: int) -> bool:
    time.sleep(0.01)
    return True


def every_second_one_drops(connection: int, _brought: int) -> bool:
    return connection % 2 == 0


def always_cut_off(_connection: int, brought: int) -> bool:
    return brought < SHORT


def cut_off_after_a_few_answers(_connection: int, brought: int) -> bool:
    return brought < LONG


class Proxy(socketserver.ThreadingTCPServer):
    """Hands on bytes to ``port`` and back, as long as ``line`` holds."""

    daemon_threads = True

    def __init__(self, line: Line, port: int) -> None:
        self.line, self.port = line, port
        self.numbers = itertools.count()
        super().__init__(("127.0.0.1", 0), Connection)


class Connection(socketserver.BaseRequestHandler):
    """One client, and the server behind the proxy."""

    server: Proxy

    def handle(self) -> None:
        number = next(self.server.numbers)
        with socket.create_connection(("127.0.0.1", self.server.port)) as upstream:
            asking = threading.Thread(target=_hand_on, args=(self.request, upstream, lambda _: True))
            asking.start()
            _hand_on(upstream, self.request, lambda brought: self.server.line(number, brought))
            asking.join()


def _hand_on(source: socket.socket, target: socket.socket, holds: Callable[[int], bool]) -> None:
    brought = 0
    with contextlib.suppress(OSError):  # one of the two hung up
        while (piece := source.recv(4096)) and holds(brought := brought + len(piece)):
            target.sendall(piece)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def through(line: Line, lab: Lab, folder: Path) -> Iterator[Path]:
    """A kubeconfig that leads through such a line."""
    config = json.loads(lab.base.kubeconfig.read_text())
    cluster = config["clusters"][0]["cluster"]
    with Proxy(line, urlsplit(cluster["server"]).port or 0) as proxy:
        running = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        running.start()
        cluster["server"] = f"https://127.0.0.1:{proxy.server_address[1]}"
        path = folder / "kubeconfig"
        path.write_text(json.dumps(config))
        try:
            yield path
        finally:
            proxy.shutdown()
            running.join()


@pytest.mark.parametrize("line", [slow, every_second_one_drops])
def test_a_bad_line_is_no_news(lab: Lab, tmp_path: Path, line: Line) -> None:
    with through(line, lab, tmp_path) as kubeconfig:
        told = lab.drift(kubeconfig=kubeconfig)

    assert (told.code, told.all) == (0, [])


def test_a_line_that_always_breaks_off_is_told_as_such(lab: Lab, tmp_path: Path) -> None:
    with through(always_cut_off, lab, tmp_path) as kubeconfig:
        told = lab.drift(kubeconfig=kubeconfig)

    assert (told.code, told.all) == (3, [])
    assert "the connection broke off 4 times" in told.cluster["error"]


def test_what_is_cut_off_is_not_checked_and_never_missing(lab: Lab, tmp_path: Path) -> None:
    lab.edit("BGPConfiguration", "default", {"spec": {"nodeToNodeMeshEnabled": True}}, manager="kubectl-edit")

    with through(cut_off_after_a_few_answers, lab, tmp_path) as kubeconfig:
        told = lab.drift(kubeconfig=kubeconfig)

    assert told.code == 3
    assert {one.path for one in told.findings} == {"spec.nodeToNodeMeshEnabled"}
    assert told.cluster["notChecked"]
    assert {"broke off" in one["why"] for one in told.cluster["notChecked"]} == {True}
