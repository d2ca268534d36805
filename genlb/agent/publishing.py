"""The node report on its way into its Lease: on change, never too often, renewed when nothing changes.

It goes in a thread of its own. An API server that does not answer must not keep a value from being corrected.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from genlb.agent.backoff import Backoff
from genlb.agent.config import ReportLease
from genlb.agent.logs import Log
from genlb.agent.worker import Worker
from genlb.errors import GenlbError

_JOIN = 5.0


class Writer(Protocol):
    """Puts the text of a report where others find it; GenlbError where that fails."""

    def __call__(self, text: str) -> None:
        """Write it."""


class Schedule:
    """When to write: pure, the time is an argument."""

    def __init__(self, timing: ReportLease) -> None:
        self._timing = timing
        self._written: tuple[str, float] | None = None

    def due(self, text: str) -> float:
        """When ``text`` is to be written: minus infinity for the first one."""
        if self._written is None:
            return float("-inf")
        last, at = self._written
        return at + (self._timing.renew if text == last else self._timing.min_interval)

    def wrote(self, text: str, now: float) -> None:
        """``text`` was written."""
        self._written = (text, now)


class Publisher(Worker):
    """Writes the latest report that was offered; a context manager, whose thread ends with it.

    ``failing`` says what the last attempt met, "" after a success. ``finish`` is called in the thread at its end.
    """

    def __init__(
        self,
        timing: ReportLease,
        write: Writer,
        log: Log,
        *,
        finish: Callable[[], None] = lambda: None,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.failing = ""
        self._schedule = Schedule(timing)
        self._write = write
        self._finish = finish
        self._log = log
        self._backoff = backoff or Backoff(1.0, timing.renew)
        self._clock = clock
        self._latest: str | None = None
        super().__init__("report", self._work, patience=_JOIN)

    def offer(self, text: str) -> None:
        """Say how things stand now; an older report that was not written yet never will be."""
        with self._changed:
            if text != self._latest:
                self._latest = text
                self._changed.notify()

    def _work(self) -> None:
        retry = float("-inf")
        while (text := self._next(retry)) is not None:
            try:
                self._write(text)
            except GenlbError as error:
                retry = self._clock() + self._backoff.next()
                self._tell(str(error))
                continue
            self._schedule.wrote(text, self._clock())
            self._backoff.reset()
            retry = float("-inf")
            self._tell("")
        self._finish()

    def _next(self, retry: float) -> str | None:
        """Wait until something is to be written; None at the end."""
        with self._changed:
            while not self._ended:
                pause = None if self._latest is None else max(self._schedule.due(self._latest), retry) - self._clock()
                if self._latest is not None and pause is not None and pause <= 0:
                    return self._latest
                self._changed.wait(pause)
            return None

    def _tell(self, problem: str) -> None:
        if problem and problem != self.failing:
            self._log.warning("the node report is not published", error=problem)
        elif self.failing and not problem:
            self._log.info("the node report is published again")
        self.failing = problem
