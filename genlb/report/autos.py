"""What each value became that the spec leaves to genlb, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from genlb.network.decisions import Decisions
from genlb.spec.model import Announce, Bind, Cluster, DaemonState


class Auto(NamedTuple):
    """One decision: the field that left it open, what it became, the reason in a sentence."""

    field: str
    value: str
    reason: str


def autos(cluster: Cluster, decisions: Decisions) -> Iterator[Auto]:
    """Every decision that the spec left open, in the spec's order."""
    spec = cluster.spec
    if spec.bgp.dataplane is None:
        yield Auto("spec.bgp.dataplane", decisions.dataplane.value, decisions.dataplane_reason)
    for pool in decisions.pools:
        if pool.pool.announce is Announce.AUTO:
            yield Auto(f"spec.pools[{pool.pool.name}].announce", pool.announce.value, pool.reason)
    if (
        spec.sysctls.state is not DaemonState.DISABLED
        and spec.sysctls.interfaces is None
        and decisions.sysctls.interfaces
    ):
        interfaces = ", ".join(decisions.sysctls.interfaces)
        yield Auto("spec.sysctls.interfaces", interfaces, "vipBinder.l2 answers for VIPs on these interfaces")
    if spec.sysctls.state is not DaemonState.DISABLED:
        yield Auto("spec.sysctls.rpFilter", spec.sysctls.rp_filter.value, decisions.sysctls.rp_filter_reason)
    if spec.vip_binder.state is not DaemonState.DISABLED and spec.vip_binder.routed.bind is Bind.AUTO:
        yield Auto("spec.vipBinder.routed.bind", decisions.bind.value, decisions.bind_reason)
