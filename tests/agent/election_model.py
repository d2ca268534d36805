"""A world for the election: nodes with clocks and kernels, an API server, a network, and everything that breaks them.

Discrete events in true time. The elector under test is the real one; what surrounds it is as bad as it may be: the
probe before binding never sees anybody, answers come late or not at all, processes stop between any two events, clocks
run at their own rate. Two nodes that have the same VIP in their kernels at the same time are what must never be.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from genlb.agent.config import Election
from genlb.agent.vip import ballot
from genlb.agent.vip.claims import Lease
from genlb.agent.vip.elector import Elector

VIP = "10.20.1.200"


class Overlap(NamedTuple):
    """At ``at``, ``node`` bound the VIP while ``other`` had it until ``until``."""

    at: float
    node: str
    other: str
    until: float


@dataclass
class Machine:
    """One node: a process with an elector, which may be stopped or dead, and a kernel, which goes on."""

    name: str
    rate: float
    offset: float
    elector: Elector | None = None
    stopped: bool = False
    cut: bool = False
    lossy: float = 0.0
    late: float = 0.0
    lag: float = 0.0
    drained: bool = False
    inbox: list[ballot.Observation] = field(default_factory=list)
    expiry: dict[str, float] = field(default_factory=dict)
    applied: dict[str, float] = field(default_factory=dict)
    incarnation: int = 0
    alarm: float = math.inf

    def clock(self, now: float) -> float:
        """What the node's monotonic clock shows at the true time ``now``."""
        return self.offset + now * self.rate


