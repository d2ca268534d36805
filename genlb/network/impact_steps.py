"""In which order a change is safe: make before break. Nodes are ready before routes lead to them; routes go first.

What is new: node, then routing, then advertise. What goes: advertise, then routing, then node; a BGPConfiguration is
one object that withdraws and announces at once, so it stands in the middle of both.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from genlb.network.impact_model import Impact, RollOutFate, SessionChange, SessionFate
from genlb.network.impact_words import Sentence, sentences


class Action(enum.Enum):
    """What a step does with its objects."""

    APPLY = "apply"
    REMOVE = "remove"


class Touched(NamedTuple):
    """One object that differs; ``goes`` if it is there no more afterwards."""

    unit: str
    name: str
    goes: bool


class Step(NamedTuple):
    """One step: its objects in words, what happens then, and how to see that the next one may begin."""

    unit: str
    action: Action
    objects: tuple[str, ...]
    says: tuple[Sentence, ...]
    checks: tuple[str, ...]


_ORDER = (
    ("gitops", Action.APPLY),
    ("node", Action.APPLY),
    ("routing", Action.APPLY),
    ("advertise", Action.APPLY),
    ("advertise", Action.REMOVE),
    ("routing", Action.REMOVE),
    ("node", Action.REMOVE),
    ("gitops", Action.REMOVE),
)


def steps_of(touched: Sequence[Touched], impact: Impact, *, kubectl: str, metallb: str) -> tuple[Step, ...]:
    """The steps that have something to do, in order. ``kubectl`` is how the cluster is asked, for the checks."""
    sorted_out: list[tuple[str, Action, tuple[str, ...]]] = []
    for unit, action in _ORDER:
        names = tuple(one.name for one in touched if one.unit == unit and one.goes is (action is Action.REMOVE))
        if names:
            sorted_out.append((unit, action, names))
    there = {(unit, action) for unit, action, _ in sorted_out}
    gone = {one.name.rpartition("/")[2] for one in touched if one.goes and one.name.startswith("IPAddressPool ")}
    parts = _shares(impact, there, gone)
    return tuple(
        Step(
            unit,
            action,
            names,
            sentences(parts.get((unit, action), Impact())),
            tuple(_checks(unit, action, parts.get((unit, action), Impact()), kubectl, metallb)),
        )
        for unit, action, names in sorted_out
    )


def _shares(impact: Impact, there: set[tuple[str, Action]], gone: set[str]) -> dict[tuple[str, Action], Impact]:
    """Which part of the impact comes with which step; ``gone`` are the pools that are removed."""
    routed = tuple(one for one in impact.sessions if one.router)
    shares = {
        ("node", Action.APPLY): Impact(
            roll_outs=tuple(one for one in impact.roll_outs if one.fate is not RollOutFate.GOES),
            proxy=impact.proxy,
            ownership=impact.ownership,
            sysctls=impact.sysctls,
        ),
        ("routing", Action.APPLY): Impact(
            sessions=_sessions(routed, go=False),
            pools=tuple(one for one in impact.pools if one.pool not in gone),
        ),
        ("advertise", Action.APPLY): Impact(
            sessions=tuple(one for one in impact.sessions if not one.router), prefixes=impact.prefixes
        ),
        ("routing", Action.REMOVE): Impact(
            sessions=_sessions(routed, go=True), pools=tuple(one for one in impact.pools if one.pool in gone)
        ),
        ("node", Action.REMOVE): Impact(
            roll_outs=tuple(one for one in impact.roll_outs if one.fate is RollOutFate.GOES)
        ),
    }
    return _rehomed(shares, there)


def _sessions(sessions: Iterable[SessionChange], *, go: bool) -> tuple[SessionChange, ...]:
    return tuple(one for one in sessions if (one.fate is SessionFate.GOES) is go)


def _rehomed(
    shares: dict[tuple[str, Action], Impact], there: set[tuple[str, Action]]
) -> dict[tuple[str, Action], Impact]:
    """A share whose step has no object goes to the nearest one that has: a router that comes learns prefixes, too."""
    homes = [place for place in _ORDER if place in there]
    for place in [place for place in shares if place not in there]:
        if not homes:
            break
        near = min(homes, key=lambda home: (abs(_ORDER.index(home) - _ORDER.index(place)), -_ORDER.index(home)))
        shares[near] = _joined(shares.get(near, Impact()), shares.pop(place))
    return shares


def _joined(one: Impact, other: Impact) -> Impact:
    return Impact(
        sessions=one.sessions + other.sessions,
        prefixes=one.prefixes + other.prefixes,
        pools=one.pools + other.pools,
        roll_outs=one.roll_outs + other.roll_outs,
        proxy=one.proxy or other.proxy,
        ownership=one.ownership + other.ownership,
        sysctls=one.sysctls + other.sysctls,
    )


def _checks(unit: str, action: Action, impact: Impact, kubectl: str, metallb: str) -> Iterator[str]:
    """Commands and looks that tell when a step is done."""
    for roll in impact.roll_outs:
        if roll.fate is not RollOutFate.GOES:
            yield f"{kubectl} -n {roll.namespace} rollout status daemonset/{roll.name}"
    if any(one.fate in (SessionFate.APPEARS, SessionFate.FLAPS, SessionFate.MOVES) for one in impact.sessions):
        yield "calicoctl node status, on a node of each rack: every session is Established"
    if any(one.readdresses for one in impact.pools):
        yield f"{kubectl} get services -A -o wide: who lost an address has another one, or none"
    elif impact.pools and unit == "routing" and action is Action.APPLY:
        yield f"{kubectl} -n {metallb} get ipaddresspools"
    if impact.prefixes:
        yield "on a router: the prefixes are there, or gone, with every node of the rack as next hop"
