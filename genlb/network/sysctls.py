"""Which sysctls the nodes are held to, by path below /proc/sys.

The kernel uses the larger of ``all`` and the interface's own value for ``rp_filter``, ``arp_announce`` and
``arp_ignore``. So 2 (loose) holds through ``all`` alone, while 1 and 0 need the interface's value to be lowered too.
``conf/default`` is left alone: Felix reads it at its start for the pods' interfaces, and new interfaces that match
a pattern are written one by one.
"""

from __future__ import annotations

from genlb.network.decisions import SysctlDecision
from genlb.spec.model import DaemonState, Dataplane, RpFilter, Spec

_RP_FILTER = {RpFilter.DISABLED: "0", RpFilter.STRICT: "1", RpFilter.LOOSE: "2"}
_ALL = "net/ipv4/conf/all"
_SWAP = str.maketrans("./", "/.")


def decide_sysctls(spec: Spec, dataplane: Dataplane, *, l2_pools: bool) -> SysctlDecision:
    """The values to hold; ``extra`` has the last word here, and a rule refuses one that contradicts the rest."""
    interfaces = _interfaces(spec)
    rp_filter = _rp_filter(spec, dataplane)
    fixed = {f"{_ALL}/{key}": value for key, value in (rp_filter | _arp(spec, l2_pools=l2_pools)).items()}
    fixed |= {path_of(key): value for key, value in sorted(spec.sysctls.extra.items())}
    return SysctlDecision(
        fixed=dict(sorted(fixed.items())),
        per_interface=rp_filter if interfaces else {},
        interfaces=interfaces if rp_filter else (),
        rp_filter_reason=_rp_filter_reason(spec, dataplane, interfaces),
    )


def path_of(key: str) -> str:
    """A sysctl's path below /proc/sys. As in sysctl.d(5), the first separator says which way ``key`` is spelled.

    ``net.ipv4.conf.eth0/100.rp_filter`` and ``net/ipv4/conf/eth0.100/rp_filter`` are the same.
    """
    separator = next((character for character in key if character in "./"), "/")
    return key.translate(_SWAP) if separator == "." else key


def _interfaces(spec: Spec) -> tuple[str, ...]:
    named = spec.sysctls.interfaces
    return tuple(dict.fromkeys(spec.vip_binder.l2.interfaces if named is None else named))


def _rp_filter(spec: Spec, dataplane: Dataplane) -> dict[str, str]:
    # Felix's BPF dataplane sets 0 on `all` and 2 on every data interface itself; a second writer would fight it.
    return {} if dataplane is Dataplane.BPF else {"rp_filter": _RP_FILTER[spec.sysctls.rp_filter]}


def _arp(spec: Spec, *, l2_pools: bool) -> dict[str, str]:
    if spec.vip_binder.state is not DaemonState.ENABLED:
        return {}
    # A node that asks for its gateway in the name of a local VIP teaches all neighbours its own MAC; only 2 stops it.
    held = {"arp_announce": "2"}
    if l2_pools:
        # Nodes that hold the VIP elsewhere (kube-ipvs0, lo) must leave the answer to the one whose NIC holds it.
        held["arp_ignore"] = "1"
    return held


def _rp_filter_reason(spec: Spec, dataplane: Dataplane, interfaces: tuple[str, ...]) -> str:
    if dataplane is Dataplane.BPF:
        return "left to Felix, whose BPF dataplane sets rp_filter itself"
    places = ("all", *interfaces)
    return f"{spec.sysctls.rp_filter.value} is {_RP_FILTER[spec.sysctls.rp_filter]}, written to {', '.join(places)}"
