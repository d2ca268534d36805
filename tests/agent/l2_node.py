"""The binder of one node, whole, with clocks, kernel, API server and wire in memory; what it does is told in order."""

from __future__ import annotations

import contextlib
import errno
import math
import os
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from genlb.agent.config import Election as Timing
from genlb.agent.logs import Log
from genlb.agent.netlink.route import InterfaceAddress, Link
from genlb.agent.stopping import Stop
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.election.elector import Elector
from genlb.agent.vip.node.announcing import Announcer
from genlb.agent.vip.node.kernel import Failure, View
from genlb.agent.vip.node.plan import Held, HeldAddress, RemoveAddress, SetAddress, Step
from genlb.agent.vip.running import Loop, Surroundings
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.services.pools import Address
from genlb.agent.vip.voting import Election
from genlb.errors import Undetermined
from tests.agent.objects import a_vip_config, facts, node_object, service_object

TIMING = Timing((), "genlb-vip-", 10, 2, 1.5, 2)
VIP, NODE = "10.20.1.200", "10.20.1.11"
MAC = bytes.fromhex("020000000011")


class _EnoughError(Exception):
    """What a test waited for has come, or will not."""


class MemoryKernel:
    """Addresses; their lifetimes end only where it ``keeps_time``.

    It refuses to take one off ``refusals`` times, and does ``before_setting`` right before it sets the next one.
    """

    def __init__(self, clock: Callable[[], float], done: list[str]) -> None:
        self._clock, self._done = clock, done
        self.keeps_time = True
        self.refusals = 0
        self.before_setting: Callable[[], None] | None = None
        self.bound: dict[str, float] = {}

    def look(self) -> View:
        if self.keeps_time:
            self.bound = {vip: expiry for vip, expiry in self.bound.items() if expiry > self._clock()}
        held = tuple(HeldAddress(ip_address(vip), 32, "eth0", marked=True) for vip in self.bound)
        own = InterfaceAddress(2, ip_address(NODE), 24, "eth0", 0, 2**32 - 1, 2**32 - 1, 0)
        return View({2: Link(2, "eth0", MAC, up=True)}, (own,), Held(held, ()))

    def carry_out(self, steps: Iterable[Step]) -> list[Failure]:
        for step in list(steps):
            if isinstance(step, SetAddress):
                if self.before_setting is not None:
                    self.before_setting()
                    self.before_setting = None
                self._done.append("bind" if step.fresh else "renew")
                self.bound[str(step.address)] = self._clock() + math.floor(step.until - self._clock())
            elif self.refusals:
                self.refusals -= 1
                return [Failure(step, errno.EBUSY)]
            else:
                assert isinstance(step, RemoveAddress)
                self._done.append("unbind")
                del self.bound[str(step.address)]
        return []


class MemoryLeases:
    """API server and wire, whose answers come with the next turn; ``holders`` are other hosts' MAC addresses by VIP."""

    def __init__(self, done: list[str]) -> None:
        self._done = done
        self._writes = 0
        self.holders: dict[str, str] = {}
        self.lease: Lease | None = None
        self.pending: list[Observation] = []

    def carry_out(self, actions: Iterable[Action]) -> None:
        self.pending += [self._answer(action) for action in actions]

    def answers(self) -> list[Observation]:
        found, self.pending = self.pending, []
        return found

    def _answer(self, action: Action) -> Observation:
        match action:
            case ballot.Probe():
                self._done.append("probe")
                holder = self.holders.get(action.vip)
                return ballot.Probed(action.number, taken=holder is not None, holder=holder or "")
            case ballot.ReadLease():
                self._done.append("read")
                return ballot.Read(action.number, self.lease)
            case ballot.ListLeases():
                self._done.append("list")
                return ballot.Listed(action.number, () if self.lease is None else (self.lease,))
            case ballot.DeleteLease():
                self._done.append("delete")
                self.lease = None
                return ballot.Deleted(action.number)
            case ballot.WriteLease():
                claim = action.claims.get(VIP)
                self._done.append(f"write {claim.value if claim else 'nothing'}")
                self._writes += 1
                self.lease = Lease("n1", "uid", str(self._writes), dict(action.claims))
                return ballot.Written(action.number, self.lease.version)


class L2Node:
    """The whole; ``done`` are ``bind``, ``renew``, ``unbind``, ``announce``, ``guard``, and what the Leases were asked.

    The monotonic clock shows ``now``; the two others are ``slept`` and ``set_ahead`` ahead of it.
    """

    requested = False  # as of a Stop

    def __init__(self, log: Path) -> None:
        self.now, self.slept, self.set_ahead = 1_000.0, 0.0, 0.0
        self.has_guard = True
        self.done: list[str] = []
        self.turns: list[Turn] = []
        self.known = facts([service_object("tv", VIP)], nodes=[node_object("n1", NODE)])
        self.kernel, self.api = MemoryKernel(self._clock, self.done), MemoryLeases(self.done)
        election = Election(Elector("n1", "uid", TIMING, now=self.now), self.api, self._wider_clocks)
        daemon = VipDaemon(a_vip_config(), "n1", self.kernel, election, clock=self._clock, guard=self._guard)
        written = Log(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
        around = Surroundings(self, self, Announcer(self._announce), written, self._clock, self.turns.append)
        self._loop = Loop(daemon, around, resync=30.0)
        self._is_enough: Callable[[], bool] = lambda: False

    def until(self, reached: Callable[[], bool], *, seconds: float = 60) -> None:
        """Let the real loop turn until something is ``reached``."""
        end = self.now + seconds
        self._is_enough = lambda: reached() or self.now >= end
        with contextlib.suppress(_EnoughError):
            self._loop.run(cast("Stop", self))
        assert reached()

    def owning(self) -> L2Node:
        """The node, once the VIP is bound, its neighbours were told, and the yes to a renewal is under way."""
        self.until(lambda: "announce" in self.done)
        self.until(lambda: bool(self.api.pending))
        return self

    def _clock(self) -> float:
        return self.now

    def _wider_clocks(self) -> tuple[float, float]:
        return self.now + self.slept, self.now + self.slept + self.set_ahead

    def _announce(self, interface: str, address: Address) -> None:
        del interface, address
        self.done.append("announce")

    def _guard(self, text: str) -> None:
        del text
        if not self.has_guard:
            raise Undetermined("nft: not found")
        self.done.append("guard")

    # ------------------------------------------------------------------------------- what the loop waits for and asks

    def wait(self, seconds: float, descriptors: Iterable[int] = ()) -> frozenset[int]:
        del descriptors
        if self._is_enough():
            raise _EnoughError
        self.now += min(seconds, 0.02) if self.api.pending else seconds
        return frozenset()

    def fileno(self) -> int:
        return 0

    def drain(self) -> bool:
        return False

    def facts(self) -> Facts | None:
        return self.known

    def leases(self) -> Mapping[str, Lease]:
        return {} if self.api.lease is None else {"n1": self.api.lease}

    def again(self) -> None:
        """Nothing is missing."""
