"""Changes of BGP sessions: the way from one way of learning routes to another."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.of_change import of_change
from genlb.spec.model import Switch
from genlb.spec.values import Address

MESH_OFF = rule(
    "GLB325",
    ERROR,
    "The node mesh goes off before its successors are proven",
    why="Until the sessions to the routers are up, the mesh is the only way in which nodes learn each other's pod"
    " routes. Switched off in the same change in which sessions come or go, nobody can see that the new ones work.",
    fix="Change the routers first, look at the sessions (calicoctl node status), and switch the mesh off in a change of"
    " its own.",
    research="calico 2",
)


@of_change(MESH_OFF)
def mesh_off_with_sessions(before: View, after: View) -> Iterator[Finding]:
    """The mesh switched off together with the first sessions of a rack, or while sessions are taken away."""
    on, off = before.spec.bgp.node_to_node_mesh, after.spec.bgp.node_to_node_mesh
    if on is not Switch.ENABLED or off is not Switch.DISABLED:
        return
    old, new = _sessions(before), _sessions(after)
    place = after.at("bgp", "nodeToNodeMesh")
    for rack, addresses in new.items():
        if addresses and not old.get(rack):
            yield Finding(place, f'the node mesh goes off in the change that brings rack "{rack}" its first sessions')
    for rack, addresses in old.items():
        if addresses - new.get(rack, frozenset()):
            yield Finding(place, f'the node mesh goes off in the change that takes sessions from rack "{rack}"')


def _sessions(view: View) -> dict[str, frozenset[Address]]:
    """The routers' addresses of each rack."""
    return {
        rack.name: frozenset(address for router in rack.routers for address in router.addresses)
        for rack in view.spec.bgp.racks
    }


NODE_AS = rule(
    "GLB326",
    WARNING,
    "The nodes' AS number changes",
    why="Every session of those nodes ends, and comes back only once their routers expect the new number: VIPs are"
    " withdrawn in between, on all of those nodes at once.",
    fix="Change the routers in the same window, rack by rack (nodeASNumber), so that other racks carry the VIPs.",
)


@of_change(NODE_AS)
def other_node_as(before: View, after: View) -> Iterator[Finding]:
    """The cluster's number, and that of each rack that stays, one finding for each number written down."""
    old, new = before.spec.bgp, after.spec.bgp
    if old.as_number != new.as_number:
        place = after.at("bgp", "asNumber")
        yield Finding(place, f"the cluster goes from AS {old.as_number} to AS {new.as_number}")
    was = {rack.name: rack.node_as_number or old.as_number for rack in old.racks}
    for number, rack in enumerate(new.racks):
        then, now = was.get(rack.name), rack.node_as_number or new.as_number
        inherited = rack.node_as_number is None and old.as_number != new.as_number
        if then is not None and then != now and not inherited:
            place = after.at("bgp", "racks", number, "nodeASNumber")
            yield Finding(place, f'the nodes of rack "{rack.name}" go from AS {then} to AS {now}')
