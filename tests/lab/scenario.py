"""Scenarios: ``scenarios.yaml`` as values, and what a lab shows when it is brought into one.

Whoever predicts reachability can be held to the same file: ``load()`` gives every scenario of the matrix with what is
expected, and nothing in it needs a lab.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.lab.net import NODES, Lab
from tests.lab.proxy import PORT
from tests.lab.traffic import LONG, SHORT, TIMEOUT, Attempt, connect_all

_FILE = Path(__file__).with_name("scenarios.yaml")
_MANY = ("family", "policy", "bind", "arp", "rp")
"""Fields whose list means one scenario for each value."""

OUTSIDE = ("client", "tor", "rackhost")
INSIDE = ("q1", "q3", "n1", "n3")
"""Clients inside the cluster: pods and nodes, with and without an endpoint beside them."""

EVERYWHERE = dict.fromkeys((*OUTSIDE, *INSIDE), "ok")
"""What every place sees of a VIP that works."""

UNHELD = {**dict.fromkeys(OUTSIDE, "EHOSTUNREACH"), **dict.fromkeys(INSIDE, "ok")}
"""What every place sees of an on-link VIP that nobody holds."""

RACE = "race"
_OUTCOMES = {RACE: frozenset({"ok", TIMEOUT})}


@dataclass(frozen=True)
class Scenario:
    """One point of the matrix; the fields are told in ``scenarios.yaml``."""

    name: str
    family: int
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
        six = " IPv6" if self.family == 6 else ""
        arp, rp = ("/".join(map(str, pair)) for pair in (self.arp, self.rp))
        return f"{self.name} [{self.pool}{six} {self.policy} {self.bind} arp={arp} rp={rp}{way}]"


def load() -> tuple[Scenario, ...]:
    """Every scenario of the matrix."""
    document = yaml.safe_load(_FILE.read_text())
    return tuple(
        scenario for entry in document["scenarios"] for scenario in _expanded({**document["defaults"], **entry})
    )


def bring_about(lab: Lab, scenario: Scenario, vip: str) -> None:
    """Put the lab into the state that ``scenario`` tells, as far as ``vip`` is concerned."""
    lab.arp(ignore=scenario.arp[0], announce=scenario.arp[1])
    lab.rp_filter(of_all=scenario.rp[0], of_nic=scenario.rp[1])
    lab.bind(vip, how=scenario.bind, nodes=scenario.at or NODES)
    lab.route(vip, scenario.route, side=scenario.side)
    lab.forget()


class Shown(NamedTuple):
    """What each client saw, and which nodes answer who has the VIP (None where nobody was asked)."""

    verdicts: Mapping[str, str]
    owners: frozenset[str] | None


def measure(lab: Lab, scenario: Scenario, vip: str) -> Shown:
    """What each client that is spoken of sees, and who answers on the rack meanwhile."""
    with ThreadPoolExecutor(1) as asking:
        answering = None if scenario.owners is None else asking.submit(lab.owners, vip)
        outcomes = connect_all(
            Attempt(lab.hosts[client], vip, PORT, SHORT if TIMEOUT in allowed(verdict) else LONG)
            for client, verdict in scenario.expect.items()
        )
        verdicts = {client: outcome.verdict for client, outcome in zip(scenario.expect, outcomes, strict=True)}
        return Shown(verdicts, None if answering is None else answering.result())


def reached(lab: Lab, vip: str) -> dict[str, str]:
    """What each place sees of a VIP, by new connections and with empty neighbour tables."""
    lab.forget()
    outcomes = connect_all(Attempt(lab.hosts[place], vip, PORT) for place in EVERYWHERE)
    return {place: outcome.verdict for place, outcome in zip(EVERYWHERE, outcomes, strict=True)}


def allowed(verdict: str) -> frozenset[str]:
    """The outcomes that a verdict allows."""
    return _OUTCOMES.get(verdict, frozenset({verdict}))


def table(scenario: Scenario, mode: str, shown: Shown) -> str:
    """Expected and measured side by side, for whoever reads the failure."""
    rows = [f"{client:10} {scenario.expect[client]:14} {seen}" for client, seen in shown.verdicts.items()]
    if scenario.owners is not None:
        rows.append(f"{'owners':10} {_listed(scenario.owners):14} {_listed(shown.owners or ())}")
    return "\n".join([f"{mode}: {scenario}", f"{'':10} {'expected':14} measured", *rows])


def fits(scenario: Scenario, shown: Shown) -> bool:
    """Whether every client saw what it should, and those answered that should."""
    seen = all(verdict in allowed(scenario.expect[client]) for client, verdict in shown.verdicts.items())
    return seen and shown.owners == scenario.owners


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nobody"


def _expanded(entry: Mapping[str, Any]) -> Iterator[Scenario]:
    values = [entry[field] if isinstance(entry[field], list) else [entry[field]] for field in _MANY]
    for family, policy, bind, arp, rp in itertools.product(*values):
        yield Scenario(
            name=entry["name"],
            family=family,
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
