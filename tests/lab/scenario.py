"""Scenarios: ``scenarios.yaml`` as values, and what a lab shows when it is brought into one.

Whoever predicts reachability can be held to the same file: ``load()`` gives every scenario of the matrix with what is
expected, and nothing in it needs a lab.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.lab.net import NODES, Lab
from tests.lab.proxy import PORT, Vip
from tests.lab.traffic import LONG, SHORT, TIMEOUT, Attempt, Outcome, connect_all

_FILE = Path(__file__).with_name("scenarios.yaml")
_MANY = ("policy", "bind", "arp", "rp")
"""Fields whose list means one scenario for each value."""

INSIDE = ("q1", "q3", "n1", "n3")
"""Clients inside the cluster: pods and nodes, with and without an endpoint beside them."""

RACE = "race"
_OUTCOMES = {RACE: frozenset({"ok", TIMEOUT})}


@dataclass(frozen=True)
class Scenario:
    """One point of the matrix; the fields are told in ``scenarios.yaml``."""

    name: str
    pool: str
    policy: str
    bind: str
    at: tuple[str, ...]
    arp: tuple[int, int]
    route: tuple[str, ...]
    side: bool
    rp: tuple[int, int]
    expect: Mapping[str, str]
    owners: frozenset[str] | None

    def __str__(self) -> str:
        way = " side" if self.side else ""
        arp, rp = ("/".join(map(str, pair)) for pair in (self.arp, self.rp))
        return f"{self.name} [{self.pool} {self.policy} {self.bind} arp={arp} rp={rp}{way}]"


def load() -> tuple[Scenario, ...]:
    """Every scenario of the matrix."""
    document = yaml.safe_load(_FILE.read_text())
    return tuple(
        scenario for entry in document["scenarios"] for scenario in _expanded({**document["defaults"], **entry})
    )


def bring_about(lab: Lab, scenario: Scenario, vip: Vip) -> None:
    """Put the lab into the state that ``scenario`` tells, as far as ``vip`` is concerned."""
    lab.arp(ignore=scenario.arp[0], announce=scenario.arp[1])
    lab.rp_filter(of_all=scenario.rp[0], of_nic=scenario.rp[1])
    lab.bind(vip.address, how=scenario.bind, nodes=scenario.at or NODES)
    lab.route(f"{vip.address}/32", scenario.route, side=scenario.side)
    lab.forget()


def measure(lab: Lab, scenario: Scenario, vip: Vip) -> dict[str, str]:
    """What each client that is spoken of sees."""
    outcomes = connect_all(
        Attempt(lab.hosts[client], vip.address, PORT, SHORT if TIMEOUT in allowed(verdict) else LONG)
        for client, verdict in scenario.expect.items()
    )
    return {client: outcome.verdict for client, outcome in zip(scenario.expect, outcomes, strict=True)}


def allowed(verdict: str) -> frozenset[str]:
    """The outcomes that a verdict allows."""
    return _OUTCOMES.get(verdict, frozenset({verdict}))


def table(scenario: Scenario, measured: Mapping[str, str]) -> str:
    """Expected and measured side by side, for whoever reads the failure."""
    rows = [f"{client:10} {scenario.expect[client]:14} {seen}" for client, seen in measured.items()]
    return "\n".join([str(scenario), f"{'client':10} {'expected':14} measured", *rows])


def fits(scenario: Scenario, measured: Mapping[str, str]) -> bool:
    """Whether every client saw what it should."""
    return all(seen in allowed(scenario.expect[client]) for client, seen in measured.items())


def servers(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Which pod answered each client, or why none did."""
    return {client: outcome.server or outcome.verdict for client, outcome in outcomes.items()}


def _expanded(entry: Mapping[str, Any]) -> Iterator[Scenario]:
    values = [entry[field] if isinstance(entry[field], list) else [entry[field]] for field in _MANY]
    for policy, bind, arp, rp in itertools.product(*values):
        yield Scenario(
            name=entry["name"],
            pool=entry["pool"],
            policy=policy,
            bind=bind,
            at=tuple(entry["at"]),
            arp=_pair(arp),
            route=tuple(entry["route"]),
            side=entry["side"],
            rp=_pair(rp),
            expect={**entry["expect"], **dict.fromkeys(INSIDE, entry["inside"])},
            owners=frozenset(entry["owners"]) if "owners" in entry else None,
        )


def _pair(text: str) -> tuple[int, int]:
    first, _, second = text.partition("/")
    return int(first), int(second)
