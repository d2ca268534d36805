"""Work that may take long, in threads of its own: requests of the election, and questions on the wire.

A lane does one thing at a time and remembers only the latest that waits: what the elector has given up needs no answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Self, TypeVar

Job = TypeVar("Job")


class Lane(Generic[Job]):
    """One thread that does ``work``; a context manager, which waits for what is under way."""

    def __init__(self, name: str, work: Callable[[Job], None], *, patience: float) -> None:
        self._work = work
        self._patience = patience
        self._next: Job | None = None
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(self._patience)

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
