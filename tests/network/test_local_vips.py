from __future__ import annotations

from typing import Any

import pytest

from genlb.network import decide
from genlb.network.local_vips import locally_bound
from genlb.spec.model import Bind, DaemonState, ProxyMode
from tests.builders import a_cluster, a_pool

POOLS = (a_pool("routed", "10.208.1.0/24"), a_pool("office", "10.20.1.200-10.20.1.219"))


def bound(**changes: Any) -> list[str]:
    cluster = a_cluster(pools=POOLS, **changes)
    return [pool.pool.name for pool in locally_bound(cluster.spec, decide(cluster))]


def test_the_binder_holds_routed_vips_by_a_local_route_and_l2_vips_on_a_nic() -> None:
    assert bound() == ["routed", "office"]


@pytest.mark.parametrize(
    "changes", [{"kube_proxy": {"mode": ProxyMode.IPVS}}, {"vip_binder": {"routed": {"bind": Bind.NONE}}}]
)
def test_where_nothing_binds_routed_vips_only_l2_vips_are_held(changes: dict[str, Any]) -> None:
    assert bound(**changes) == ["office"]


@pytest.mark.parametrize("state", [DaemonState.CLEANUP, DaemonState.DISABLED])
def test_without_the_binder_nothing_is_held(state: DaemonState) -> None:
    assert bound(vip_binder={"state": state}) == []
