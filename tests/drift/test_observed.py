"""kube-proxy is compared where the spec only observes it."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.drift.compare import compare
from genlb.drift.model import ClusterDrift
from genlb.drift.path import spelled
from genlb.spec.model import Ipvs, KubeProxy, ManagedBy, Ownership, ProxyMode
from tests.builders import a_cluster
from tests.drift.objects import PROXY, Object, change, desired_of, live_of
from tests.drift.pairs import conf


def found(live: Object, **kube_proxy: Any) -> ClusterDrift:
    cluster = a_cluster("x", kube_proxy=KubeProxy(**kube_proxy))
    return compare("x", desired_of(), live_of(live), cluster=cluster, today="2026-11-22")


IPVS = {"mode": ProxyMode.IPVS, "strict_arp": True}


def test_a_kube_proxy_as_the_spec_says_is_in_step() -> None:
    drift = found(PROXY, **IPVS)

    assert [one.key.name for one in drift.objects] == ["kube-proxy"]
    assert drift.differences == ()


@pytest.mark.parametrize(
    ("live", "kube_proxy", "path"),
    [
        (PROXY, {"mode": ProxyMode.IPTABLES}, "mode"),
        (conf(a=("strictARP: true", "strictARP: false")), IPVS, "ipvs.strictARP"),
        (PROXY, {**IPVS, "ipvs": Ipvs(scheduler="lc")}, "ipvs.scheduler"),
        (change(PROXY, data__config_conf="{"), IPVS, ""),
    ],
)
def test_what_the_spec_says_otherwise_is_drift(live: Object, kube_proxy: dict[str, Any], path: str) -> None:
    drift = found(live, **kube_proxy)

    assert drift.drifts
    assert [spelled(one.embedded) for one in drift.differences] == [path]


@pytest.mark.parametrize(
    "kube_proxy", [{"ownership": Ownership.NONE}, {"managed_by": ManagedBy.K3S}, {"managed_by": ManagedBy.NONE}]
)
def test_what_the_spec_leaves_alone_is_not_compared(kube_proxy: dict[str, Any]) -> None:
    assert found(PROXY, mode=ProxyMode.NFTABLES, **kube_proxy).objects == ()
