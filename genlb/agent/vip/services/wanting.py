"""What the API asks for, with two doubts about it: the kernel knows routers, and an answer may be wrong.

A list without most of what this node has may come from a backup, from a cache or past a new access rule. Such an
answer is followed only once some time has passed and another complete list says the same. What a watch reports is
believed at once: it is an event of its own for every object. So is what is refused, and what agent.json does not ask
for any more: neither rests on an object that may be missing by mistake.
"""

from __future__ import annotations

from operator import gt
from typing import NamedTuple

from genlb.agent.config import Announce, Bind, Routed
from genlb.agent.vip.node.plan import Held
from genlb.agent.vip.services.desired import Desired, desired
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.judging import parse_address
from genlb.agent.vip.services.pools import Address, Pools


class Withheld(NamedTuple):
    """VIPs whose routes stay although the API names them no longer, at least to ``until``.

    ``again``: now is the time to ask for complete lists once more.
    """

    addresses: frozenset[Address] = frozenset()
    until: float = 0.0
    again: bool = False


class _Doubt(NamedTuple):
    since: float
    lists: tuple[int, ...]
    asked: bool


class Wanting:
    """What is wanted of this node; ``hold`` is how many seconds an answer without most VIPs is doubted."""

    def __init__(self, pools: Pools, routed: Routed | None, *, hold: float) -> None:
        self._pools, self._routed, self._hold = pools, routed, hold
        self._gateways: frozenset[Address] = frozenset()
        self._facts: Facts | None = None
        self._wanted: Desired | None = None
        self._believed: tuple[int, ...] = ()
        self._doubt: _Doubt | None = None

    def of(self, facts: Facts | None, gateways: frozenset[Address]) -> Desired | None:
        """What ``facts`` ask for; worked out once for the same facts, since a renewal is a turn too.

        What was a router once stays one: while a link is down its routes are gone, and its router is not.
        """
        known = self._gateways | gateways
        if facts is None:
            self._wanted = None
        elif self._wanted is None or facts is not self._facts or known != self._gateways:
            reserved = facts.reserved.union(map(str, known))
            self._wanted = desired(facts._replace(reserved=reserved), self._pools, self._routed)
        self._facts, self._gateways = facts, known
        return self._wanted

    def withheld(self, routes: frozenset[Address], held: Held, now: float) -> Withheld:
        """What of ``held`` is not to go yet, where ``routes`` is what this node shall have."""
        if self._facts is None or not self._facts.lists:
            return Withheld()
        lists, marked = self._facts.lists, frozenset(entry.address for entry in held.routes if entry.marked)
        going = self._unnamed(marked - routes)
        if lists == self._believed or 2 * len(going) <= len(marked):
            return self._believe(lists)
        doubt = self._doubt or _Doubt(now, lists, asked=False)
        over = now >= doubt.since + self._hold
        if over and all(map(gt, lists, doubt.lists)):
            return self._believe(lists)
        self._doubt = doubt._replace(asked=over)
        return Withheld(going, doubt.since + self._hold, over and not doubt.asked)

    def _believe(self, lists: tuple[int, ...]) -> Withheld:
        self._believed, self._doubt = lists, None
        return Withheld()

    def _unnamed(self, going: frozenset[Address]) -> frozenset[Address]:
        """Those that go for no other reason than that no answer names them."""
        if not going or self._wanted is None or self._routed is None or self._routed.bind is not Bind.ANY_IP:
            return frozenset()
        refused = {parse_address(refusal.address) for refusal in self._wanted.refusals}
        return frozenset(address for address in going - refused if self._is_routed(address))

    def _is_routed(self, address: Address) -> bool:
        pool = self._pools.of(address)
        return pool is not None and pool.announce is Announce.BGP
