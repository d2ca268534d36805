"""The daemons' HTTP server, asked over real connections."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest

from genlb.agent.config import Http, Listen
from genlb.agent.metrics import Sample, counter, exposition, gauge
from genlb.agent.serving import Page, Server, addresses, verdict
from genlb.errors import Undetermined

TIMEOUT = 30


@pytest.fixture
def port() -> Iterator[int]:
    pages = {
        "/healthz": lambda: verdict(None),
        "/readyz": lambda: verdict("no pass yet"),
        "/metrics": lambda: Page(200, "x" * 1_000_000),
    }
    with Server(["127.0.0.1"], 0, pages) as server:
        yield server.ports[0]


def ask(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_probes_are_answered(port: int) -> None:
    assert ask(port, "/healthz") == (200, b"ok\n")
    assert ask(port, "/readyz?verbose") == (503, b"no pass yet\n")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("POST", "/healthz", 405)])
def test_other_requests_are_refused(port: int, method: str, path: str, status: int) -> None:
    assert ask(port, path, method)[0] == status


def test_head_has_no_body(port: int) -> None:
    assert ask(port, "/metrics", "HEAD") == (200, b"")


def test_a_page_larger_than_any_buffer_arrives_whole(port: int) -> None:
    assert ask(port, "/metrics") == (200, b"x" * 1_000_000)


@pytest.mark.parametrize("request_line", [b"\x16\x03\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"A" * 9_000])
def test_what_is_no_http_is_refused(port: int, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as client:
        client.sendall(request_line)

        assert client.recv(12) == b"HTTP/1.1 400"


def test_silent_clients_keep_nobody_out(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port), TIMEOUT) for _ in range(100)]
    try:
        assert ask(port, "/healthz") == (200, b"ok\n")
    finally:
        for client in silent:
            client.close()


def test_a_client_that_does_not_read_keeps_nobody_out(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as lazy:
        lazy.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")

        assert ask(port, "/healthz") == (200, b"ok\n")


def test_a_second_daemon_on_the_node_is_told_so(port: int) -> None:
    with pytest.raises(Undetermined, match=f"port {port}: 127.0.0.1 is in use: another daemon runs on this node"):
        Server(["127.0.0.1"], port, {})


def test_a_node_address_that_is_not_there_yet_is_listened_on() -> None:
    with Server(["127.0.0.1", "192.0.2.7"], 0, {}) as server:
        assert len(server.ports) == 2


def test_it_listens_where_it_was_told_and_nowhere_else() -> None:
    both = Http((Listen.LOOPBACK, Listen.NODE_IP), 19471)

    assert addresses(both, "10.20.1.11") == ("127.0.0.1", "10.20.1.11")
    assert addresses(both, None) == ("127.0.0.1",)


def test_metrics_are_what_prometheus_reads() -> None:
    text = exposition(
        [
            counter("genlb_a_total", "How many.", Sample(3, {"path": 'a"b\\c\nd'}), Sample(0.5)),
            gauge("genlb_b", "Nothing."),
            gauge("genlb_c", "No end.", Sample(float("inf"))),
        ]
    )

    assert text.splitlines() == [
        "# HELP genlb_a_total How many.",
        "# TYPE genlb_a_total counter",
        r'genlb_a_total{path="a\"b\\c\nd"} 3',
        "genlb_a_total 0.5",
        "# HELP genlb_c No end.",
        "# TYPE genlb_c gauge",
        "genlb_c +Inf",
    ]
