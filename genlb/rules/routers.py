"""Routers: whether nodes reach them, how many there are, which families they speak."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.cover import Cover
from genlb.network.families import families_of, family_of
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.places import seats
from genlb.spec.model import Announce, Router
from genlb.spec.values import Address

OUT_OF_REACH = rule(
    "GLB302",
    ERROR,
    "A router outside the nodes' subnets",
    why="BIRD installs a route only when its next hop is reachable. A neighbour outside every node CIDR is not on the"
    " node's own wire: without a gateway to it, nodes follow some other route to the session, or none.",
    fix="Correct the address, add the subnet to network.nodeCIDRs, or name the gateway with reachableBy.",
    research="generator_ux GLB302",
)


@OUT_OF_REACH.check
def routers_out_of_reach(view: View) -> Iterator[Finding]:
    """Addresses in no node CIDR; ``reachableBy`` helps those of its own family."""
    subnets = Cover(view.spec.network.node_cidrs)
    for _, router, path in seats(view.spec):
        for entry, address in enumerate(router.addresses):
            if not subnets.holds(address) and not _has_gateway(router, address):
                yield Finding(
                    view.at(*path, "addresses", entry),
                    f'router "{router.name}" has {address}, which lies in no node CIDR, and no gateway leads to it',
                )


def _has_gateway(router: Router, address: Address) -> bool:
    return router.reachable_by is not None and family_of(router.reachable_by) is family_of(address)


GATEWAY = rule(
    "GLB321",
    ERROR,
    "A gateway that leads nowhere",
    why="reachableBy becomes a static route to the router on every node of the rack. Its gateway has to be a neighbour"
    " of the nodes and of the router's own family; otherwise there is no such route, and no session.",
    fix="Name an address of the node CIDR, of the family of the router's address.",
    research="calico 3",
)


@GATEWAY.check
def gateways_that_lead_nowhere(view: View) -> Iterator[Finding]:
    """Gateways outside the node CIDRs, or of a family that the router has no address of."""
    for _, router, path in seats(view.spec):
        gateway = router.reachable_by
        if gateway is None:
            continue
        place, family = view.at(*path, "reachableBy"), family_of(gateway)
        if family not in families_of(router.addresses):
            yield Finding(place, f'router "{router.name}" has no {family.value} address that {gateway} could lead to')
        elif not Cover(view.spec.network.node_cidrs).holds(gateway):
            yield Finding(place, f'{gateway}, the gateway to router "{router.name}", lies in no node CIDR')


ALONE = rule(
    "GLB303",
    WARNING,
    "A rack with a single router",
    why="When it reboots, every node of the rack loses its only session, and all VIPs lose the rack.",
    fix="Add the second router of the rack.",
    research="generator_ux GLB303, CA013",
)


@ALONE.check
def single_routers(view: View) -> Iterator[Finding]:
    """Racks with exactly one."""
    for number, rack in enumerate(view.spec.bgp.racks):
        if len(rack.routers) == 1:
            place = view.at("bgp", "racks", number, "routers", 0)
            yield Finding(place, f'rack "{rack.name}" has a single router, "{rack.routers[0].name}"')


FAMILY = rule(
    "GLB309",
    ERROR,
    "A rack without a session for a family",
    why="Calico announces IPv4 routes in IPv4 sessions only, and IPv6 routes in IPv6 sessions only. Without an address"
    " of the family on any router of the rack, the network learns no route of that family from its nodes.",
    fix="Give the rack's routers an address of that family as well.",
    research="generator_ux GLB309",
)


@FAMILY.check
def racks_without_a_family(view: View) -> Iterator[Finding]:
    """Families of BGP pools that none of the routers of a rack has."""
    pools, cluster = view.decisions.announced_by(Announce.BGP), view.decisions.families
    # The first pool of each family; one of a family that the cluster lacks is GLB212.
    announced = {family: one.pool.name for one in reversed(pools) for family in one.families if family in cluster}
    for number, rack in enumerate(view.spec.bgp.racks):
        spoken = families_of(address for router in rack.routers for address in router.addresses)
        for family, pool in announced.items():
            if rack.routers and family not in spoken:
                yield Finding(
                    view.at("bgp", "racks", number, "routers"),
                    f'no router of rack "{rack.name}" has an {family.value} address to announce pool "{pool}" to',
                )
