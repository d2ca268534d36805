"""Run by a pytest of its own on a host of a lab: whatever others have in the kernel, the binder never touches it.

``GENLB_LAB_CONFIG`` is the binder's configuration. Time is the test's own, so that elections take none.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pyroute2 import IPRoute, NetlinkError  # type: ignore[import-untyped]

from genlb.agent.config import vip_config
from genlb.agent.vip.daemon import VipDaemon
from genlb.agent.vip.election import ballot
from genlb.agent.vip.election.ballot import Action, Observation
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.election.elector import Elector
from genlb.agent.vip.node.kernel import Kernel
from genlb.agent.vip.node.plan import PROTOCOL
from genlb.agent.vip.services.facts import Facts
from genlb.agent.vip.voting import Election
from tests.agent.objects import facts, no_marks, node_object, service_object

NODE, NODE6 = "10.0.0.11", "fd00:20::11"
VIPS = ("10.208.1.1", "fd00:208:1::1", "10.0.0.200", "fd00:20::200")
"""Routed and on-link, of both families."""

PLACES = (*VIPS, "10.208.1.2", "10.0.0.201", "fd00:20::201", "192.0.2.7", "fd00:99::7")
"""Where others may have something: on a VIP, beside it in its pool, in no pool."""

OTHERS = (0, 4, 201)
"""Marks that are not ours, and none."""


class Address(NamedTuple):
    """An address that somebody else has put on an interface."""

    interface: str
    address: str
    length: int
    mark: int

    def change(self, how: str) -> None:
        """Add or delete it, where that can be done."""
        mark = {"proto": self.mark} if how == "add" and self.mark else {}
        with IPRoute() as kernel, contextlib.suppress(NetlinkError):
            (index,) = kernel.link_lookup(ifname=self.interface)
            kernel.addr(how, index=index, address=self.address, prefixlen=self.length, **mark)


class Route(NamedTuple):
    """A route of somebody else's, as ``ip`` is told it; ``mark`` is its protocol."""

    words: str
    mark: int

    def change(self, how: str) -> None:
        """Add or delete it, where that can be done."""
        words = ["ip", "route", how, *self.words.split(), "proto", str(self.mark or "boot")]
        subprocess.run(words, capture_output=True, check=False)


def _full(address: str) -> int:
    return 128 if ":" in address else 32


def _addresses() -> Iterator[Address]:
    for interface, address, mark in product(("eth0", "stub0", "lo"), PLACES, OTHERS):
        yield Address(interface, address, _full(address), mark)
    for interface, address in product(("eth0", "stub0"), PLACES):
        # Our mark on a whole subnet: somebody uses the same number.
        yield Address(interface, address, _full(address) - 3, PROTOCOL)


def _routes() -> Iterator[Route]:
    for address in PLACES:
        for mark in OTHERS:
            yield Route(f"local {address} dev lo table local", mark)
        for words in (f"local {address} dev lo table 77", f"{address} dev stub0", f"blackhole {address} table 77"):
            yield Route(words, PROTOCOL)


FOREIGN = st.lists(st.sampled_from([*_addresses(), *_routes()]), max_size=8, unique=True)
SERVED = st.sets(st.sampled_from(VIPS))


def of_others() -> frozenset[tuple[object, ...]]:
    """Every address and every route that is not ours, in all tables, but for what the kernel makes by itself."""
    with IPRoute() as kernel:
        addresses = [
            (entry["index"], entry.get_attr("IFA_ADDRESS"), entry["prefixlen"], entry.get_attr("IFA_PROTO"), lifetime)
            for entry in kernel.get_addr()
            for lifetime in [entry.get_attr("IFA_CACHEINFO")["ifa_valid"]]
            if entry.get_attr("IFA_PROTO") != PROTOCOL or entry["prefixlen"] != _full(entry.get_attr("IFA_ADDRESS"))
        ]
    routes = (
        (route["dst"], route.get("type"), route.get("table"), route["protocol"], route.get("dev"))
        for family in ("-4", "-6")
        for route in _shown("-d", family, "route", "show", "table", "all")
        if route["protocol"] != "kernel" and not _is_our_route(route)
    )
    return frozenset((*addresses, *routes))


def _shown(*arguments: str) -> Any:
    return json.loads(subprocess.run(["ip", "-j", *arguments], capture_output=True, text=True, check=True).stdout)


