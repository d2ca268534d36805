"""The election's part of a turn: what is new goes to the elector, what it wants is begun."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import NamedTuple, Protocol

from genlb.agent.fields import Network
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.election.conflicts import Conflict
from genlb.agent.vip.election.elector import Elector
from genlb.agent.vip.election.pauses import Pauses
from genlb.agent.vip.node.plan import Held, bound
from genlb.agent.vip.services.desired import Desired, owners
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.judging import Reason, Refusal


class Voting(Protocol):
    """Carries out the elector's actions, as ``genlb.agent.vip.polling.Poll`` does."""

    def carry_out(self, actions: Iterable[Action]) -> None:
        """Begin with ``actions``."""

    def answers(self) -> list[Observation]:
        """What has come since the last call."""


def wider_clocks() -> tuple[float, ...]:
    """The clock that counts sleep too, and the one that is set right from outside."""
    return time.clock_gettime(time.CLOCK_BOOTTIME), time.time()


class Election(NamedTuple):
    """What a node with L2 pools has besides. ``clocks`` are read to notice what the elector's own does not show."""

    elector: Elector
    voting: Voting
    clocks: Callable[[], tuple[float, ...]] = wider_clocks


class Voter:
    """Tells the elector of ``node`` what it does not know yet; ``clock`` is the elector's."""

    def __init__(self, node: str, election: Election, clock: Callable[[], float]) -> None:
        self._node, self._voting, self._clock, self._clocks = node, election.voting, clock, election.clocks
        self.elector = election.elector
        self._pauses = Pauses(election.elector.timing)
        self._paused = False
        self._leases: dict[str, Lease] = {}

    def vote(self, news: Iterable[Observation], looked: float, held: Held) -> bool:
        """One step of the elector, after a look at the kernel begun at ``looked``; whether the machine stood still."""
        # Every VIP of ours on an interface: only the election ever puts one there.
        kernel = ballot.Kernel(looked, frozenset(map(str, bound(held))))
        observations = [*self._voting.answers(), *news, kernel]
        # The clocks are read last: an answer that was collected before must not look younger than it is.
        now = self._clock()
        paused, self._paused = self.stood_still(), False
        self._voting.carry_out(self.elector.step(now, observations, paused=paused))
        return paused

    def stood_still(self) -> bool:
        """Whether the machine has stood still since the last vote."""
        self._paused |= self._pauses.noticed(self._clock(), self._clocks())
        return self._paused

    def news_of(self, leases: Mapping[str, Lease]) -> list[Observation]:
        """What has changed among the Leases."""
        news: list[Observation] = [
            ballot.Seen(lease) for node, lease in leases.items() if self._leases.get(node) != lease
        ]
        news += [ballot.Gone(node) for node in self._leases.keys() - leases.keys()]
        self._leases = dict(leases)
        return news

    def may_own(self, wanted: Desired, facts: Facts, subnets: Iterable[Network]) -> ballot.Wanted:
        """Who may own which VIP, by the Leases of the last ``news_of``; this node has ``subnets``."""
        around: dict[str, tuple[Network, ...]] = {node: _networks(lease) for node, lease in self._leases.items()}
        return ballot.Wanted(owners(wanted, facts.nodes, around | {self._node: tuple(subnets)}))


def with_conflicts(wanted: Desired, conflicts: Iterable[Conflict]) -> Desired:
    """``wanted`` and a refusal for each VIP that another host has: only this node knows of it, until others try."""
    found: list[Refusal] = []
    for conflict in conflicts:
        binding = wanted.bindings.get(ip_address(conflict.vip))
        reason = Reason.HOST_CONFLICT if conflict.holder else Reason.NOT_PROBED
        told = f"{conflict.vip} ({conflict.holder})" if conflict.holder else conflict.vip
        found += [Refusal(service, told, reason) for service in (binding.services if binding is not None else ())]
    return wanted._replace(refusals=wanted.refusals + tuple(found)) if found else wanted


def _networks(lease: Lease) -> tuple[Network, ...]:
    """The subnets that a node publishes; what is no network is none of them."""
    found: list[Network] = []
    for text in lease.subnets:
        try:
            found.append(ip_network(text))
        except ValueError:
            continue
    return tuple(found)
