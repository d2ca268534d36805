from __future__ import annotations

import pytest

from genlb.network import decide
from genlb.spec.model import Bind, DaemonState, Dataplane, ProxyMode
from tests.builders import a_cluster


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (ProxyMode.IPTABLES, Bind.ANY_IP),
        (ProxyMode.NFTABLES, Bind.ANY_IP),
        # kube-ipvs0 holds every VIP already.
        (ProxyMode.IPVS, Bind.OBSERVE),
    ],
)
def test_auto_binds_where_kube_proxy_does_not(mode: ProxyMode, expected: Bind) -> None:
    decisions = decide(a_cluster(kube_proxy={"mode": mode}))

    assert decisions.bind is expected
    assert mode.value in decisions.bind_reason


@pytest.mark.parametrize("mode", ProxyMode)
def test_auto_binds_nothing_under_calico_s_bpf_dataplane(mode: ProxyMode) -> None:
    decisions = decide(a_cluster(kube_proxy={"mode": mode}, bgp={"dataplane": Dataplane.BPF}))

    assert decisions.bind is Bind.NONE
    assert "BPF" in decisions.bind_reason


@pytest.mark.parametrize("bind", [Bind.ANY_IP, Bind.OBSERVE, Bind.NONE])
@pytest.mark.parametrize("dataplane", [None, Dataplane.BPF])
def test_what_the_spec_says_about_binding_holds(bind: Bind, dataplane: Dataplane | None) -> None:
    cluster = a_cluster(vip_binder={"routed": {"bind": bind}}, bgp={"dataplane": dataplane})

    assert decide(cluster).bind is bind
    assert decide(cluster).bind_reason == f"the spec says vipBinder.routed.bind: {bind.value}"


@pytest.mark.parametrize("state", DaemonState)
def test_binding_is_decided_whether_or_not_the_binder_runs(state: DaemonState) -> None:
    assert decide(a_cluster(vip_binder={"state": state})).bind is Bind.ANY_IP
