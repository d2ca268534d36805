"""How a routed VIP becomes local on a node.

kube-proxy in ipvs mode binds every VIP on ``kube-ipvs0`` and takes it off again once a second binder holds it
elsewhere: there is nothing left to do but to check. In the other modes nothing binds a VIP, so that host processes
run into Calico's blackhole routes; a local route (AnyIP) cures that without an address that BIRD could announce.
"""

from __future__ import annotations

from genlb.spec.model import Bind, Dataplane, ProxyMode, Spec


def decide_bind(spec: Spec, dataplane: Dataplane) -> tuple[Bind, str]:
    """What ``vipBinder.routed.bind`` became, and why. Whether the binder runs at all is ``vipBinder.state``."""
    bind = spec.vip_binder.routed.bind
    if bind is not Bind.AUTO:
        return bind, f"the spec says vipBinder.routed.bind: {bind.value}"
    if dataplane is Dataplane.BPF:
        return Bind.NONE, "Calico's BPF dataplane serves VIPs before they reach the host's own network stack"
    mode = spec.kube_proxy.mode
    if mode is ProxyMode.IPVS:
        return Bind.OBSERVE, "kube-proxy in ipvs mode holds every VIP on kube-ipvs0; a second binder makes it let go"
    return Bind.ANY_IP, f"kube-proxy in {mode.value} mode binds no VIP; a local route gives BIRD nothing to announce"
