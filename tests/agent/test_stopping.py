"""The end of a daemon: asked for by a real signal, in the order that was given."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from genlb.agent.logs import Log
from genlb.agent.stopping import Step, Stop, farewell

QUIET = Log(os.open(os.devnull, os.O_WRONLY))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_wait_at_once(number: signal.Signals) -> None:
    with Stop() as stop:
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
        while not stop.requested:
            stop.wait(1000)

    assert stop.requested
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_wait_ends_when_a_descriptor_can_be_read() -> None:
    reader, writer = os.pipe()
    with Stop() as stop:
        os.write(writer, b"x")

        assert stop.wait(1000, [reader]) == {reader}
        assert not stop.requested
    os.close(reader)
    os.close(writer)


def test_steps_are_taken_in_order() -> None:
    taken: list[str] = []

    def step(name: str) -> Step:
        def take() -> bool:
            taken.append(name)
            return True

        return Step(name, take)

    assert farewell([step("announce"), step("address"), step("claim")], QUIET)
    assert taken == ["announce", "address", "claim"]


def test_nothing_goes_behind_a_step_that_failed() -> None:
    taken: list[str] = []

    def failing() -> bool:
        raise OSError(16, "busy")

    def claim() -> bool:
        taken.append("claim")
        return True

    for take in (failing, lambda: False):
        assert not farewell([Step("address", take), Step("claim", claim)], QUIET)
    assert taken == []
