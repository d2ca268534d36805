"""Reverse path filtering: who writes it, and where off has to be said twice."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.sysctls import extras_of
from genlb.spec.model import DaemonState, Dataplane, RpFilter

OF_FELIX = rule(
    "GLB509",
    WARNING,
    "rp_filter is Felix's under Calico's BPF dataplane",
    why="Felix writes 0 to conf/all and 2 to every data interface itself. genlb leaves rp_filter alone there, and a"
    " value from sysctls.extra would be fought over.",
    fix="Remove it.",
    research="SY013, W-FELIX-RPF-FIGHT",
)


@OF_FELIX.check
def rp_filter_of_felix(view: View) -> Iterator[Finding]:
    """``rpFilter`` said although nothing is written, and paths of ``extra``."""
    sysctls = view.spec.sysctls
    if view.decisions.dataplane is not Dataplane.BPF or sysctls.state is not DaemonState.ENABLED:
        return
    if view.loaded.node("spec", "sysctls", "rpFilter") is not None:
        message = f"sysctls.rpFilter is {sysctls.rp_filter.value}, but bgp.dataplane is BPF: genlb does not write it"
        yield Finding(view.at("sysctls", "rpFilter"), message)
    for extra in extras_of(view):
        if extra.key == "rp_filter":
            place = view.at("sysctls", "extra", extra.written)
            yield Finding(place, f"{extra.written} is {extra.value}, but bgp.dataplane is BPF: Felix writes it")


INTERFACES = rule(
    "GLB501",
    ERROR,
    "rpFilter: Disabled without the interfaces it is for",
    why="The kernel uses the larger of conf/all and conf/<interface>: all=0 changes nothing where an interface has 1.",
    fix="Name the interfaces (sysctls.interfaces: [bond0]), or use rpFilter: Loose, which all=2 settles by itself.",
    research="SY002",
)


@INTERFACES.check
def disabled_without_interfaces(view: View) -> Iterator[Finding]:
    """Off needs both values."""
    sysctls = view.spec.sysctls
    active = sysctls.state is not DaemonState.DISABLED
    if active and sysctls.rp_filter is RpFilter.DISABLED and not view.decisions.sysctls.interfaces:
        yield Finding(
            view.at("sysctls", "rpFilter"),
            "sysctls.rpFilter is Disabled, but no interface is named whose own value it shall clear",
        )
