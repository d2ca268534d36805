"""The end of a daemon: asked for by a real signal, noticed wherever the loop waits."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from genlb.agent.stopping import Stop


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
