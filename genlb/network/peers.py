"""BGP sessions: one for each rack, router and family."""

from __future__ import annotations

from genlb.network.decisions import PeerDecision
from genlb.network.families import family_of
from genlb.spec.model import Bgp, Family, Rack, Router
from genlb.spec.values import Address

_SUFFIX = {Family.IPV4: "v4", Family.IPV6: "v6"}


def decide_peers(bgp: Bgp) -> tuple[PeerDecision, ...]:
    """All sessions: racks and routers in the spec's order, IPv4 before IPv6."""
    return tuple(
        _decide_peer(bgp, rack, router, address)
        for rack in bgp.racks
        for router in rack.routers
        for address in sorted(router.addresses, key=lambda address: address.version)
    )


def _decide_peer(bgp: Bgp, rack: Rack, router: Router, address: Address) -> PeerDecision:
    family = family_of(address)
    node_as_number = rack.node_as_number or bgp.as_number
    return PeerDecision(
        name=_adopted_name(router, family) or f"genlb-{router.name}-{_SUFFIX[family]}",
        rack=rack,
        router=router,
        address=address,
        family=family,
        node_as_number=node_as_number,
        external=router.as_number != node_as_number,
        reachable_by=_gateway(router, family),
    )


def _adopted_name(router: Router, family: Family) -> str | None:
    return router.peer_names.ipv4 if family is Family.IPV4 else router.peer_names.ipv6


def _gateway(router: Router, family: Family) -> Address | None:
    # BIRD gets a static route to the peer through it, which needs an address of the peer's family.
    gateway = router.reachable_by
    return gateway if gateway is not None and family_of(gateway) is family else None
