"""Which VIPs genlb's own binder makes local to nodes."""

from __future__ import annotations

from genlb.network.decisions import Decisions, PoolDecision
from genlb.spec.model import Announce, Bind, DaemonState, Spec


def locally_bound(spec: Spec, decisions: Decisions) -> tuple[PoolDecision, ...]:
    """The pools whose VIPs the binder holds: on the NIC of one node (L2), or by a local route (AnyIP)."""
    if spec.vip_binder.state is not DaemonState.ENABLED:
        return ()
    return tuple(pool for pool in decisions.pools if pool.announce is Announce.L2 or decisions.bind is Bind.ANY_IP)
