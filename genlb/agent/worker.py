"""A thread that waits for news, beside the loop that must not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self


class Worker:
    """A context manager, whose thread ends with it; ``work`` returns soon after ``_ended`` is set, under ``_changed``.

    ``patience``: seconds to wait for its end. What is under way then has a timeout of its own.
    """

    def __init__(self, name: str, work: Callable[[], None], *, patience: float) -> None:
        self._changed = threading.Condition()
        self._ended = False
        self._patience = patience
        self._thread = threading.Thread(target=work, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(self._patience)
