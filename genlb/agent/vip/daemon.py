"""One turn of the VIP binder's loop: look, decide, do, look again.

A turn is called after every event, and after ``resync`` seconds without one; that it is called too often does no
harm. What cannot be told for certain changes nothing: without a complete list of the API, routes stay as they are,
and after a look at the kernel that was interrupted nothing is concluded at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import NamedTuple, Protocol

from genlb.agent.config import VipConfig
from genlb.agent.fields import Network
from genlb.agent.vip import ballot
from genlb.agent.vip.ballot import Action, Observation
from genlb.agent.vip.claims import Lease
from genlb.agent.vip.desired import Binding, Desired, Mode, bound_here, desired, owners
from genlb.agent.vip.elector import Elector
from genlb.agent.vip.facts import Facts
from genlb.agent.vip.guard import removal as no_guard
from genlb.agent.vip.guard import ruleset
from genlb.agent.vip.kernel import Failure, View, on_link
from genlb.agent.vip.plan import (
    Goal,
    Held,
    HeldAddress,
    HeldRoute,
    Owned,
    Plan,
    RemoveAddress,
    RemoveRoute,
    SetAddress,
    Step,
    bound,
    plan,
    removal,
)
from genlb.agent.vip.pools import Address, Pools
from genlb.agent.vip.probing import Nic
from genlb.errors import GenlbError


class Hands(Protocol):
    """The kernel, as ``genlb.agent.vip.kernel.Kernel`` is it."""

    def look(self) -> View:
        """What there is now."""

    def carry_out(self, steps: Iterable[Step]) -> list[Failure]:
        """Do ``steps`` in order."""


class Voting(Protocol):
    """Carries out the elector's actions, as ``genlb.agent.vip.polling.Poll`` does."""

    def carry_out(self, actions: Iterable[Action]) -> None:
        """Begin with ``actions``."""

    def answers(self) -> list[Observation]:
        """What has come since the last call."""


class Election(NamedTuple):
    """What a node with L2 pools has besides."""

    elector: Elector
    voting: Voting


class Turn(NamedTuple):
    """What one turn found and did. ``wake`` is when the next one is due, by the daemon's clock."""

    wanted: Desired | None
    plan: Plan
    failures: tuple[Failure, ...]
    announced: tuple[SetAddress, ...]
    owned: frozenset[str]
    held: Held
    wake: float


