"""Log lines, through real pipes."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator

import pytest

from genlb.agent.logs import Log

AT = 1_767_225_600.25


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


def lines(reader: int) -> list[str]:
    return os.read(reader, 1 << 20).decode().splitlines()


def test_a_line_of_text_names_time_level_message_and_fields(pipe: tuple[int, int]) -> None:
    Log(pipe[1], bound={"node": "n1"}, clock=lambda: AT).warning("value written", path="a/b", before="1 2")

    assert lines(pipe[0]) == ['2026-01-01T00:00:00.250Z warning: value written node=n1 path=a/b before="1 2"']


def test_a_line_of_json_is_one_object(pipe: tuple[int, int]) -> None:
    Log(pipe[1], as_json=True, clock=lambda: AT).failure("no\nway", vips=3)

    told = [json.loads(line) for line in lines(pipe[0])]

    assert told == [{"time": "2026-01-01T00:00:00.250Z", "level": "error", "message": "no\nway", "vips": 3}]


@pytest.mark.parametrize("as_json", [False, True])
def test_an_event_is_one_line_of_at_most_4096_bytes_whatever_is_in_it(pipe: tuple[int, int], *, as_json: bool) -> None:
    Log(pipe[1], as_json=as_json).info("a\nb\x1b[31m", text="x\n" * 9_000)

    data = os.read(pipe[0], 1 << 20)

    assert data.count(b"\n") == 1
    assert len(data) <= 4096
    assert b"\x1b" not in data
    assert not as_json or json.loads(data)["message"] == "a\nb\x1b[31m"


def test_a_full_pipe_stops_nobody_and_the_loss_is_told(pipe: tuple[int, int]) -> None:
    fcntl.fcntl(pipe[1], fcntl.F_SETPIPE_SZ, 8192)
    log = Log(pipe[1])
    for _ in range(1_000):
        log.info("x" * 100)
    before = lines(pipe[0])

    log.info("the last one")

    assert log.lost == 1_000 - len(before)
    assert [line.partition(" ")[2] for line in lines(pipe[0])] == [
        f"warning: log lines were lost lines={log.lost}",
        "info: the last one",
    ]


def test_a_reader_that_went_away_stops_nobody() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    log = Log(writer)

    log.info("nobody hears")
    os.close(writer)
    log.info("nor this")

    assert log.lost == 2
