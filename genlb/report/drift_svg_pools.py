"""The lower half of the drawing: pools, grouped by how the network learns where their VIPs are."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genlb.drift.model import ObjectDrift
from genlb.report.counts import counted
from genlb.report.drift_marks import ANNOUNCEMENT, Marks
from genlb.report.drift_shapes import LETTER, Box, number, panel
from genlb.report.fabric import Fabric, VIPPool
from genlb.report.markup import Safe, element

MOST_POOLS = 24
"""Pools of one group that are drawn; of more those that differ come first."""

_GAP = 18
_HEAD = 80
_WIDTH, _HEIGHT = 208, 98
_NARROWEST = 340


class Group(NamedTuple):
    """Pools that the network learns about in one way; ``across`` of them stand side by side."""

    head: str
    lines: tuple[str, ...]
    kind: str
    pools: Sequence[VIPPool]
    across: int

    @property
    def width(self) -> float:
        """How wide its box is."""
        return max(self.across * (_WIDTH + _GAP) + _GAP, _NARROWEST)

    @property
    def height(self) -> float:
        """How high its box is."""
        return _HEAD + -(-len(self.pools) // self.across) * (_HEIGHT + _GAP)


def groups_of(fabric: Fabric, marks: Marks) -> list[Group]:
    """The pools by how they are announced; the group of BGP is there even without any."""
    routers = sum(len(rack.routers) for rack in fabric.racks)
    whom = counted(routers, "router") if routers else "nobody"
    device = f"on {', '.join(fabric.l2_interfaces)}" if fabric.l2_interfaces else "on its own link"
    foreign = [_stranger(one) for one in marks.strangers if one.key.kind == "IPAddressPool"]
    found = [
        Group(f"BGP: announced to {whom}", (), "bgp", _announced_by(fabric, marks, "BGP"), 3),
        Group("L2: one node answers ARP and ND", (device,), "l2", _announced_by(fabric, marks, "L2"), 2),
        Group("not from git", ("handed out beside what git has",), "foreign", foreign[:MOST_POOLS], 2),
    ]
    told = [group for group in found if group.pools or group.kind == "bgp"]
    placed = [group._replace(across=max(min(len(group.pools), group.across), 1)) for group in told]
    return [placed[0]._replace(lines=_folded(announced(fabric), placed[0].width)), *placed[1:]]


def announced(fabric: Fabric) -> str:
    """The CIDRs that Calico announces."""
    return ", ".join(fabric.advertised) or "no LoadBalancer CIDRs"


def _folded(text: str, width: float) -> tuple[str, ...]:
    """``text`` on as many lines as there is room for; the last one is cut where it has to be."""
    first, *rest = textwrap.wrap(text, int((width - 24) / LETTER), break_long_words=False)
    return (first, " ".join(rest)) if rest else (first,)


def drawn_group(group: Group, box: Box, marks: Marks) -> Iterator[Safe]:
    """A group with its pools inside."""
    mark = marks.parts.get(ANNOUNCEMENT) if group.kind == "bgp" else None
    yield panel(box, group.head, group.lines, mark, f"group {group.kind}")
    for index, pool in enumerate(group.pools):
        row, column = divmod(index, group.across)
        x = box.x + _GAP + column * (_WIDTH + _GAP)
        yield _pool(pool, Box(x, box.y + _HEAD + row * (_HEIGHT + _GAP), _WIDTH, _HEIGHT), marks, group.kind)


def way(group: Group, box: Box, ends: Sequence[float], *, low: float, bus: float) -> Safe:
    """The way of an announcement from a group up to every rack: ``ends`` at the height ``low``, along ``bus``."""
    left, right = min(*ends, box.middle), max(*ends, box.middle)
    path = f"M{number(box.middle)} {number(box.y)}V{number(bus)}M{number(left)} {number(bus)}H{number(right)}"
    for x in ends:
        tip = f"M{number(x - 5)} {number(low + 10)}L{number(x)} {number(low + 2)}L{number(x + 5)} {number(low + 10)}"
        path += f"M{number(x)} {number(bus)}V{number(low + 2)}{tip}"
    return element("path", d=path, class_=f"way {group.kind}")


def _announced_by(fabric: Fabric, marks: Marks, announce: str) -> list[VIPPool]:
    pools = [pool for pool in fabric.pools if pool.announce == announce]
    if len(pools) > MOST_POOLS:
        pools.sort(key=lambda pool: pool.name not in marks.pools)
    return pools[:MOST_POOLS]


def _stranger(one: ObjectDrift) -> VIPPool:
    spec = (one.live or {}).get("spec")
    blocks = spec.get("addresses") if isinstance(spec, dict) else None
    named = tuple(map(str, blocks)) if isinstance(blocks, list) else ()
    return VIPPool(one.key.name, named, (), "", "in the cluster only")


def _pool(pool: VIPPool, box: Box, marks: Marks, kind: str) -> Safe:
    blocks = pool.blocks if len(pool.blocks) <= 3 else (*pool.blocks[:2], f"… {len(pool.blocks) - 2} more")  # noqa: PLR2004 -- as many lines as there is room for
    how = " · ".join(part for part in (pool.reach, "" if pool.auto_assign else "on request only") if part)
    return panel(box, pool.name, (how, *blocks), marks.pools.get(pool.name), f"pool {kind}")