class VipDaemon:
    """The binder on one node. ``guard`` takes the text for nft.

    ``subnets`` and ``nics`` are what the last look said about where this node can answer for VIPs; other threads may
    read them, since each is replaced as a whole.
    """

    def __init__(
        self,
        config: VipConfig,
        node: str,
        hands: Hands,
        election: Election | None,
        *,
        clock: Callable[[], float],
        guard: Callable[[str], None],
    ) -> None:
        self._config, self._node, self._hands, self._election = config, node, hands, election
        self._clock, self._guard = clock, guard
        self._pools = Pools(config.pools)
        self._leases: dict[str, Lease] = {}
        self._guarded: str | None = None
        self._leaving = False
        self._set: dict[Address, float] = {}
        self._asked: tuple[Facts, Desired] | None = None
        self.subnets: tuple[str, ...] = ()
        self.nics: Mapping[Network, Nic] = {}

    def turn(self, facts: Facts | None, leases: Mapping[str, Lease]) -> Turn:
        """One turn. ``facts`` is None before the API's first complete list; ``leases`` are those seen by now."""
        begun = self._clock()
        view = self._hands.look()
        subnets = on_link(view, self._config.l2.interfaces) if self._config.l2 else {}
        self.subnets = tuple(sorted(map(str, subnets)))
        macs = {link.name: link.mac for link in view.links.values()}
        self.nics = {subnet: Nic(name, macs[name]) for subnet, name in subnets.items()}
        wanted = self._desired(facts)
        if self._election is not None:
            news = self._news(facts, wanted, leases, subnets)
            self._vote(self._election, [*news, ballot.Kernel(begun, self._bound_l2(view))])
        made, failures = self._settle(view, wanted, subnets)
        if self._election is not None and self._election.elector.waits_for_kernel:
            looked = self._clock()
            self._vote(self._election, [ballot.Kernel(looked, self._bound_l2(self._hands.look()))])
        refused = {failure.step for failure in failures}
        fresh = tuple(
            step for step in made.steps if isinstance(step, SetAddress) and step.fresh and step not in refused
        )
        owned = frozenset(self._election.elector.bindings()) if self._election else frozenset()
        return Turn(wanted, made, tuple(failures), fresh, owned, view.held, self._wake())

    def leave(self) -> None:
        """Give the L2 VIPs back, in order, with the next turns; ``left`` says when that is done. Routes stay."""
        self._leaving = True

    @property
    def left(self) -> bool:
        """Whether nothing of the election is left to give back."""
        return self._election is None or self._election.elector.left

    def way_out(self) -> Plan:
        """What ``clean_up`` would do now."""
        return removal(self._hands.look().held)

    def preview(self, facts: Facts) -> Turn:
        """What a turn without an election would do; nothing is done."""
        view = self._hands.look()
        wanted = desired(facts, self._pools, self._config.routed)
        goal = Goal(self._routes(view, wanted), {})
        made = plan(goal, self._considered(view.held), self._pools, now=self._clock())
        return Turn(wanted, made, (), (), frozenset(), view.held, self._clock())

    def clean_up(self) -> tuple[Failure, ...]:
        """Take everything of ours off this node: addresses, routes, the guard. Nothing is decided any more."""
        failures = self._hands.carry_out(self.way_out().steps)
        if not failures and self._config.guard and self._guarded != no_guard():
            self._guard(no_guard())
            self._guarded = no_guard()
        return tuple(failures)

    # -------------------------------------------------------------------------------------------------- election

    def _news(
        self,
        facts: Facts | None,
        wanted: Desired | None,
        leases: Mapping[str, Lease],
        subnets: Mapping[Network, str],
    ) -> list[Observation]:
        """What the elector does not know yet."""
        news: list[Observation] = [
            ballot.Seen(lease) for node, lease in leases.items() if self._leases.get(node) != lease
        ]
        news += [ballot.Gone(node) for node in self._leases.keys() - leases.keys()]
        self._leases = dict(leases)
        if self._leaving:
            news.append(ballot.Leaving())
        if facts is not None and wanted is not None:
            around: dict[str, tuple[Network, ...]] = {node: _networks(lease) for node, lease in leases.items()}
            news.append(ballot.Wanted(owners(wanted, facts.nodes, around | {self._node: tuple(subnets)})))
        return news

    def _vote(self, election: Election, news: list[Observation]) -> None:
        # The clock is read last: an answer that was collected before must not look younger than it is.
        observations = [*election.voting.answers(), *news]
        election.voting.carry_out(election.elector.step(self._clock(), observations))

    def _bound_l2(self, view: View) -> frozenset[str]:
        """Every VIP of ours on an interface: only the election ever puts one there."""
        return frozenset(str(address) for address in bound(view.held))

    # ---------------------------------------------------------------------------------------------------- kernel

    def _settle(self, view: View, wanted: Desired | None, subnets: Mapping[Network, str]) -> tuple[Plan, list[Failure]]:
        """Make the kernel what it shall be, the guard around it at all times."""
        goal = Goal(self._routes(view, wanted), self._owned(subnets))
        made = plan(goal, self._considered(view.held), self._pools, now=self._clock())
        spared = {entry.address for entry in view.held.addresses if self._is_spared(entry)}
        local = {*goal.routes, *goal.owned, *spared}
        remaining = {entry.address for entry in view.held.routes if entry.marked} | bound(view.held)
        # Closed before anything answers on it, and opened only when nothing of it is left.
        try:
            self._protect(wanted, local | remaining)
        except (OSError, GenlbError):
            # Without a guard nothing new is bound; what has to come off comes off all the same.
            self._hands.carry_out(step for step in made.steps if isinstance(step, RemoveAddress | RemoveRoute))
            raise
        failures = self._hands.carry_out(step for step in made.steps if not self._is_done(step))
        late = {failure.step for failure in failures}
        renewed = (step for step in made.steps if isinstance(step, SetAddress) and step not in late)
        self._set = {step.address: step.until for step in renewed}
        if not failures:
            self._protect(wanted, local)
        return made, failures

    def _desired(self, facts: Facts | None) -> Desired | None:
        """What the facts ask for; worked out once for the same facts, since a renewal is a turn too."""
        if facts is None:
            return None
        if self._asked is None or self._asked[0] is not facts:
            self._asked = (facts, desired(facts, self._pools, self._config.routed))
        return self._asked[1]

    @property
    def _spares_addresses(self) -> bool:
        """Whether there are L2 pools and no election: then nobody here knows which addresses shall be."""
        return self._election is None and self._config.l2 is not None

    def _considered(self, held: Held) -> Held:
        """What a plan may act on."""
        return Held(tuple(entry for entry in held.addresses if not self._is_spared(entry)), held.routes)

    def _is_spared(self, entry: HeldAddress) -> bool:
        """Whether an address of ours is none of this daemon's business; what no pool holds any more always is."""
        return self._spares_addresses and entry.marked and self._pools.of(entry.address) is not None

    def _is_done(self, step: Step) -> bool:
        """Whether an address has this very lifetime: setting it again would be an event that wakes the loop."""
        return isinstance(step, SetAddress) and not step.fresh and self._set.get(step.address) == step.until

    def _routes(self, view: View, wanted: Desired | None) -> frozenset[Address]:
        if wanted is None:
            return frozenset(_marked(view.held.routes))
        return frozenset(bound_here(wanted, self._node, self._config.routed))

    def _owned(self, subnets: Mapping[Network, str]) -> dict[Address, Owned]:
        if self._election is None:
            return {}
        found = {}
        for vip, until in self._election.elector.bindings().items():
            address = ip_address(vip)
            interface = next((name for subnet, name in subnets.items() if address in subnet), None)
            if interface is not None:
                found[address] = Owned(interface, until)
        return found

    def _protect(self, wanted: Desired | None, local: set[Address]) -> None:
        """Bring the guard up to date, if it is asked for. A VIP that no Service has any more answers on no port."""
        if not self._config.guard:
            return
        known = {} if wanted is None else wanted.bindings
        if wanted is None and local:
            return  # after a restart the guard of the last daemon stands, and knows the ports
        text = ruleset(known.get(address) or _closed(address) for address in local) if local else no_guard()
        if text != self._guarded:
            self._guard(text)
            self._guarded = text

    def _wake(self) -> float:
        due = self._clock() + self._config.resync
        return due if self._election is None else min(due, self._election.elector.wake(self._clock()))


def _closed(address: Address) -> Binding:
    return Binding(address, "", Mode.NONE, (), frozenset(), None)


def _marked(routes: Iterable[HeldRoute]) -> Iterable[Address]:
    return (entry.address for entry in routes if entry.marked)


def _networks(lease: Lease) -> tuple[Network, ...]:
    """The subnets that a node publishes; what is no network is none of them."""
    found: list[Network] = []
    for text in lease.subnets:
        try:
            found.append(ip_network(text))
        except ValueError:
            continue
    return tuple(found)
