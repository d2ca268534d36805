"""The elector's wishes carried out: requests to the API server, probes on the wire; answers come back as observations.

Writing has a lane of its own, so that no list delays a renewal. A failure of any kind is an answer too: the elector
waits for every one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, Self

from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.lanes import Lane
from genlb.errors import GenlbError

_PATIENCE = 3.0


class Conflicting(GenlbError):
    """The Lease was not what the request took it for."""


class Store(Protocol):
    """The election's Leases. Every method may raise ``Conflicting`` or another GenlbError."""

    def write(self, action: ballot.WriteLease) -> str:
        """Write the own Lease; its new version."""

    def read(self) -> Lease | None:
        """The own Lease."""

    def list(self) -> tuple[Lease, ...]:
        """All Leases, consistently."""

    def delete(self, version: str | None) -> None:
        """Delete the own Lease."""


class Prober(Protocol):
    """Asks for several VIPs at once; those that somebody has, with the MAC address where it is known."""

    def __call__(self, vips: Iterable[str]) -> Mapping[str, str]:
        """Blocks while it listens; OSError or GenlbError where it cannot ask."""


class Poll:
    """Carries out actions; ``wake`` is called after each answer, in another thread."""

    def __init__(self, writing: Store, reading: Store, prober: Prober, wake: Callable[[], None]) -> None:
        self._writing = writing
        self._reading = reading
        self._prober = prober
        self._wake = wake
        self._lock = threading.Lock()
        self._answers: list[Observation] = []
        self._asked: list[ballot.Probe] = []
        self._write: Lane[Action] = Lane("claims", self._request, patience=_PATIENCE)
        self._other: Lane[Action] = Lane("leases", self._request, patience=_PATIENCE)
        self._probe: Lane[bool] = Lane("probes", self._ask, patience=_PATIENCE)

    def __enter__(self) -> Self:
        for lane in (self._write, self._other, self._probe):
            lane.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for lane in (self._write, self._other, self._probe):
            lane.__exit__()

    def carry_out(self, actions: Iterable[Action]) -> None:
        """Begin with ``actions``."""
        for action in actions:
            if isinstance(action, ballot.Probe):
                with self._lock:
                    self._asked.append(action)
                self._probe.give(job=True)
            elif isinstance(action, ballot.WriteLease):
                self._write.give(action)
            else:
                self._other.give(action)

    def answers(self) -> list[Observation]:
        """What has come since the last call."""
        with self._lock:
            found, self._answers = self._answers, []
        return found

    def _request(self, action: Action) -> None:
        store = self._writing if isinstance(action, ballot.WriteLease) else self._reading
        try:
            self._answer([_done(action, store)])
        except Conflicting:
            self._answer([ballot.Failed(action.number, conflict=True)])
        except GenlbError:
            self._answer([ballot.Failed(action.number)])

    def _ask(self, job: bool) -> None:  # noqa: FBT001 -- that there is something to ask
        del job
        with self._lock:
            asked, self._asked = self._asked, []
        try:
            holders = self._prober({probe.vip for probe in asked})
        except (OSError, GenlbError):
            # Who cannot ask does not know, and must not bind.
            holders = {probe.vip: "" for probe in asked}
        self._answer(
            ballot.Probed(probe.number, taken=probe.vip in holders, holder=holders.get(probe.vip, ""))
            for probe in asked
        )

    def _answer(self, answers: Iterable[Observation]) -> None:
        with self._lock:
            self._answers += answers
        self._wake()


def _done(action: Action, store: Store) -> Observation:
    match action:
        case ballot.WriteLease():
            return ballot.Written(action.number, store.write(action))
        case ballot.ReadLease():
            return ballot.Read(action.number, store.read())
        case ballot.ListLeases():
            return ballot.Listed(action.number, store.list())
        case ballot.DeleteLease():
            store.delete(action.version)
            return ballot.Deleted(action.number)
        case ballot.Probe():
            raise TypeError("probes are no requests")
