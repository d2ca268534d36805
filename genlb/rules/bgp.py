"""Who peers with whom: AS numbers, racks, the node mesh."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Related
from genlb.rules.catalogue import ERROR, INFO, WARNING, Finding, View, rule
from genlb.rules.places import as_numbers
from genlb.spec.model import Rack, Switch

RESERVED = rule(
    "GLB308",
    ERROR,
    "A reserved AS number",
    why="AS 0, 23456, 65535 and 4294967295 are reserved: routers refuse a session with them, or drop its routes.",
    fix="Use a private AS number: 64512 to 65534, or 4200000000 to 4294967294.",
)

_RESERVED = {
    23_456: "AS_TRANS, which stands for AS numbers that a router cannot say",
    65_535: "reserved",
    4_294_967_295: "reserved",
}
"""0 is no number that the field takes."""


@RESERVED.check
def reserved_as_numbers(view: View) -> Iterator[Finding]:
    """Every AS number of the spec."""
    for path, number in as_numbers(view.spec):
        if number in _RESERVED:
            yield Finding(view.at(*path), f"AS {number} is {_RESERVED[number]}")


NO_ROUTER_IN_RACK = rule(
    "GLB301",
    ERROR,
    "A rack has no router",
    why="Nodes of a rack without routers have no session with the network: it learns no route from them, and a Service"
    " with externalTrafficPolicy Local whose endpoints are all in that rack is announced by nobody. Without the node"
    " mesh they do not learn where the pods of other nodes are either.",
    fix="Add the rack's routers, or remove the rack.",
    research="generator_ux GLB301",
)


@NO_ROUTER_IN_RACK.check
def racks_without_routers(view: View) -> Iterator[Finding]:
    """Racks without routers beside racks that have some; without any router at all it is GLB311 or GLB317."""
    bgp = view.spec.bgp
    silent = view.decisions.advertised or bgp.node_to_node_mesh is Switch.DISABLED
    if not silent or not any(rack.routers for rack in bgp.racks):
        return
    for number, rack in enumerate(bgp.racks):
        if not rack.routers:
            yield Finding(view.at("bgp", "racks", number), f'rack "{rack.name}" has no router')
