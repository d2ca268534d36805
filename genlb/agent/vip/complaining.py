"""Refused VIPs, told where the Service's owner looks: one Event for each Service and reason, in its namespace.

Every node sees the same refusals, so all of them tell the same Event, and the first one's stays. A tenant may make
ten thousand Services that are refused: each node tells a hundred an hour, one a second, and none in the loop's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from genlb.agent.backoff import Backoff
from genlb.agent.kube.events import About, Events
from genlb.agent.logs import Log
from genlb.agent.vip.services.desired import Desired
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.judging import Reason
from genlb.agent.worker import Worker
from genlb.errors import GenlbError

_PACE = 1.0
_CHANGED, _AGAIN = 300.0, 3_600.0
"""Seconds before the same Service hears another message, or the same: a server forgets Events after an hour."""

_MOST = 100
_SHOWN = 5
_JOIN = 1.0
_NEVER = float("inf")


class Complaint(NamedTuple):
    """All addresses of one Service that are refused for one reason."""

    about: About
    reason: str
    message: str


def complaints(wanted: Desired, facts: Facts) -> tuple[Complaint, ...]:
    """What the owners of Services are told, the oldest Service first; an ipMode Proxy is no mistake of anybody's."""
    refused: dict[tuple[str, Reason], list[str]] = {}
    for refusal in wanted.refusals:
        if refusal.reason is not Reason.PROXIED:
            refused.setdefault((refusal.service, refusal.reason), []).append(refusal.address)
    return tuple(
        _complaint(key, facts.services[key].uid, reason, addresses)
        for (key, reason), addresses in refused.items()
        if key in facts.services
    )


class Schedule:
    """Which complaint is told when: pure, the time is an argument."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[float, str]] = {}
        self._free = -_NEVER

    def next(self, open_complaints: tuple[Complaint, ...], now: float) -> tuple[Complaint | None, float]:
        """The complaint that is to be told now, or None and when to ask again."""
        self._told = {key: told for key, told in self._told.items() if told[0] + _AGAIN > now}
        if now < self._free:
            return None, self._free
        due = _NEVER
        for complaint in open_complaints:
            at = self._due(complaint)
            if at <= now:
                return complaint, now
            due = min(due, at)
        return None, due

    def told(self, complaint: Complaint, now: float) -> None:
        """``complaint`` was told."""
        self._told[_key(complaint)] = (now, complaint.message)
        self._free = now + _PACE

    def _due(self, complaint: Complaint) -> float:
        before = self._told.get(_key(complaint))
        if before is not None:
            return before[0] + (_AGAIN if before[1] == complaint.message else _CHANGED)
        return -_NEVER if len(self._told) < _MOST else min(at for at, _ in self._told.values()) + _AGAIN


class Complainer(Worker):
    """Tells the complaints that were heard last; a context manager, whose thread ends with it."""

    def __init__(
        self,
        events: Events,
        log: Log,
        *,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._events, self._log, self._clock = events, log, clock
        self._backoff = backoff or Backoff(1.0, 300.0)
        self._schedule = Schedule()
        self._heard: Desired | None = None
        self._news: tuple[Desired, Facts] | None = None
        self._open: tuple[Complaint, ...] = ()
        self._failing = False
        super().__init__("events", self._work, patience=_JOIN)

    def hear(self, wanted: Desired, facts: Facts) -> None:
        """Say what is refused now; what is not refused any more is not told any more."""
        if wanted is self._heard:  # a turn for a renewal, with the same facts as the last one
            return
        self._heard = wanted
        with self._changed:
            self._news = (wanted, facts)
            self._changed.notify()

    def _work(self) -> None:
        retry = -_NEVER
        while (complaint := self._next(retry)) is not None:
            try:
                self._events.tell_once(complaint.about, complaint.reason, complaint.message, warning=True)
            except GenlbError as error:
                retry = self._clock() + self._backoff.next()
                if not self._failing:
                    self._log.warning("Events are not written", error=str(error))
                self._failing = True
                continue
            self._schedule.told(complaint, self._clock())
            self._backoff.reset()
            self._failing = False

    def _next(self, retry: float) -> Complaint | None:
        """Wait until something is to be told, not before ``retry``; None at the end."""
        while not self._ended:
            with self._changed:
                news, self._news = self._news, None
            if news is not None:  # not in the loop's thread, and not while it waits for the lock: they may be many
                self._open = complaints(*news)
            now = self._clock()
            complaint, due = self._schedule.next(self._open, now)
            if complaint is not None and now >= retry:
                return complaint
            pause = max(due, retry) - now
            with self._changed:
                self._changed.wait_for(self._is_woken, None if pause == _NEVER else pause)
        return None

    def _is_woken(self) -> bool:
        return self._ended or self._news is not None


def _complaint(key: str, uid: str, reason: Reason, addresses: list[str]) -> Complaint:
    namespace, _, name = key.partition("/")
    more = f" and {len(addresses) - _SHOWN} more" if len(addresses) > _SHOWN else ""
    return Complaint(
        About("v1", "Service", namespace, name, uid),
        "".join(word.capitalize() for word in reason.name.split("_")),
        f"not bound, since it {reason.value}: {', '.join(addresses[:_SHOWN])}{more}",
    )


def _key(complaint: Complaint) -> tuple[str, str]:
    return complaint.about.uid, complaint.reason
