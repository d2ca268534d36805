"""Rules about the kernel settings that the sysctl daemon writes: ``sysctls.extra`` against itself and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from genlb.network.decisions import SysctlDecision
from genlb.network.sysctls import decide_sysctls, path_of
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.kube_proxy import strict_arp
from genlb.spec.model import Announce, DaemonState

_SWITCH = (0, 1)
_HASH_POLICIES = (0, 1, 2, 3)

_OF_INTERFACES: Mapping[str, tuple[int, ...]] = {
    "rp_filter": (0, 1, 2),
    "arp_ignore": (0, 1, 2, 3, 8),
    "arp_announce": (0, 1, 2),
    "arp_notify": _SWITCH,
    "arp_filter": _SWITCH,
    "accept_local": _SWITCH,
    "route_localnet": _SWITCH,
    "forwarding": _SWITCH,
    "proxy_arp": _SWITCH,
}
_OF_PATHS: Mapping[str, tuple[int, ...]] = {
    "net/ipv4/ip_forward": _SWITCH,
    "net/ipv4/ip_nonlocal_bind": _SWITCH,
    "net/ipv6/ip_nonlocal_bind": _SWITCH,
    "net/ipv4/fib_multipath_hash_policy": _HASH_POLICIES,
    "net/ipv6/fib_multipath_hash_policy": _HASH_POLICIES,
}
CONF = ("net/ipv4/conf/", "net/ipv6/conf/")
_NUMBER = r"-?[0-9]{1,10}"
_ALL, _DEFAULT = "all", "default"
DEEPEST = 5  # net, ipv4, conf, interface, key

# What kube-proxy writes at each start with strictARP.
_STRICT_ARP = {"net/ipv4/conf/all/arp_ignore": 1, "net/ipv4/conf/all/arp_announce": 2}


class Extra(NamedTuple):
    """One entry of ``sysctls.extra``: as written, and as a path. ``interface`` and ``key`` are for those of conf/."""

    written: str
    path: str
    value: str
    interface: str = ""
    key: str = ""

    @property
    def number(self) -> int | None:
        """The value as the kernel takes it, None for no plain number."""
        text = self.value.strip()
        return int(text) if re.fullmatch(_NUMBER, text) else None


def extras_of(view: View) -> Iterator[Extra]:
    """What the daemon writes of ``sysctls.extra``."""
    sysctls = view.spec.sysctls
    if sysctls.state is DaemonState.ENABLED:
        for written, value in sysctls.extra.items():
            path = path_of(written)
            parts = path.split("/")
            of_interface = len(parts) == DEEPEST and path.startswith(CONF)
            yield Extra(written, path, value, *(parts[3:] if of_interface else ()))


OUT_OF_RANGE = rule(
    "GLB502",
    ERROR,
    "A value that means nothing to the kernel",
    why="Most of these files take any number and say nothing: rp_filter=7 or arp_ignore=99 is written, read back, and"
    " does what its author never meant.",
    fix="Use one of the values that the message names.",
    research="SY001",
)


@OUT_OF_RANGE.check
def out_of_range(view: View) -> Iterator[Finding]:
    """Settings whose values are known."""
    for extra in extras_of(view):
        allowed = _OF_PATHS.get(extra.path) or _OF_INTERFACES.get(extra.key)
        if allowed and extra.number not in allowed:
            from genlb.spec.complaints import shown  # a valid spec never pays for it

            *most, last = map(str, allowed)
            place = view.at("sysctls", "extra", extra.written)
            yield Finding(place, f"{extra.written} is {shown(extra.value)}, and takes {', '.join(most)} or {last}")


CONTRADICTED = rule(
    "GLB503",
    ERROR,
    "sysctls.extra contradicts what genlb or kube-proxy holds",
    why="Two owners of one setting write in turns, or the kernel settles it: for rp_filter it uses the larger of"
    " conf/all and conf/<interface>, so that a smaller value on one of them changes nothing.",
    fix="Remove the entry, or say it with sysctls.rpFilter.",
    research="SY002, SY008",
)


@CONTRADICTED.check
def contradicted(view: View) -> Iterator[Finding]:
    """Against genlb's own values, by path and by interface, and against kube-proxy's strictARP."""
    extras = list(extras_of(view))
    held = _held(view) if extras else None
    for extra in extras:
        reason = _contradiction(extra, held, strict=strict_arp(view)) if held else ""
        if reason:
            place = view.at("sysctls", "extra", extra.written)
            cure = "" if extra.key == "rp_filter" else "remove the entry"
            yield Finding(place, f"{extra.written} is {extra.value}, but {reason}", cure)


def _held(view: View) -> SysctlDecision:
    """What the daemon would hold without ``extra``."""
    spec = view.spec
    bare = replace(spec, sysctls=replace(spec.sysctls, extra={}))
    l2_pools = bool(view.decisions.announced_by(Announce.L2))
    return decide_sysctls(bare, view.decisions.dataplane, l2_pools=l2_pools)


def _contradiction(extra: Extra, held: SysctlDecision, *, strict: bool) -> str:
    """Why ``extra`` cannot be had, empty when it can."""
    ours = held.fixed.get(extra.path)
    if ours is None and extra.path.startswith(CONF[0]) and _is_named(extra.interface, held.interfaces):
        ours = held.per_interface.get(extra.key)
    if ours is not None:
        return "" if extra.number == int(ours) else f"genlb holds it at {ours}"
    if strict and extra.number != _STRICT_ARP.get(extra.path, extra.number):
        return f"kube-proxy with strictARP sets it to {_STRICT_ARP[extra.path]} at each start"
    of_all = held.fixed.get(f"{CONF[0]}all/{extra.key}") if extra.path.startswith(CONF[0]) else None
    outvoted = extra.key == "rp_filter" and extra.interface != _DEFAULT and of_all is not None
    if outvoted and of_all is not None and extra.number is not None and extra.number < int(of_all):
        return f"the kernel uses the larger of it and conf/all, where genlb holds {of_all}"
    return ""


def _is_named(interface: str, patterns: tuple[str, ...]) -> bool:
    return interface not in {"", _ALL, _DEFAULT} and any(fnmatchcase(interface, pattern) for pattern in patterns)


NO_FORWARDING = rule(
    "GLB510",
    ERROR,
    "Forwarding is switched off",
    why="A node forwards every packet between its NIC and its pods. Without forwarding no VIP reaches a pod, and no pod"
    " anything.",
    fix="Remove the entry.",
    research="SY015",
)


@NO_FORWARDING.check
def no_forwarding(view: View) -> Iterator[Finding]:
    """For a family that the cluster has: as a whole, for new interfaces, or for a NIC that the spec names."""
    versions = {cidr.version for cidr in view.spec.network.pod_cidrs}
    for extra in extras_of(view):
        if extra.number != 0:
            continue
        version = 6 if extra.path.startswith(CONF[1]) else 4
        everywhere = extra.interface in {_ALL, _DEFAULT} or _is_named(extra.interface, _nics(view))
        if extra.path == "net/ipv4/ip_forward" or (extra.key == "forwarding" and everywhere and version in versions):
            place = view.at("sysctls", "extra", extra.written)
            part = "" if extra.interface in {"", _ALL, _DEFAULT} else f" that comes in on {extra.interface}"
            yield Finding(place, f"{extra.written} is 0: the nodes would not forward IPv{version}{part}")


def _nics(view: View) -> tuple[str, ...]:
    return (*(view.spec.sysctls.interfaces or ()), *view.spec.vip_binder.l2.interfaces)


LOOSENED = rule(
    "GLB511",
    WARNING,
    "A setting that lets in what the kernel keeps out",
    why="accept_local takes packets from outside with one of the node's own addresses as source, route_localnet packets"
    " for 127.0.0.0/8, ip_nonlocal_bind lets processes claim addresses that are elsewhere. No VIP needs any of them.",
    fix="Remove the entry.",
    research="SY016",
)
_NEEDLESS = {"accept_local", "route_localnet", "ip_nonlocal_bind"}


@LOOSENED.check
def loosened(view: View) -> Iterator[Finding]:
    """Switched on, on whatever interface."""
    for extra in extras_of(view):
        if extra.path.rsplit("/", 1)[-1] in _NEEDLESS and extra.number not in {0, None}:
            place = view.at("sysctls", "extra", extra.written)
            yield Finding(place, f"{extra.written} is {extra.value}, which routed and L2 VIPs do without")
