"""Who peers with whom: AS numbers, racks, the node mesh."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Related
from genlb.network.advertised import service_networks
from genlb.rules.catalogue import ERROR, INFO, WARNING, Finding, View, rule
from genlb.spec.model import Switch

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
    needed = bgp.node_to_node_mesh is Switch.DISABLED or _announces(view)
    if not needed or not any(rack.routers for rack in bgp.racks):
        return
    for number, rack in enumerate(bgp.racks):
        if not rack.routers:
            yield Finding(view.at("bgp", "racks", number), f'rack "{rack.name}" has no router')


def _announces(view: View) -> bool:
    return bool(service_networks(view.spec, view.decisions.advertised))


LOOP = rule(
    "GLB304",
    ERROR,
    "Racks drop each other's routes",
    why="A route from one rack arrives in the other with the nodes' own AS number in its path, and BGP drops it as a"
    " loop. With the node mesh off there is no other way to learn where the pods of the other rack are.",
    fix="Give each rack a nodeASNumber of its own, or numAllowedLocalASNumbers: 1; where the routers rewrite the path"
    " (as-override), suppress this.",
    research="generator_ux GLB304",
)


@LOOP.check
def racks_of_one_as(view: View) -> Iterator[Finding]:
    """Racks that share a node AS number, speak eBGP and allow it nowhere in a path, while the mesh is off."""
    bgp = view.spec.bgp
    if bgp.node_to_node_mesh is Switch.ENABLED or len(bgp.racks) == 1:
        return
    of_as: dict[int, list[int]] = {}
    for number, rack in enumerate(bgp.racks):
        node_as = rack.node_as_number or bgp.as_number
        if any(router.as_number != node_as for router in rack.routers):
            of_as.setdefault(node_as, []).append(number)
    for node_as, numbers in of_as.items():
        for number in numbers if len(numbers) > 1 else ():
            rack, other = bgp.racks[number], numbers[0] if number != numbers[0] else numbers[1]
            if not rack.num_allowed_local_as_numbers:
                yield Finding(
                    view.at("bgp", "racks", number),
                    f'the nodes of rack "{rack.name}" drop the routes of rack "{bgp.racks[other].name}": both are'
                    f" AS {node_as}, and the node mesh is off",
                    related=(Related(view.at("bgp", "racks", other), f'rack "{bgp.racks[other].name}"'),),
                )


MESH = rule(
    "GLB305",
    INFO,
    "Node mesh beside the routers of several racks",
    why="Routers of several racks carry the routes between them already. The mesh keeps a session between any two nodes"
    " on top, across racks whose routers have to know the same routes anyway. Nothing breaks: genlb has each eBGP peer"
    " filter what a node learned about VIPs from another. Within one rack a mesh is usual, and no finding.",
    fix="Set bgp.nodeToNodeMesh: Disabled once all sessions to the routers are up.",
    research="generator_ux GLB305, calico 0.2",
)


@MESH.check
def mesh_beside_routers(view: View) -> Iterator[Finding]:
    """More than one rack with routers, and the mesh on."""
    bgp = view.spec.bgp
    racks = [rack for rack in bgp.racks if rack.routers]
    if bgp.node_to_node_mesh is Switch.ENABLED and len(racks) > 1:
        place = view.at("bgp", "nodeToNodeMesh")
        yield Finding(place, f"the node mesh is on, beside the routers of {len(racks)} racks")


NO_ROUTER = rule(
    "GLB311",
    WARNING,
    "VIPs are announced to nobody",
    why="Without a router the nodes announce VIPs to each other at most: nobody outside the cluster learns a route.",
    fix="Declare the routers under bgp.racks; where BGPPeers are kept elsewhere, suppress this and say where.",
    research="calico 7",
)


@NO_ROUTER.check
def announced_to_nobody(view: View) -> Iterator[Finding]:
    """Something to announce, and no session; a patch changes rendered peers and cannot bring one."""
    if not view.decisions.peers and _announces(view):
        place = view.at("bgp", "racks")
        yield Finding(place, "no rack has a router: the VIPs of the BGP pools are announced to nobody")


ISLANDS = rule(
    "GLB317",
    WARNING,
    "Nodes learn no routes from each other",
    why="With the node mesh off and no router, calico-node has no BGP session at all: unless an overlay (VXLAN) carries"
    " them, packets between pods of different nodes have no route.",
    fix="Set nodeToNodeMesh: Enabled, or declare the routers under bgp.racks.",
)


@ISLANDS.check
def nodes_without_sessions(view: View) -> Iterator[Finding]:
    """The mesh off, and no router."""
    if view.spec.bgp.node_to_node_mesh is Switch.DISABLED and not view.decisions.peers:
        place = view.at("bgp", "nodeToNodeMesh")
        yield Finding(place, "the node mesh is off and there is no router: the nodes have no BGP session at all")
