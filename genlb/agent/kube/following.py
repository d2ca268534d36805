"""A kind of objects followed for ever: list, watch, and list again where the server forgot.

One thread per kind, which only reads and hands over. What it hands over are facts, and each hand-over wakes the loop
that decides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from genlb.agent.backoff import Backoff
from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import ApiFailure, Expired, Malformed, Refused, Unreachable
from genlb.agent.kube.listing import listed
from genlb.agent.kube.watching import Kind, watched
from genlb.agent.logs import Log

Fact = TypeVar("Fact")

_STEADY = 5.0
"""Seconds that a watch has to have lived to count as a success."""

_BRIEF = 1.0
_JOIN = 2.0


class Following(Generic[Fact]):
    """The facts about all objects below ``path``, kept up to date while the context lasts.

    ``keep`` gives key and fact of an object, or None for one that does not matter; ``forget`` the key of one that was
    deleted. ``changed`` is called in the thread after every change. ``facts()`` is None before the first complete
    list: nothing may be concluded from half of one.
    """

    def __init__(  # noqa: PLR0913 -- what to follow, and how to tell about it
        self,
        client: Client,
        path: str,
        keep: Callable[[Object], tuple[str, Fact] | None],
        key: Callable[[Object], str],
        changed: Callable[[], None],
        log: Log,
        *,
        backoff: Backoff | None = None,
    ) -> None:
        self._client = client
        self._path = path
        self._keep = keep
        self._key = key
        self._changed = changed
        self._log = log
        self._backoff = backoff or Backoff(0.5, 30.0)
        self._lock = threading.Lock()
        self._facts: dict[str, Fact] | None = None
        self._version: str | None = None
        self._opened: float | None = None
        self._ended = threading.Event()
        self._anew = threading.Event()
        self._lists = 0
        self.failing = ""
        self._thread = threading.Thread(target=self._work, name=f"follow {path}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._client.interrupt()
        self._thread.join(_JOIN)

    def facts(self) -> dict[str, Fact] | None:
        """A copy of all facts by key; None before the first complete list."""
        return self.counted()[0]

    def counted(self) -> tuple[dict[str, Fact] | None, int]:
        """The same, and how many complete lists have come by now."""
        with self._lock:
            return None if self._facts is None else dict(self._facts), self._lists

    def again(self) -> None:
        """List anew instead of trusting the last list and what was watched since; in any thread."""
        self._anew.set()
        self._client.interrupt()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._opened = None
            if self._anew.is_set():
                self._anew.clear()
                self._version = None
            try:
                self._turn()
            except (Expired, Malformed) as error:
                self._version = None
                self._failed(error)
            except ApiFailure as error:
                if not self._anew.is_set() and not self._ended.is_set():  # cut off by us
                    self._failed(error)
            if self._opened is not None and time.monotonic() - self._opened > _STEADY:
                self._backoff.reset()
            if self.failing:
                self._ended.wait(self._backoff.next())
        self._client.close()

    def _turn(self) -> None:
        """List if need be, then watch until that ends."""
        if self._version is None:
            found = listed(self._client, self._path, self._keep)
            with self._lock:
                self._facts = found.facts
                self._lists += 1
            self._version = found.version
            self._changed()
        for change in watched(self._client, self._path, self._version, opened=self._works):
            if self._ended.is_set():
                return
            if change.kind is not Kind.BOOKMARK:
                self._apply(change.item, deleted=change.kind is Kind.DELETED)
            self._version = change.version
        if self._opened is None or time.monotonic() - self._opened < _BRIEF:
            # A server that ends every watch at once would be asked thousands of times a second.
            raise Unreachable("the watch ended at once")

    def _apply(self, item: Object, *, deleted: bool) -> None:
        kept = None if deleted else self._keep(item)
        with self._lock:
            assert self._facts is not None  # noqa: S101 -- a watch follows a list
            if kept is None:
                self._facts.pop(self._key(item), None)
            else:
                self._facts[kept[0]] = kept[1]
        self._changed()

    def _failed(self, error: ApiFailure) -> None:
        told = f"{self._path}: {error}"
        if not self.failing or isinstance(error, Refused):
            self._log.warning("cannot follow the API", error=told)
        self.failing = told

    def _works(self) -> None:
        self._opened = time.monotonic()
        if self.failing:
            self._log.info("follows the API again", path=self._path)
        self.failing = ""
