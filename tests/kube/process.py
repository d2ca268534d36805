"""Programs that a test starts: their output in a file, ended by process id, and never outliving the test process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

TAIL = 30
"""Lines of a log that an error shows."""

# prctl(PR_SET_PDEATHSIG, SIGKILL), kept across exec: a test process that is killed takes its programs along. The parent
# may have died before the call; then nobody would send the signal any more.
_TIED = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


class NotReadyError(Exception):
    """A program ended, or did not get ready in time; the message ends with the last lines of its log."""


class Process:
    """One running program. Start it in a thread that lives as long as it shall: Linux ties it to that thread."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, log: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        """Start ``command`` (its first word is a path) with both its outputs in ``log``, in the folder of that.

        ``variables`` are added to the environment.
        """
        self.name = name
        self.log = log
        tied = [sys.executable, "-I", "-S", "-c", _TIED, str(os.getpid()), *map(str, command)]
        with log.open("wb") as output:
            self._running = subprocess.Popen(
                tied,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env={**os.environ, **(variables or {})},
            )

    @property
    def pid(self) -> int:
        """The id of the process, also after its end."""
        return self._running.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._running.poll() is None

    @property
    def output(self) -> str:
        """What the program has written up to now."""
        return self.log.read_text(errors="replace")

    def wait_until(self, ready: Callable[[], bool], what: str, *, seconds: float = 120) -> None:
        """Return when ``ready`` is true; ``NotReadyError`` when the program ends first or time runs out."""

        def ready_or_ended() -> bool:
            if not self.alive:
                raise NotReadyError(f"{self.name} ended with status {self._running.returncode}\n{self._tail()}")
            return ready()

        if not wait(ready_or_ended, seconds=seconds):
            raise NotReadyError(f"{self.name}: not {what} after {seconds:g} s\n{self._tail()}")

    def stop(self, *, grace: float = 0) -> None:
        """End the process and wait until it is gone; it gets ``grace`` seconds to do so by itself."""
        if self.alive and grace:
            self._running.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(grace)
        self._running.kill()
        self._running.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _tail(self) -> str:
        return "\n".join([f"{self.log}:", *self.output.splitlines()[-TAIL:]])


def wait(condition: Callable[[], bool], *, seconds: float = 120, pause: float = 0.05) -> bool:
    """Whether ``condition`` became true within ``seconds``; asked once more at the end, however slow the machine is."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return condition()
        time.sleep(pause)
    return True
