"""Everything that follows from one cluster's spec, put together."""

from __future__ import annotations

from genlb.network.advertised import advertised
from genlb.network.binding import decide_bind
from genlb.network.dataplane import decide_dataplane
from genlb.network.decisions import Decisions
from genlb.network.families import families_of
from genlb.network.peers import decide_peers
from genlb.network.pools import decide_pools
from genlb.network.sysctls import decide_sysctls
from genlb.spec.model import Announce, Cluster


def decide(cluster: Cluster) -> Decisions:
    """Every answer about ``cluster``. Never fails: what contradicts itself is decided too, and refused by a rule."""
    spec = cluster.spec
    pools = decide_pools(spec.pools, spec.network.node_cidrs)
    dataplane, dataplane_reason = decide_dataplane(spec)
    bind, bind_reason = decide_bind(spec, dataplane)
    l2_pools = any(pool.announce is Announce.L2 for pool in pools)
    return Decisions(
        families=families_of(spec.network.service_cidrs),
        pools=pools,
        peers=decide_peers(spec.bgp),
        advertised=advertised(spec.bgp.advertise, pools),
        bind=bind,
        bind_reason=bind_reason,
        dataplane=dataplane,
        dataplane_reason=dataplane_reason,
        sysctls=decide_sysctls(spec, dataplane, l2_pools=l2_pools),
        l2_interfaces=spec.vip_binder.l2.interfaces,
    )