def _is_our_route(route: Mapping[str, Any]) -> bool:
    return (route["protocol"], route.get("type"), route.get("table")) == (str(PROTOCOL), "local", "local")


class Leases:
    """The API server's Leases of the election, answering at once: nobody else takes part."""

    def __init__(self) -> None:
        self._version = 0
        self._answers: list[Observation] = []

    def carry_out(self, actions: Iterable[Action]) -> None:
        """Answer ``actions``."""
        self._answers += [self._answer(action) for action in actions]

    @property
    def answered(self) -> bool:
        """Whether an answer waits."""
        return bool(self._answers)

    def answers(self) -> list[Observation]:
        """The answers since the last call."""
        found, self._answers = self._answers, []
        return found

    def _answer(self, action: Action) -> Observation:
        self._version += 1
        match action:
            case ballot.Probe():
                return ballot.Probed(action.number, taken=False)
            case ballot.ReadLease():
                return ballot.Read(action.number, None)
            case ballot.ListLeases():
                return ballot.Listed(action.number, ())
            case ballot.WriteLease():
                return ballot.Written(action.number, str(self._version))
            case ballot.DeleteLease():
                return ballot.Deleted(action.number)


class Binder:
    """The binder of one node, from a first election to its way out."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._leases = Leases()
        self._kernel = Kernel(lambda: self.now, no_marks())
        config = vip_config(Path(os.environ["GENLB_LAB_CONFIG"]).read_bytes())
        assert config.l2
        elector = Elector("n1", "uid", config.l2, now=self.now)
        election = Election(elector, self._leases, clocks=lambda: (self.now, self.now))
        self.daemon = VipDaemon(config, "n1", self._kernel, election, clock=lambda: self.now, guard=lambda _: None)

    def close(self) -> None:
        """Take everything away."""
        assert self.daemon.clean_up() == ()
        self._kernel.close()

    def turns(self, known: Facts | None, *, turns: int = 25) -> frozenset[str]:
        """As many turns as an election takes; the L2 VIPs that are owned then."""
        owned: frozenset[str] = frozenset()
        leases: dict[str, Lease] = {}
        for _ in range(turns):
            turn = self.daemon.turn(known, leases)
            owned = frozenset(turn.owned)
            # An answer is there at once; otherwise nothing happens until the binder wants to be woken.
            self.now = self.now + 0.02 if self._leases.answered else max(turn.wake, self.now + 0.02)
        return owned


def the_api_knows(vips: Iterable[str]) -> Facts:
    """A Service for each VIP."""
    services = [service_object(f"s{number}", vip) for number, vip in enumerate(sorted(vips))]
    return facts(services, nodes=[node_object("n1", NODE, NODE6)])


@pytest.fixture(scope="module", autouse=True)
def _node() -> None:
    commands = [
        "link add eth0 type veth peer name wire0",
        "link add stub0 type bridge",
        *(f"link set {name} up" for name in ("lo", "wire0", "eth0", "stub0")),
        f"addr add {NODE}/24 dev eth0",
        f"addr add {NODE6}/64 dev eth0 nodad",
    ]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # to shrink an example takes minutes on a kernel
)
@example(foreign=[], first=set(VIPS), then=set(VIPS))
@example(foreign=[Address("eth0", vip, _full(vip), 0) for vip in VIPS], first=set(VIPS), then=set())
@example(foreign=[Address("stub0", vip, _full(vip), 201) for vip in VIPS], first=set(VIPS), then=set())
@example(foreign=[Route(f"local {vip} dev lo table local", 4) for vip in VIPS], first=set(VIPS), then=set())
@given(foreign=FOREIGN, first=SERVED, then=SERVED)
def test_what_others_have_in_the_kernel_is_never_touched(
    foreign: list[Address | Route], first: set[str], then: set[str]
) -> None:
    for item in foreign:
        item.change("add")
    before = of_others()
    binder = Binder()
    try:
        owned = binder.turns(the_api_knows(first))
        assert of_others() == before, "bound"
        # With nothing of others in the way, all that is asked for is there: the test does not watch an idle binder.
        assert foreign or owned == first & {*VIPS[2:]}
        binder.turns(the_api_knows(then))
        assert of_others() == before, "changed"
        binder.turns(None, turns=2)
        assert of_others() == before, "without the API"
    finally:
        binder.close()
        after = of_others()
        for item in reversed(foreign):
            item.change("del")
    assert after == before, "taken away"
