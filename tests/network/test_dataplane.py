from __future__ import annotations

import pytest

from genlb.network import decide
from genlb.spec.model import Dataplane, ProxyMode
from tests.builders import a_cluster


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (ProxyMode.IPTABLES, Dataplane.IPTABLES),
        (ProxyMode.IPVS, Dataplane.IPTABLES),
        (ProxyMode.NFTABLES, Dataplane.NFTABLES),
    ],
)
def test_the_dataplane_follows_kube_proxy_s_mode(mode: ProxyMode, expected: Dataplane) -> None:
    decisions = decide(a_cluster(kube_proxy={"mode": mode}))

    assert decisions.dataplane is expected
    assert f"{mode.value} mode" in decisions.dataplane_reason


@pytest.mark.parametrize("dataplane", Dataplane)
def test_the_dataplane_that_the_spec_names_holds(dataplane: Dataplane) -> None:
    decisions = decide(a_cluster(bgp={"dataplane": dataplane}))

    assert decisions.dataplane is dataplane
    assert decisions.dataplane_reason == f"the spec says bgp.dataplane: {dataplane.value}"
