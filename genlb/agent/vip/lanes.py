"""Work that may take long, in threads of its own: requests of the election, and questions on the wire.

A lane does one thing at a time and remembers only the latest that waits: what the elector has given up needs no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from genlb.agent.worker import Worker

Job = TypeVar("Job")


class Lane(Worker, Generic[Job]):
    """One thread that does ``work``; a context manager, which waits for what is under way."""

    def __init__(self, name: str, work: Callable[[Job], None], *, patience: float) -> None:
        self._work = work
        self._next: Job | None = None
        super().__init__(name, self._run, patience=patience)

    def give(self, job: Job) -> None:
        """Do ``job`` next, instead of any other that still waits."""
        with self._changed:
            self._next = job
            self._changed.notify()

    def _run(self) -> None:
        while (job := self._take()) is not None:
            self._work(job)

    def _take(self) -> Job | None:
        with self._changed:
            while self._next is None and not self._ended:
                self._changed.wait()
            job, self._next = self._next, None
            return job
