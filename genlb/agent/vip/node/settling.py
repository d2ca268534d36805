"""The kernel's part of a turn: addresses and routes are made what they shall be, the guard around them at all times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from genlb.agent.config import VipConfig
from genlb.agent.vip.node.guard import removal as no_guard
from genlb.agent.vip.node.guard import ruleset
from genlb.agent.vip.node.kernel import Failure, View
from genlb.agent.vip.node.plan import (
    Goal,
    Held,
    HeldAddress,
    Plan,
    RemoveAddress,
    RemoveRoute,
    SetAddress,
    Step,
    bound,
    plan,
    removal,
)
from genlb.agent.vip.services.desired import Binding, Desired, Mode
from genlb.agent.vip.services.pools import Address, Pools
from genlb.errors import GenlbError


class Hands(Protocol):
    """The kernel, as ``genlb.agent.vip.node.kernel.Kernel`` is it."""

    def look(self) -> View:
        """What there is now."""

    def carry_out(self, steps: Iterable[Step]) -> list[Failure]:
        """Do ``steps`` in order."""


class Settler:
    """Makes the kernel equal to a goal. ``guard`` takes the text for nft.

    ``elects`` says whether it is known here which L2 VIPs this node owns; where it is not, those are left alone.
    """

    def __init__(
        self, config: VipConfig, hands: Hands, clock: Callable[[], float], guard: Callable[[str], None], *, elects: bool
    ) -> None:
        self._hands, self._clock, self._guard = hands, clock, guard
        self._pools = Pools(config.pools)
        self._is_guarded = config.guard
        self._spares_addresses = config.l2 is not None and not elects
        self._guarded: str | None = None
        self._shielded: tuple[Desired | None, frozenset[Address]] | None = None
        self._set: dict[Address, float] = {}

    def settle(self, goal: Goal, held: Held, wanted: Desired | None) -> tuple[Plan, list[Failure]]:
        """Lead the kernel from ``held`` to ``goal``; what was done, and what of it failed."""
        made = self.preview(goal, held)
        failures = self._unbind(made)
        spared = {entry.address for entry in held.addresses if self._is_spared(entry)}
        local = frozenset({*goal.routes, *goal.owned, *spared})
        remaining = {entry.address for entry in held.routes if entry.marked} | bound(held)
        # Closed before anything answers on it, and opened only when nothing of it is left.
        try:
            self._protect(wanted, local | remaining)
        except (OSError, GenlbError):
            # Without a guard nothing new is bound; what has to come off comes off all the same.
            self._hands.carry_out(step for step in made.steps if isinstance(step, RemoveRoute))
            raise
        failures += self._hands.carry_out(self._remaining(made))
        late = {failure.step for failure in failures}
        renewed = (step for step in made.steps if isinstance(step, SetAddress) and step not in late)
        self._set = {step.address: step.until for step in renewed}
        if not failures:
            self._protect(wanted, local)
        return made, failures

    def preview(self, goal: Goal, held: Held) -> Plan:
        """What ``settle`` would do now."""
        considered = Held(tuple(entry for entry in held.addresses if not self._is_spared(entry)), held.routes)
        return plan(goal, considered, self._pools, now=self._clock())

    def clean_up(self) -> tuple[Failure, ...]:
        """Take everything of ours off this node: addresses, routes, the guard."""
        failures = self._hands.carry_out(removal(self._hands.look().held).steps)
        if not failures and self._is_guarded and self._guarded != no_guard():
            self._guard(no_guard())
            self._guarded, self._shielded = no_guard(), None
        return tuple(failures)

    def _unbind(self, made: Plan) -> list[Failure]:
        """Addresses come off before all else: another node may have the VIP already, and nft may take its time."""
        steps = [step for step in made.steps if isinstance(step, RemoveAddress)]
        return self._hands.carry_out(steps) if steps else []

    def _remaining(self, made: Plan) -> Iterator[Step]:
        """All other steps; setting an address to the very lifetime it has would be an event that wakes the loop."""
        for step in made.steps:
            is_done = isinstance(step, SetAddress) and not step.fresh and self._set.get(step.address) == step.until
            if not is_done and not isinstance(step, RemoveAddress):
                yield step

    def _is_spared(self, entry: HeldAddress) -> bool:
        """Whether an address of ours is none of this daemon's business; what no pool holds any more always is."""
        return self._spares_addresses and entry.marked and self._pools.of(entry.address) is not None

    def _protect(self, wanted: Desired | None, local: frozenset[Address]) -> None:
        """Bring the guard up to date, if it is asked for. A VIP that no Service has any more answers on no port."""
        if not self._is_guarded or self._is_shielded(wanted, local):
            return
        known = {} if wanted is None else wanted.bindings
        if wanted is None and local:
            return  # after a restart the guard of the last daemon stands, and knows the ports
        text = ruleset(known.get(address) or _closed(address) for address in local) if local else no_guard()
        if text != self._guarded:
            self._guard(text)
            self._guarded = text
        self._shielded = (wanted, local)

    def _is_shielded(self, wanted: Desired | None, local: frozenset[Address]) -> bool:
        """Whether the guard was made of these very things: its text takes longer than all else in a turn."""
        return self._shielded is not None and self._shielded[0] is wanted and self._shielded[1] == local


def _closed(address: Address) -> Binding:
    return Binding(address, "", Mode.NONE, (), frozenset(), None)
