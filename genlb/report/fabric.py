"""The network around a cluster as a report draws it: racks, routers, sessions, pools, and what is announced where.

A plain value of strings, so that it can be made by hand in a test and outlive the spec that it came from. Session names
are those of BGPPeers, pool names those of IPAddressPools: that is how a difference finds its place in the drawing.
"""

from __future__ import annotations

from typing import NamedTuple

from genlb.network.decisions import Decisions, PoolDecision
from genlb.spec.model import Announce, Cluster, Rack, Router, Switch


class Session(NamedTuple):
    """One BGP session between the nodes of a rack and a router; ``name`` is its BGPPeer's."""

    name: str
    family: str
    address: str
    external: bool = True


class Neighbour(NamedTuple):
    """A router, usually a ToR."""

    name: str
    as_number: int
    sessions: tuple[Session, ...] = ()


class NodeRack(NamedTuple):
    """Nodes that share their routers."""

    name: str
    as_number: int
    routers: tuple[Neighbour, ...] = ()


class VIPPool(NamedTuple):
    """One pool: what it holds, how the network learns where its VIPs are, and why so."""

    name: str
    blocks: tuple[str, ...]
    networks: tuple[str, ...]
    announce: str
    reach: str
    reason: str = ""
    auto_assign: bool = True


class Fabric(NamedTuple):
    """A cluster's racks and pools. ``advertised`` are the CIDRs that Calico announces to every router."""

    racks: tuple[NodeRack, ...] = ()
    pools: tuple[VIPPool, ...] = ()
    advertised: tuple[str, ...] = ()
    mesh: bool = False
    bind: str = ""
    l2_interfaces: tuple[str, ...] = ()


def fabric_of(cluster: Cluster, decisions: Decisions) -> Fabric:
    """What ``cluster`` looks like from the network, by what was decided about it."""
    bgp = cluster.spec.bgp
    return Fabric(
        racks=tuple(_rack(rack, rack.node_as_number or bgp.as_number, decisions) for rack in bgp.racks),
        pools=tuple(map(_pool, decisions.pools)),
        advertised=tuple(map(str, decisions.advertised)),
        mesh=bgp.node_to_node_mesh is Switch.ENABLED,
        bind=decisions.bind.value,
        l2_interfaces=decisions.l2_interfaces if decisions.announced_by(Announce.L2) else (),
    )


def _rack(rack: Rack, as_number: int, decisions: Decisions) -> NodeRack:
    return NodeRack(rack.name, as_number, tuple(_router(rack, router, decisions) for router in rack.routers))


def _router(rack: Rack, router: Router, decisions: Decisions) -> Neighbour:
    sessions = (
        Session(peer.name, peer.family.value, str(peer.address), peer.external)
        for peer in decisions.peers
        if peer.rack.name == rack.name and peer.router.name == router.name
    )
    return Neighbour(router.name, router.as_number, tuple(sessions))


def _pool(decision: PoolDecision) -> VIPPool:
    pool = decision.pool
    return VIPPool(
        name=pool.name,
        blocks=tuple(map(str, pool.addresses)),
        networks=tuple(map(str, decision.networks)),
        announce=decision.announce.value,
        reach=decision.reach.value,
        reason=decision.reason,
        auto_assign=pool.auto_assign,
    )
