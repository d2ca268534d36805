"""A world for the election: nodes with clocks and kernels, an API server, a network, and everything that breaks them.

Discrete events in true time. The elector under test is the real one; what surrounds it is as bad as it may be: the
probe before binding never sees anybody, answers come late or not at all, processes stop between any two events and in
the middle of a turn, machines stand still with all that is on them, clocks run at their own rate and are set. Two nodes
that have the same VIP in their kernels at the same time are what must never be.
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
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.election.elector import Elector
from genlb.agent.vip.election.pauses import Pauses

VIP = "10.20.1.200"


class Overlap(NamedTuple):
    """At ``at``, ``node`` bound the VIP while ``other`` had it until ``until``."""

    at: float
    node: str
    other: str
    until: float


@dataclass
class Machine:
    """One node: a process with an elector, which may be stopped or dead, and a kernel, which goes on.

    ``trips``: how long the process is to be stopped in the middle of its next turn. While the machine is ``frozen``,
    its process, its kernel and its monotonic clock stand still: ``lost`` is the time that this clock does not count.
    ``set_ahead`` is how far its wall clock was set.
    """

    name: str
    rate: float
    offset: float
    pauses: Pauses
    elector: Elector | None = None
    stopped: bool = False
    frozen: bool = False
    trips: float = 0.0
    lost: float = 0.0
    set_ahead: float = 0.0
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

    @property
    def is_running(self) -> bool:
        """Whether there is a process that does its work."""
        return self.elector is not None and not (self.stopped or self.trips or self.frozen)

    def clock(self, now: float) -> float:
        """What the node's monotonic clock shows at the true time ``now``."""
        return self.offset + (now - self.lost) * self.rate

    def wider_clocks(self, now: float) -> tuple[float, float]:
        """The clock that counts the time it stood still, and the wall clock."""
        boot = self.offset + now * self.rate
        return boot, boot + self.set_ahead

    def true_time(self, clock: float) -> float:
        """When the monotonic clock shows ``clock``, if the machine does not stand still before."""
        return (clock - self.offset) / self.rate + self.lost


