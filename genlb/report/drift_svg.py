"""A drawing of ToRs, racks and pools, and of what is announced where, with the parts marked that differ from git.

Read from the bottom up, as an announcement travels: a pool's VIPs are announced by the nodes, over BGP sessions, to the
ToRs; those of an L2 pool are answered for by one node on its own link. Shapes and words carry what colours say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from genlb.drift.model import ClusterDrift
from genlb.report.drift_marks import PROXY, SYSCTL, VIP, Marks, marks_of
from genlb.report.drift_shapes import Box, chip, link, number, panel
from genlb.report.drift_svg_pools import Group, announced, drawn_group, groups_of, way
from genlb.report.fabric import Fabric, NodeRack
from genlb.report.markup import Safe, element

MOST_RACKS = 8
"""Racks that are drawn; of more those whose sessions differ come first."""

_EDGE, _GAP = 14, 22
_ROUTER_WIDTH, _ROUTER_HEIGHT = 168, 52
_RACK_TOP, _RACK_HEIGHT, _RACK_NARROWEST = 158, 78, 320
_BUS, _GROUP_TOP = 258, 296
_AGENTS = (SYSCTL, VIP, PROXY)


class _Column(NamedTuple):
    """A rack and its place; its routers stand above it."""

    rack: NodeRack
    box: Box


def drawing(cluster: ClusterDrift, fabric: Fabric, place: int) -> Safe:
    """The figure as SVG; ``place`` makes its ids unique on a page."""
    marks = marks_of(cluster.objects)
    columns, groups = _columns(fabric, marks), list(_placed(groups_of(fabric, marks)))
    right = max([*(column.box.right for column in columns), *(box.right for _, box in groups)])
    columns = _centred(columns, right)
    width = number(right + _EDGE)
    height = number(max(box.bottom for _, box in groups) + _EDGE)
    return element(
        "svg",
        element("title", f"The fabric of {cluster.name}", id=f"fabric-{place}-title"),
        element("desc", _words(fabric, marks), id=f"fabric-{place}-words"),
        *(piece for column in columns for piece in _rack(column, marks)),
        *_ways(columns, groups),
        *(piece for group, box in groups for piece in drawn_group(group, box, marks)),
        role="img",
        aria_labelledby=f"fabric-{place}-title",
        aria_describedby=f"fabric-{place}-words",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
    )


def hidden_racks(cluster: ClusterDrift, fabric: Fabric) -> int:
    """How many racks the drawing leaves out."""
    return len(fabric.racks) - len(_columns(fabric, marks_of(cluster.objects)))


def _columns(fabric: Fabric, marks: Marks) -> list[_Column]:
    racks = list(fabric.racks)
    if len(racks) > MOST_RACKS:
        racks.sort(key=lambda rack: not _sessions(rack) & marks.sessions.keys())
    columns, x = [], float(_EDGE)
    for rack in racks[:MOST_RACKS]:
        width = max(len(rack.routers) * (_ROUTER_WIDTH + _GAP) - _GAP, _RACK_NARROWEST)
        columns.append(_Column(rack, Box(x, _RACK_TOP, width, _RACK_HEIGHT)))
        x += width + _GAP * 2
    return columns


def _centred(columns: list[_Column], right: float) -> list[_Column]:
    """The racks in the middle above pools that take more room."""
    shift = (right - columns[-1].box.right) / 2 if columns else 0
    return [column._replace(box=column.box._replace(x=column.box.x + shift)) for column in columns]


def _sessions(rack: NodeRack) -> set[str]:
    return {session.name for router in rack.routers for session in router.sessions}


def _placed(groups: list[Group]) -> Iterator[tuple[Group, Box]]:
    x = float(_EDGE)
    for group in groups:
        yield group, Box(x, _GROUP_TOP, group.width, group.height)
        x += group.width + _GAP


def _rack(column: _Column, marks: Marks) -> Iterator[Safe]:
    rack, box = column
    step = box.width / max(len(rack.routers), 1)
    for index, router in enumerate(rack.routers):
        middle = box.x + step * (index + 0.5)
        top = Box(middle - _ROUTER_WIDTH / 2, _EDGE, _ROUTER_WIDTH, _ROUTER_HEIGHT)
        for place, session in enumerate(router.sessions):
            x = middle + (place - (len(router.sessions) - 1) / 2) * 56
            mark = marks.sessions.get(session.name)
            title = f"BGPPeer {session.name} to {session.address}: {mark.words if mark else 'in step'}"
            words = f"v{session.family[-1:]}" + ("" if session.external else " iBGP")
            yield link(x, top.bottom, box.y, words, mark=mark, title=title)
        yield panel(top, router.name, (f"AS {router.as_number}",), None, "router")
    yield panel(box, f"rack {rack.name}", (f"nodes in AS {rack.as_number}",), None, "rack")
    yield from _agents(box, marks)


def _agents(box: Box, marks: Marks) -> Iterator[Safe]:
    """What runs on every node, as chips along the right edge of the rack."""
    x = box.x + 12
    for name in _AGENTS:
        drawn, width = chip(x, box.bottom - 28, name, marks.parts.get(name))
        yield drawn
        x += width + 8


def _ways(columns: list[_Column], groups: list[tuple[Group, Box]]) -> Iterator[Safe]:
    """From every group to every rack; BGP and L2 along buses of their own."""
    for group, box in groups:
        if columns and group.pools and group.kind != "foreign":
            shift, bus = (-14, _BUS) if group.kind == "bgp" else (14, _BUS + 16)
            ends = [column.box.middle + shift for column in columns]
            yield way(group, box, ends, low=_RACK_TOP + _RACK_HEIGHT, bus=bus)


def _words(fabric: Fabric, marks: Marks) -> str:
    """The drawing in words, for who does not see it."""
    parts = [f"rack {rack.name} with {_routers(rack) or 'no routers'}" for rack in fabric.racks]
    parts += [f"pool {pool.name} by {pool.announce}: {', '.join(pool.blocks)}" for pool in fabric.pools]
    parts.append(f"announced over BGP: {announced(fabric)}")
    for kind, found in (("session", marks.sessions), ("pool", marks.pools), ("part", marks.parts)):
        parts += [f"{kind} {name}: {mark.words}, {mark.severity.value}" for name, mark in found.items()]
    return ". ".join(parts) + "."


def _routers(rack: NodeRack) -> str:
    return ", ".join(f"{router.name} in AS {router.as_number}" for router in rack.routers)
