"""The binder's loop: a turn after every event, and an orderly end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from genlb.agent.logs import Log
from genlb.agent.serving import Page, verdict
from genlb.agent.stopping import Stop
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.node.announcing import Announcer
from genlb.agent.vip.noting import Notes
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.pacing import Pace
from genlb.errors import GenlbError

_GRACE = 20.0
"""Seconds for giving L2 VIPs back; kubelet kills after 30."""

_RETRY = 1.0
_PAUSE = 0.02
"""Seconds between two turns at least: events come in bursts."""

_MOST_MISSED = 3


class Sources(Protocol):
    """What is known of the API."""

    def facts(self) -> Facts | None:
        """None before the first complete lists."""

    def leases(self) -> Mapping[str, Lease]:
        """The election's Leases, by node."""

    def again(self) -> None:
        """Ask for complete lists once more."""


class Events(Protocol):
    """What tells that something on this node has changed."""

    def fileno(self) -> int:
        """Readable when something has."""

    def drain(self) -> bool:
        """Take all events; whether there was one."""


class Surroundings(NamedTuple):
    """What the loop talks to. ``publish`` gets the result of every turn, and must not wait."""

    sources: Sources
    events: Events
    announcer: Announcer
    log: Log
    clock: Callable[[], float]
    publish: Callable[[Turn], None]


class Loop:
    """Turns until it is told to stop."""

    def __init__(self, daemon: VipDaemon, around: Surroundings, *, resync: float) -> None:
        self._daemon, self._around, self._resync = daemon, around, resync
        self._at = around.clock()
        self._notes, self._pace = Notes(around.log), Pace()
        self._facts: Facts | None = None
        self.last: Turn | None = None
        self._problem = ""

    def run(self, stop: Stop) -> None:
        """Turn until ``stop``; then give the L2 VIPs back, in order. Routes stay for the next daemon."""
        end = float("inf")
        while self._around.clock() < end:
            if stop.requested and end == float("inf"):
                self._daemon.leave()
                end = self._around.clock() + _GRACE
            wake = self._turn()
            if stop.requested and self._daemon.left:
                return
            self._wait(stop, min(wake, end))
        self._around.log.failure("not everything could be given back in time; addresses go by themselves")

    def health(self) -> Page:
        """Whether the loop turns."""
        age = self._around.clock() - self._at
        return verdict(f"no turn for {age:.0f} s" if age > _MOST_MISSED * self._resync else None)

    def readiness(self) -> Page:
        """Whether the daemon does its work."""
        if self.last is None or self.last.wanted is None:
            return verdict(self._problem or "the API was not read completely yet")
        problems = [f"{failure.step.address}: error {failure.error}" for failure in self.last.failures]
        return verdict(self._problem or "\n".join(problems) or None)

    def _turn(self) -> float:
        """One turn, and when the next one is due."""
        around = self._around
        begun = around.clock()
        facts = self._facts
        if self._pace.may(begun):
            self._facts = around.sources.facts()
        try:
            turn = self._daemon.turn(self._facts, around.sources.leases())
            now = around.clock()
            for step in turn.announced:
                around.announcer.begin(step, now)
            due = around.announcer.work(around.clock, turn.owned)
        except (OSError, GenlbError) as error:
            self._tell(str(error) or type(error).__name__)
            return around.clock() + _RETRY
        self._tell("")
        self._note(turn)
        if self._facts is not facts:
            self._pace.took(begun, around.clock())
        doubted = turn.withheld.until if turn.withheld.until > now else turn.wake
        return min(turn.wake, due, doubted, self._pace.wake(around.clock()))

    def _note(self, turn: Turn) -> None:
        self.last, self._at = turn, self._around.clock()
        self._notes.note(turn, self._at)
        if turn.withheld.again:
            self._around.sources.again()
        self._around.publish(turn)

    def _wait(self, stop: Stop, until: float) -> None:
        began = self._around.clock()
        ready = stop.wait(max(_PAUSE, until - began), (self._around.events.fileno(),))
        if ready:
            self._around.events.drain()
        if self._around.clock() - began < _PAUSE:
            stop.wait(_PAUSE)

    def _tell(self, problem: str) -> None:
        if problem and problem != self._problem:
            self._around.log.warning("a turn failed", error=problem)
        self._problem = problem
