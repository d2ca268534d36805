"""The sysctl daemon's loop: a pass at the start, at every interval, and as soon as a new interface matches.

SIGTERM ends it and changes nothing: the values stay, since the next daemon, or the next boot, wants them too. Giving
them back is what ``--restore`` is for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

from genlb.agent.links import LinkEvents
from genlb.agent.logs import Log
from genlb.agent.metrics import CONTENT_TYPE, exposition
from genlb.agent.serving import Page, verdict
from genlb.agent.stopping import Stop
from genlb.agent.sysctl.holder import Holder, Pass
from genlb.agent.sysctl.telling import metrics, undone

_SETTLING = 2.0
"""Seconds after a new interface until udev has applied its own values, which may overwrite ours."""

_POLL = 0.25
"""Seconds between two looks for new interfaces where the kernel tells of none, or has just told of something."""

_ECHO = 1.0
"""Seconds after an event in which more looks follow: the kernel tells of a new name before it has files for it."""

_BURST = 0.02
"""Seconds in which events gather: a node that starts a hundred pods has hundreds of them."""

_MOST_MISSED = 3
"""Intervals without a pass after which the daemon counts as hanging."""

Publish: TypeAlias = Callable[[Pass], None]


class SysctlDaemon:
    """Holds values until it is told to stop. ``publish`` gets the result of every pass, and must not wait."""

    def __init__(
        self,
        holder: Holder,
        interval: float,
        log: Log,
        *,
        publish: Publish = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holder = holder
        self._interval = interval
        self._log = log
        self._publish = publish
        self._clock = clock
        self._last: Pass | None = None
        self._at = clock()
        self._told: frozenset[str] = frozenset()
        self._restoring = False

    def run(self, stop: Stop, events: LinkEvents | None) -> None:
        """Hold the values until ``stop``; ``events`` None: look for new interfaces several times a second."""
        known, alert = self.turn(), 0.0
        due = self._clock() + self._interval
        while not stop.requested:
            now = self._clock()
            pause = min(due, self._holder.patience.next_due(now)) - now
            if self._heard(stop, events, min(pause, _POLL if events is None or now < alert else pause)):
                alert = self._clock() + _ECHO
            now = self._clock()
            fresh = self._holder.matching() != known
            if fresh or now >= due or self._may_go_on(now):
                known = self.turn()
                due = self._clock() + (min(_SETTLING, self._interval) if fresh else self._interval)

    def restored(self, stop: Stop) -> None:
        """Give everything back, again and again until that has worked, and then wait for the end.

        A daemon that ended by itself would be started again by kubelet, for ever.
        """
        self._restoring = True
        while not stop.requested:
            self._take(self._holder.restore())
            done = self._last is not None and self._last.holds
            self._at = float("inf") if done else self._clock()
            stop.wait(2**20 if done else self._interval)

    def turn(self) -> dict[str, int]:
        """One pass; the interfaces that it saw."""
        known = self._holder.matching()
        self._take(self._holder.hold(self._clock()))
        return known

    def health(self) -> Page:
        """Whether the loop turns."""
        age = self._clock() - self._at
        return verdict(f"no pass for {age:.0f} s" if age > _MOST_MISSED * self._interval else None)

    def readiness(self) -> Page:
        """Whether the daemon can do its work. A key that a node lacks is told elsewhere: it must stop no roll-out."""
        if self._last is None:
            return verdict("no pass yet")
        problems = [*(f"{path}: {error}" for path, error in self._last.unwritable.items()), *self._last.problems]
        return verdict("\n".join(problems) if problems else None)

    def measurements(self) -> Page:
        """What Prometheus asks for."""
        found = self._last or Pass({})
        patience = self._holder.patience
        families = metrics(found, dict(self._holder.corrections), patience.contested, self._log.lost)
        return Page(200, exposition(families), CONTENT_TYPE)

    def _heard(self, stop: Stop, events: LinkEvents | None, seconds: float) -> bool:
        """Wait at most ``seconds``; whether an interface came, went or changed."""
        if events is None:
            stop.wait(seconds)
            return False
        if not stop.wait(seconds, (events.fileno(),)):
            return False
        stop.wait(_BURST)
        return events.drain()

    def _may_go_on(self, now: float) -> bool:
        """Whether a correction that had to wait may be made."""
        return self._last is not None and any(self._holder.patience.allows(path, now) for path in self._last.postponed)

    def _take(self, found: Pass) -> None:
        self._last, self._at = found, self._clock()
        for write in found.written:
            self._log.info("value written", path=write.path, before=write.before, value=write.value)
        left = frozenset(undone(found))
        for problem in sorted(left - self._told):
            self._log.warning(problem)
        for problem in sorted(self._told - left):
            self._log.info("over: " + problem)
        self._told = left
        self._publish(found)
