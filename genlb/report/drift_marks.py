"""Which part of the drawing a difference belongs to: sessions, pools, the announcement, what runs on the nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from genlb.drift.model import ObjectDrift, State
from genlb.errors import Severity

ANNOUNCEMENT = "announcement"
PROXY = "kube-proxy"
SYSCTL = "sysctl"
VIP = "vip"

_AGENTS = {"genlb-sysctl": SYSCTL, "genlb-vip": VIP, PROXY: PROXY}


class Mark(NamedTuple):
    """What the drawing says of one part."""

    severity: Severity
    words: str


class Marks(NamedTuple):
    """The marks of a cluster: of sessions by the name of their BGPPeer, of pools and of other parts by name.

    ``strangers`` are sessions and pools that are in the cluster only.
    """

    sessions: dict[str, Mark]
    pools: dict[str, Mark]
    parts: dict[str, Mark]
    strangers: tuple[ObjectDrift, ...]


def marks_of(objects: Iterable[ObjectDrift]) -> Marks:
    """The gravest difference of each part that has one."""
    found = Marks({}, {}, {}, ())
    strangers: list[ObjectDrift] = []
    for one in objects:
        mark = _mark(one)
        if mark is None:
            continue
        if one.state in (State.UNMANAGED, State.ORPHANED) and one.key.kind in ("BGPPeer", "IPAddressPool"):
            strangers.append(one)
        for place, name in _places(one, found):
            if name not in place or mark.severity.rank < place[name].severity.rank:
                place[name] = mark
    return found._replace(strangers=tuple(strangers))


def _mark(one: ObjectDrift) -> Mark | None:
    gravest = min((difference.severity for difference in one.differences), key=lambda found: found.rank, default=None)
    if gravest is None:
        return None
    return Mark(gravest, "notes" if gravest is Severity.INFO and one.state is State.DRIFTED else one.state.value)


def _places(one: ObjectDrift, marks: Marks) -> Iterator[tuple[dict[str, Mark], str]]:
    key = one.key
    match key.kind:
        case "BGPPeer":
            yield marks.sessions, key.name
        case "IPAddressPool":
            yield marks.pools, key.name
        case "BGPConfiguration" | "BGPFilter":
            yield marks.parts, ANNOUNCEMENT
        case "DaemonSet" | "ConfigMap" if key.name in _AGENTS:
            yield marks.parts, _AGENTS[key.name]
