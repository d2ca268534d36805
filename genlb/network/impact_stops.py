"""A change that must not be made at once, and the state in which it has to stop half-way.

Each state is one commit that is applied and settled before the next: MetalLB's webhook refuses a range that another
pool still has, a daemon that is removed at once leaves its traces on the nodes, and the mesh must not go before its
successors are seen to work.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from genlb.network.impact_pools import without
from genlb.spec.model import Cluster, DaemonState, Pool, Spec, Switch


class Stop(NamedTuple):
    """The state between; ``reasons`` say why, ``edits`` what its spec says otherwise than the final one."""

    cluster: Cluster
    reasons: tuple[str, ...]
    edits: tuple[str, ...]


def stop_between(before: Cluster, after: Cluster) -> Stop | None:
    """The state to stop at on the way from ``before`` to ``after``; None where one step is safe."""
    spec, reasons, edits = after.spec, list[str](), list[str]()
    for change in (_pools, _daemons, _mesh):
        spec, why, what = change(before.spec, spec)
        reasons += why
        edits += what
    return Stop(dataclasses.replace(after, spec=spec), tuple(reasons), tuple(edits)) if edits else None


_Halted = tuple[Spec, list[str], list[str]]


def _pools(before: Spec, after: Spec) -> _Halted:
    """All pools without the addresses that another pool had before: first every range is given back, then taken."""
    pools: list[Pool] = []
    edits: list[str] = []
    for pool in after.pools:
        others = [block for one in before.pools if one.name != pool.name for block in one.addresses]
        rest = without(pool.addresses, others)
        if rest == without(pool.addresses, ()):
            pools.append(pool)
        elif rest:
            pools.append(dataclasses.replace(pool, addresses=rest))
            edits.append(f"pool {pool.name}: addresses: [{', '.join(map(str, rest))}]")
        else:
            edits.append(f"pool {pool.name}: not there yet")
    if not edits:
        return after, [], []
    reasons = ["a range moves between pools (GLB209): commit 1 gives it back, commit 2 takes it"]
    if not pools:
        reasons.append("in between MetalLB has no pool at all and takes the address of every Service away")
    return dataclasses.replace(after, pools=tuple(pools)), reasons, edits


def _daemons(before: Spec, after: Spec) -> _Halted:
    """A daemon cleans up before it goes."""
    reasons: list[str] = []
    edits: list[str] = []
    spec = after
    if _abandoned(before.sysctls.state, after.sysctls.state):
        spec = dataclasses.replace(spec, sysctls=dataclasses.replace(before.sysctls, state=DaemonState.CLEANUP))
        edits.append("sysctls.state: Cleanup")
    if _abandoned(before.vip_binder.state, after.vip_binder.state):
        binder = dataclasses.replace(before.vip_binder, state=DaemonState.CLEANUP)
        spec = dataclasses.replace(spec, vip_binder=binder)
        edits.append("vipBinder.state: Cleanup")
    if edits:
        reasons.append("a daemon is switched off (GLB518): commit 1 lets it clean up, commit 2 removes it")
        if spec.agents.image is None:
            spec = dataclasses.replace(spec, agents=before.agents)
            edits.append("agents.image: as before")
    return spec, reasons, edits


def _abandoned(before: DaemonState, after: DaemonState) -> bool:
    return before is DaemonState.ENABLED and after is DaemonState.DISABLED


def _mesh(before: Spec, after: Spec) -> _Halted:
    """The mesh stays until the sessions that come with its end are proven."""
    off = before.bgp.node_to_node_mesh is Switch.ENABLED and after.bgp.node_to_node_mesh is Switch.DISABLED
    if not off or before.bgp.racks == after.bgp.racks:
        return after, [], []
    bgp = dataclasses.replace(after.bgp, node_to_node_mesh=Switch.ENABLED)
    why = "the node mesh goes off while sessions come or go (GLB325): commit 1 changes the sessions, commit 2 the mesh"
    return dataclasses.replace(after, bgp=bgp), [why], ["bgp.nodeToNodeMesh: Enabled"]
