"""One turn of the VIP binder's loop: look, decide, do, look again.

A turn is called after every event, and after ``resync`` seconds without one; that it is called too often does no
harm. What cannot be told for certain changes nothing: without a complete list of the API, routes stay as they are,
and after a look at the kernel that was interrupted nothing is concluded at all.

A turn that comes too late is like any other: the elector drops what it has, so the addresses come off, and before they
are off nothing is asked of the API server and no neighbour is told anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import NamedTuple

from genlb.agent.config import VipConfig
from genlb.agent.fields import Network
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.election.conflicts import Conflict
from genlb.agent.vip.node.kernel import Failure, View, on_link
from genlb.agent.vip.node.plan import Goal, Held, Owned, Plan, SetAddress, removal
from genlb.agent.vip.node.probing import Nic
from genlb.agent.vip.node.settling import Hands, Settler
from genlb.agent.vip.services.desired import Desired, bound_here
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.pools import Address, Pools
from genlb.agent.vip.services.wanting import Wanting, Withheld
from genlb.agent.vip.voting import Election, Voter, with_conflicts

_SOON = 0.1
"""Seconds before the next turn where this one found, at its end, that something has to come off."""


class Turn(NamedTuple):
    """What one turn found and did. ``wake`` is when the next one is due, by the daemon's clock.

    ``owned`` are L2 VIPs with the times at which they must be off, ``refused`` those that another host has; how often
    that was found ``conflicts`` counts. ``withheld`` stays for now. ``paused``: the machine stood still.
    """

    wanted: Desired | None
    plan: Plan
    failures: tuple[Failure, ...]
    announced: tuple[SetAddress, ...]
    owned: Mapping[str, float]
    held: Held
    wake: float
    refused: tuple[Conflict, ...] = ()
    conflicts: Mapping[str, int] = {}
    withheld: Withheld = Withheld()
    paused: bool = False


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
        self._config, self._node, self._hands, self._clock = config, node, hands, clock
        self._wanting = Wanting(Pools(config.pools), config.routed, hold=config.resync)
        self._voter = None if election is None else Voter(node, election, clock)
        self._settler = Settler(config, hands, clock, guard, elects=election is not None)
        self._leaving = False
        self._refused: tuple[Desired, tuple[Conflict, ...], Desired] | None = None
        self.subnets: tuple[str, ...] = ()
        self.nics: Mapping[Network, Nic] = {}

    def turn(self, facts: Facts | None, leases: Mapping[str, Lease]) -> Turn:
        """One turn. ``facts`` is None before the API's first complete list; ``leases`` are those seen by now."""
        begun = self._clock()
        view = self._hands.look()
        subnets = self._look_around(view)
        wanted = self._wanting.of(facts, view.gateways)
        voter, paused = self._voter, False
        if voter is not None:
            paused = voter.vote(self._news(voter, facts, wanted, leases, subnets), begun, view.held)
        routes = self._routes(view, wanted)
        withheld = self._wanting.withheld(routes, view.held, self._clock())
        goal = Goal(routes | withheld.addresses, self._owned(subnets))
        made, failures = self._settler.settle(goal, view.held, wanted)
        # Once more, since nothing may be announced after a pause that came in between.
        if voter is not None and (voter.stood_still() or voter.elector.waits_for_kernel):
            looked = self._clock()
            paused |= voter.vote((), looked, self._hands.look().held)
        return self._told(wanted, made, tuple(failures), view.held)._replace(withheld=withheld, paused=paused)

    def leave(self) -> None:
        """Give the L2 VIPs back, in order, with the next turns; ``left`` says when that is done. Routes stay."""
        self._leaving = True

    @property
    def left(self) -> bool:
        """Whether nothing of the election is left to give back."""
        return self._voter is None or self._voter.elector.left

    def way_out(self) -> Plan:
        """What ``clean_up`` would do now."""
        return removal(self._hands.look().held)

    def preview(self, facts: Facts) -> Turn:
        """What a turn without an election would do; nothing is done."""
        view = self._hands.look()
        wanted = self._wanting.of(facts, view.gateways)
        made = self._settler.preview(Goal(self._routes(view, wanted), {}), view.held)
        return Turn(wanted, made, (), (), {}, view.held, self._clock())

    def clean_up(self) -> tuple[Failure, ...]:
        """Take everything of ours off this node: addresses, routes, the guard. Nothing is decided any more."""
        return self._settler.clean_up()

    # ---------------------------------------------------------------------------------------------- what goes in

    def _look_around(self, view: View) -> Mapping[Network, str]:
        """The subnets in which this node can answer for VIPs, with the interface."""
        subnets = on_link(view, self._config.l2.interfaces) if self._config.l2 else {}
        self.subnets = tuple(sorted(map(str, subnets)))
        macs = {link.name: link.mac for link in view.links.values()}
        self.nics = {subnet: Nic(name, macs[name]) for subnet, name in subnets.items()}
        return subnets

    def _news(
        self,
        voter: Voter,
        facts: Facts | None,
        wanted: Desired | None,
        leases: Mapping[str, Lease],
        subnets: Mapping[Network, str],
    ) -> list[ballot.Observation]:
        """What the elector does not know yet."""
        news = voter.news_of(leases)
        if self._leaving:
            news.append(ballot.Leaving())
        if facts is not None and wanted is not None:
            news.append(voter.may_own(wanted, facts, subnets))
        return news

    def _routes(self, view: View, wanted: Desired | None) -> frozenset[Address]:
        if wanted is None:
            return frozenset(entry.address for entry in view.held.routes if entry.marked)
        return frozenset(bound_here(wanted, self._node, self._config.routed))

    def _owned(self, subnets: Mapping[Network, str]) -> dict[Address, Owned]:
        found = {}
        for vip, until in self._bindings().items():
            address = ip_address(vip)
            interface = next((name for subnet, name in subnets.items() if address in subnet), None)
            if interface is not None:
                found[address] = Owned(interface, until)
        return found

    def _bindings(self) -> dict[str, float]:
        return {} if self._voter is None else self._voter.elector.bindings()

    # --------------------------------------------------------------------------------------------- what comes out

    def _told(self, wanted: Desired | None, made: Plan, failures: tuple[Failure, ...], held: Held) -> Turn:
        failed = {failure.step for failure in failures}
        sets = (step for step in made.steps if isinstance(step, SetAddress) and step.fresh)
        fresh = tuple(step for step in sets if step not in failed)
        conflicts = () if self._voter is None else self._voter.elector.conflicts.open()
        counts = {} if self._voter is None else self._voter.elector.conflicts.counts()
        told = self._with_conflicts(wanted, conflicts)
        return Turn(told, made, failures, fresh, self._bindings(), held, self._wake(), conflicts, counts)

    def _with_conflicts(self, wanted: Desired | None, conflicts: tuple[Conflict, ...]) -> Desired | None:
        """What is wanted, and refused here; the very same as long as nothing has changed."""
        if wanted is None or not conflicts:
            return wanted
        if self._refused is None or self._refused[0] is not wanted or self._refused[1] != conflicts:
            self._refused = (wanted, conflicts, with_conflicts(wanted, conflicts))
        return self._refused[2]

    def _wake(self) -> float:
        now = self._clock()
        due = now + self._config.resync
        if self._voter is None:
            return due
        elector = self._voter.elector
        return min(due, now + _SOON if elector.waits_for_kernel else due, elector.wake(now))