class World:
    """Nodes, API server and network of one run, with the run's random numbers."""

    def __init__(
        self,
        seed: int,
        timing: Election,
        *,
        nodes: int,
        make: type[Elector] = Elector,
        lifetimes: bool = True,
        shown: bool = True,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- the same run for the same seed
        self.timing = timing
        self.now = 0.0
        self.overlaps: list[Overlap] = []
        self.binds = 0
        self._make, self._lifetimes, self._shown = make, lifetimes, shown
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._leases: dict[str, Lease] = {}
        self._revision = 0
        self.down = False
        self.machines = [
            Machine(f"n{index}", 1 + self.random.uniform(-0.005, 0.005), self.random.uniform(0, 1000), Pauses(timing))
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
        """The nodes that answer for the VIP now."""
        return [machine.name for machine in self.machines if self._answers(machine, VIP)]

    # ------------------------------------------------------------------------------------------------- processes

    def start(self, machine: Machine) -> None:
        """A new process, with the kernel that the last one left."""
        if machine.elector is not None:
            return
        machine.incarnation += 1
        clock = machine.clock(self.now)
        machine.elector = self._make(machine.name, f"uid-{machine.name}", self.timing, now=clock)
        machine.pauses = Pauses(self.timing)
        machine.stopped, machine.trips = False, 0.0
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
        self._catch_up(machine, 0.3)

    def _catch_up(self, machine: Machine, delay: float) -> None:
        """Go on with a turn; the answers to requests are there, what others did comes through other threads, later."""
        late = [each for each in machine.inbox if isinstance(each, ballot.Seen | ballot.Gone)]
        machine.inbox = [each for each in machine.inbox if not isinstance(each, ballot.Seen | ballot.Gone)]
        self.work(machine)
        incarnation, then = machine.incarnation, self.now + self.random.uniform(0, delay)
        for each in late:
            self.at(then, partial(self.tell, machine, each, incarnation))

    def freeze(self, machine: Machine, span: float) -> None:
        """The machine stands still for a while, and knows nothing of it but what its clocks tell."""

        def thaw() -> None:
            machine.frozen = False
            machine.lost += span
            machine.expiry = {vip: expiry + span for vip, expiry in machine.expiry.items()}
            machine.alarm = math.inf
            self._catch_up(machine, 1.0)

        machine.frozen = True
        self.after(span, thaw)

    def tell(self, machine: Machine, observation: ballot.Observation, incarnation: int | None = None) -> None:
        """An observation reaches the process, if it is still the one that it was meant for."""
        if machine.elector is None or (incarnation is not None and incarnation != machine.incarnation):
            return
        machine.inbox.append(observation)
        self.work(machine)

    def work(self, machine: Machine) -> None:
        """One turn of the daemon's loop."""
        elector = machine.elector
        if elector is None or machine.stopped or machine.frozen:
            return
        observations, machine.inbox = machine.inbox, []
        self._step(machine, elector, observations)
        span, machine.trips = machine.trips, 0.0
        if not span:
            self._finish(machine, elector)
            return

        def go_on() -> None:
            if machine.elector is elector and machine.frozen:
                self.after(0.5, go_on)
            elif machine.elector is elector:
                machine.stopped = False
                self._finish(machine, elector)
                self.work(machine)

        machine.stopped = True
        self.after(span, go_on)

    def _step(self, machine: Machine, elector: Elector, observations: Sequence[ballot.Observation]) -> None:
        clock = machine.clock(self.now)
        paused = machine.pauses.noticed(clock, machine.wider_clocks(self.now)) and self._shown
        for action in elector.step(clock, observations, paused=paused):
            self._carry_out(machine, action)

    def _finish(self, machine: Machine, elector: Elector) -> None:
        """The second half of a turn: the kernel is made what it shall be, and the elector told of it."""
        if self._apply(machine, elector):
            self._step(machine, elector, [ballot.Kernel(machine.clock(self.now), self._bound(machine))])
            self._apply(machine, elector)
        if elector.left:
            self.kill(machine)
            return
        self._set_alarm(machine, elector.wake(machine.clock(self.now)))

    def _set_alarm(self, machine: Machine, clock: float) -> None:
        if math.isinf(clock):
            return
        due = max(self.now, machine.true_time(clock)) + 1e-6
        if due == machine.alarm:
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

    def _answers(self, machine: Machine, vip: str) -> bool:
        """Whether the machine's kernel has the VIP, and is not frozen."""
        return machine.expiry.get(vip, -1.0) > self.now and not machine.frozen

    def _apply(self, machine: Machine, elector: Elector) -> bool:
        """Make the kernel equal to the bindings; whether a look at it is news."""
        clock, wanted = machine.clock(self.now), elector.bindings()
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
            if other is not machine and self._answers(other, vip):
                self.overlaps.append(Overlap(self.now, machine.name, other.name, other.expiry[vip]))
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


ALL_FAULTS = (
    *("kill", "stop", "stop", "trip", "cut", "slow", "lose", "restart_api", "drain", "leave", "lag"),
    *("freeze", "set_clock"),
)
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
        kind = self._random.choice(self._kinds)
        # What stood still has a lifetime left that only its process can end: of one that is dead or stopped when its
        # machine goes on again no rule could ask anything.
        if not target.frozen and (kind != self.freeze or target.is_running):
            kind(target)

    def _span(self, longest: float) -> float:
        return self._random.uniform(0.05, longest) * self._world.timing.duration

    def kill(self, machine: Machine) -> None:
        world = self._world
        world.kill(machine)
        world.after(self._span(0.8), lambda: world.start(machine))

    def stop(self, machine: Machine) -> None:
        machine.stopped = True
        self._world.after(self._span(2.5), lambda: self._world.resume(machine))

    def trip(self, machine: Machine) -> None:
        machine.trips = self._span(2)

    def freeze(self, machine: Machine) -> None:
        self._world.freeze(machine, self._span(2.5))

    def set_clock(self, machine: Machine) -> None:
        machine.set_ahead += self._random.uniform(-100, 100)

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