class World:
    """Nodes, API server and network of one run, with the run's random numbers."""

    def __init__(
        self, seed: int, timing: Election, *, nodes: int, make: type[Elector] = Elector, lifetimes: bool = True
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- the same run for the same seed
        self.timing = timing
        self.now = 0.0
        self.overlaps: list[Overlap] = []
        self.binds = 0
        self._make, self._lifetimes = make, lifetimes
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._leases: dict[str, Lease] = {}
        self._revision = 0
        self.down = False
        self.machines = [
            Machine(f"n{index}", 1 + self.random.uniform(-0.005, 0.005), self.random.uniform(0, 1000))
            for index in range(nodes)
        ]
        for machine in self.machines:
            self.at(self.random.uniform(0, 0.2) * timing.duration, partial(self.start, machine))

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Let ``what`` happen at the true time ``when``."""
        heapq.heappush(self._events, (when, next(self._order), what))

    def after(self, delay: float, what: Callable[[], None]) -> None:
        """Let ``what`` happen ``delay`` seconds from now."""
        self.at(self.now + delay, what)

    def run(self, until: float) -> None:
        """Let everything happen that happens before ``until``."""
        events = self._events
        while events and events[0][0] < until:
            self.now, _, what = heapq.heappop(events)
            what()
        self.now = until

    def holders(self) -> list[str]:
        """The nodes that have the VIP in their kernels now."""
        return [machine.name for machine in self.machines if machine.expiry.get(VIP, -1.0) > self.now]

    # ------------------------------------------------------------------------------------------------- processes

    def start(self, machine: Machine) -> None:
        """A new process, with the kernel that the last one left."""
        if machine.elector is not None:
            return
        machine.incarnation += 1
        clock = machine.clock(self.now)
        machine.elector = self._make(machine.name, f"uid-{machine.name}", self.timing, now=clock)
        machine.stopped = False
        machine.inbox = [ballot.Seen(lease) for lease in self._leases.values()] if not self._away(machine) else []
        machine.inbox.append(self._wanted())
        machine.applied = {}
        self.work(machine)

    def kill(self, machine: Machine) -> None:
        """SIGKILL: the process is gone, what it bound is not."""
        machine.elector, machine.inbox, machine.alarm = None, [], math.inf

    def resume(self, machine: Machine) -> None:
        """SIGCONT."""
        machine.stopped = False
        self.work(machine)

    def tell(self, machine: Machine, observation: ballot.Observation, incarnation: int | None = None) -> None:
        """An observation reaches the process, if it is still the one that it was meant for."""
        if machine.elector is None or (incarnation is not None and incarnation != machine.incarnation):
            return
        machine.inbox.append(observation)
        if not machine.stopped:
            self.work(machine)

    def work(self, machine: Machine) -> None:
        """One turn of the daemon's loop."""
        elector = machine.elector
        if elector is None or machine.stopped:
            return
        clock = machine.clock(self.now)
        observations, machine.inbox = machine.inbox, []
        actions = elector.step(clock, observations)
        if self._apply(machine, elector, clock):
            actions += elector.step(clock, [ballot.Kernel(clock, self._bound(machine))])
            self._apply(machine, elector, clock)
        for action in actions:
            self._carry_out(machine, action)
        if elector.left:
            self.kill(machine)
            return
        self._set_alarm(machine, elector.wake(clock))

    def _set_alarm(self, machine: Machine, clock: float) -> None:
        due = max(self.now + 1e-6, (clock - machine.offset) / machine.rate + 1e-6)
        if due == machine.alarm or math.isinf(due):
            return
        machine.alarm = due
        incarnation = machine.incarnation

        def ring() -> None:
            if machine.incarnation == incarnation and machine.alarm == due:
                machine.alarm = math.inf
                self.work(machine)

        self.at(due, ring)

    # ---------------------------------------------------------------------------------------------------- kernels

    def _bound(self, machine: Machine) -> frozenset[str]:
        return frozenset(vip for vip, expiry in machine.expiry.items() if expiry > self.now)

    def _apply(self, machine: Machine, elector: Elector, clock: float) -> bool:
        """Make the kernel equal to the bindings; whether a look at it is news."""
        wanted = elector.bindings()
        removed = [vip for vip in machine.expiry if vip not in wanted]
        for vip in removed:
            del machine.expiry[vip]
        for vip, until in wanted.items():
            if machine.applied.get(vip) != until:
                self._bind(machine, vip, math.floor(until - clock))
        machine.applied = wanted
        return bool(removed) or elector.waits_for_kernel

    def _bind(self, machine: Machine, vip: str, lifetime: int) -> None:
        if lifetime < 1:
            return
        for other in self.machines:
            until = other.expiry.get(vip, -1.0)
            if other is not machine and until > self.now:
                self.overlaps.append(Overlap(self.now, machine.name, other.name, until))
        self.binds += vip not in machine.expiry
        machine.expiry[vip] = self.now + lifetime / machine.rate if self._lifetimes else math.inf

    # ------------------------------------------------------------------------------------ network and API server

    def _away(self, machine: Machine) -> bool:
        return self.down or machine.cut

    def _carry_out(self, machine: Machine, action: ballot.Action) -> None:
        incarnation = machine.incarnation
        if isinstance(action, ballot.Probe):
            # The worst case: whoever has the address does not answer.
            answer = ballot.Probed(action.number, taken=False)
            self.after(0.6, lambda: self.tell(machine, answer, incarnation))
            return
        if self._away(machine):
            # Refused at once, or never answered.
            if self.random.random() < 0.5:
                self.after(0.01, lambda: self.tell(machine, ballot.Failed(action.number), incarnation))
            return
        if self.random.random() < machine.lossy / 2:
            return
        self.after(self._delay(machine), lambda: self._land(machine, action, incarnation))

    def _delay(self, machine: Machine) -> float:
        if machine.late and self.random.random() < 0.5:
            return self.random.uniform(0, machine.late)
        return self.random.uniform(0.001, 0.03)

    def _land(self, machine: Machine, action: ballot.Action, incarnation: int) -> None:
        """The API server carries out a request, whether or not anybody still waits for the answer."""
        if self.down:
            return
        answer = self._serve(machine, action)
        if self.random.random() < machine.lossy / 2 or machine.cut:
            return
        self.after(self._delay(machine), lambda: self.tell(machine, answer, incarnation))

    def _serve(self, machine: Machine, action: ballot.Action) -> ballot.Observation:
        own = self._leases.get(machine.name)
        if isinstance(action, ballot.ReadLease):
            return ballot.Read(action.number, own)
        if isinstance(action, ballot.ListLeases):
            return ballot.Listed(action.number, tuple(self._leases.values()))
        assert isinstance(action, ballot.WriteLease | ballot.DeleteLease)
        if (own.version if own else None) != action.version:
            return ballot.Failed(action.number, conflict=True)
        if isinstance(action, ballot.DeleteLease):
            assert own is not None
            del self._leases[machine.name]
            self._publish(machine, ballot.Gone(machine.name))
            return ballot.Deleted(action.number)
        self._revision += 1
        lease = Lease(machine.name, f"uid-{machine.name}", str(self._revision), dict(action.claims))
        self._leases[machine.name] = lease
        self._publish(machine, ballot.Seen(lease))
        return ballot.Written(action.number, lease.version)

    def _publish(self, writer: Machine, news: ballot.Seen | ballot.Gone) -> None:
        for machine in self.machines:
            if machine is not writer:
                delay = self.random.uniform(0.001, 0.05) + machine.lag
                self.after(delay, partial(self._watch, machine, news))

    def _watch(self, machine: Machine, news: ballot.Seen | ballot.Gone) -> None:
        if not self._away(machine):
            self.tell(machine, news)

    def relist(self, machine: Machine) -> None:
        """A watch that begins anew begins with a list."""
        if machine.elector is not None and not self._away(machine):
            for lease in list(self._leases.values()):
                self.tell(machine, ballot.Seen(lease))

    def _wanted(self) -> ballot.Wanted:
        return ballot.Wanted({VIP: frozenset(machine.name for machine in self.machines if not machine.drained)})

    def announce(self) -> None:
        """Every node learns, sooner or later, who may own the VIP."""
        for machine in self.machines:
            delay = self.random.uniform(0, 0.3)
            self.after(delay, partial(self.tell, machine, self._wanted()))


ALL_FAULTS = ("kill", "stop", "stop", "cut", "slow", "lose", "restart_api", "drain", "leave", "lag")
HANDOVERS = ("drain", "drain", "leave", "slow", "slow", "lose", "stop")


class Faults:
    """What goes wrong in a run: every fault begins, and ends by itself."""

    def __init__(self, world: World, kinds: Sequence[str] = ALL_FAULTS) -> None:
        self._world, self._random = world, world.random
        self._kinds: list[Callable[[Machine], None]] = [getattr(self, kind) for kind in kinds]

    def scatter(self, *, count: int, begin: float, end: float) -> None:
        """``count`` faults at random times, on random nodes, often on the one that owns the VIP."""
        for _ in range(count):
            self._world.at(self._random.uniform(begin, end), self.strike)

    def strike(self) -> None:
        """One fault, now."""
        owners = [machine for machine in self._world.machines if machine.name in self._world.holders()]
        target = self._random.choice(owners if owners and self._random.random() < 0.7 else self._world.machines)
        self._random.choice(self._kinds)(target)

    def _span(self, longest: float) -> float:
        return self._random.uniform(0.05, longest) * self._world.timing.duration

    def kill(self, machine: Machine) -> None:
        world = self._world
        world.kill(machine)
        world.after(self._span(0.8), lambda: world.start(machine))

    def stop(self, machine: Machine) -> None:
        machine.stopped = True
        self._world.after(self._span(2.5), lambda: self._world.resume(machine))

    def cut(self, machine: Machine) -> None:
        def heal() -> None:
            machine.cut = False
            self._world.relist(machine)

        machine.cut = True
        self._world.after(self._span(2.5), heal)

    def slow(self, machine: Machine) -> None:
        machine.late = 0.4 * self._world.timing.duration
        self._world.after(self._span(2), lambda: setattr(machine, "late", 0.0))

    def lose(self, machine: Machine) -> None:
        machine.lossy = 0.8
        self._world.after(self._span(2), lambda: setattr(machine, "lossy", 0.0))

    def lag(self, machine: Machine) -> None:
        machine.lag = self._span(1.5)
        self._world.after(self._span(2), lambda: setattr(machine, "lag", 0.0))

    def restart_api(self, machine: Machine) -> None:
        def up() -> None:
            self._world.down = False
            for each in self._world.machines:
                self._world.after(self._random.uniform(0, 1), partial(self._world.relist, each))

        self._world.down = True
        self._world.after(self._span(1.5), up)

    def drain(self, machine: Machine) -> None:
        def undrain() -> None:
            machine.drained = False
            self._world.announce()

        machine.drained = True
        self._world.announce()
        self._world.after(self._span(1), undrain)

    def leave(self, machine: Machine) -> None:
        world = self._world
        world.tell(machine, ballot.Leaving())
        # A grace period, then SIGKILL, then the next pod.
        world.after(1.5 * world.timing.duration, lambda: world.kill(machine))
        world.after(1.6 * world.timing.duration, lambda: world.start(machine))
