"""What is wrong with one node by the report of one of its daemons, each in the words of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from genlb.drift import catalogue
from genlb.drift.catalogue import DriftRule
from genlb.drift.findings import finding_id
from genlb.drift.masking import masked_at
from genlb.drift.model import ABSENT, Difference, Sort, Traffic
from genlb.drift.path import Path
from genlb.errors import Severity
from genlb.manifest import ResourceKey
from genlb.network.node_report import Daemon, NodeReport, SysctlState, Tally, VipState

_SHOWN = 3


class Expected(NamedTuple):
    """What git wants of a daemon: the digest of its agent.json (empty where unknown).

    And of kube-proxy: its mode, and of its settings those that git sets, as ``proxy_settings`` spells them.
    """

    config: str
    proxy_mode: str
    proxy_config: Mapping[str, str]


def node_key(name: str) -> ResourceKey:
    """By what name a node stands among the objects."""
    return ResourceKey("", "Node", "", name)


def missing_report(node: str, daemon: Daemon) -> Difference:
    """The daemon should run on the node, and has never said a word."""
    text = f"genlb-{daemon.value} never reported from this node: nobody knows whether {_WORK[daemon]}."
    return finding(node_key(node), catalogue.REPORT_MISSING, daemon.value, text)


def stale_report(node: str, daemon: Daemon, age: float, *, ready: bool) -> Difference:
    """The daemon has not said anything for ``age`` seconds; what it said before counts no more."""
    reason = "" if ready else " The node itself is not Ready."
    text = f"genlb-{daemon.value} last reported {_ago(age)} ago: nobody knows whether {_WORK[daemon]}.{reason}"
    return finding(node_key(node), catalogue.REPORT_STALE, daemon.value, text)


def report_findings(node: str, report: NodeReport, expected: Expected) -> Iterator[Difference]:
    """Everything that the report tells and git wants otherwise."""
    if expected.config and report.config != expected.config:
        text = f"genlb-{report.daemon.value} {report.version} works by a configuration that git no longer has."
        path = (report.daemon.value, "config")
        yield finding(node_key(node), catalogue.OLD_AGENT, "", text, path=path, sides=(expected.config, report.config))
    if isinstance(report.state, SysctlState):
        yield from _sysctls(node, report.state)
    else:
        yield from _vips(node, report.state, expected)


def _sysctls(node: str, state: SysctlState) -> Iterator[Difference]:
    told = {
        "deviating": (state.deviating, "have another value in effect than declared"),
        "missing": (state.missing, "do not exist in this kernel"),
        "unwritable": (state.unwritable, "cannot be written"),
    }
    for place, (tally, what) in told.items():
        if tally.total:
            text = f"{tally.total} of {state.declared} sysctls {what}: {named(tally)}."
            yield finding(node_key(node), catalogue.SYSCTL_DEVIATES, place, text)


def _vips(node: str, state: VipState, expected: Expected) -> Iterator[Difference]:
    for rule, tally, what in (
        (catalogue.VIP_FOREIGN, state.foreign, "Somebody else holds"),
        (catalogue.VIP_UNHELD, state.unheld, "kube-proxy should hold and does not"),
        (catalogue.ROUTE_LEAK, state.leaks, "BIRD announces from this node by itself"),
    ):
        if tally.total:
            vips = "VIP" if tally.total == 1 else "VIPs"
            yield finding(node_key(node), rule, "", f"{what} {tally.total} {vips}: {named(tally)}.")
    if state.withheld:
        text = f"The binder keeps {state.withheld} VIPs that the API's lists lack, until a second list says the same."
        yield finding(node_key(node), catalogue.VIP_WITHHELD, "", text)
    yield from _proxy(node, state, expected)


def _proxy(node: str, state: VipState, expected: Expected) -> Iterator[Difference]:
    """The process against git; what it did not say differs from nothing, and whoever counts nodes tells that."""
    if state.proxy_mode is None:
        return
    if state.proxy_mode != expected.proxy_mode:
        text = "kube-proxy binds VIPs on kube-ipvs0 or does not by its mode: this node answers for other VIPs."
        path, sides = ("kubeProxy", "mode"), (expected.proxy_mode, state.proxy_mode)
        yield finding(node_key(node), catalogue.PROXY_MODE, "", text, path=path, sides=sides)
        return  # what else is old about it goes with the same restart
    said = state.proxy_config or {}
    for name, wanted in expected.proxy_config.items():
        if said.get(name, wanted) != wanted:
            text = f"kube-proxy works by another {name} than git has, until it is restarted on this node."
            place = ("kubeProxy", *name.split("."))
            yield finding(node_key(node), catalogue.PROXY_CONFIG, "", text, path=place, sides=(wanted, said[name]))


_WORK = {Daemon.SYSCTL: "its sysctls are held", Daemon.VIP: "its VIPs are bound"}

_TRAFFIC = {
    catalogue.VIP_UNHELD.id: Traffic.AFFECTED,
    catalogue.ROUTE_LEAK.id: Traffic.AFFECTED,
    catalogue.PROXY_MODE.id: Traffic.AFFECTED,
}


def finding(  # noqa: PLR0913 -- one for each thing that may differ
    key: ResourceKey,
    rule: DriftRule,
    place: str,
    text: str,
    *,
    path: Path = (),
    sides: tuple[Any, Any] = (ABSENT, ABSENT),
    severity: Severity | None = None,
) -> Difference:
    """What a rule says about an object; ``place`` tells findings of one rule apart where no path does."""
    weight = severity or rule.severity
    traffic = Traffic.NONE if weight is Severity.INFO else _TRAFFIC.get(rule.id, Traffic.POSSIBLE)
    desired, live = (masked_at(key, path, side)[0] for side in sides)
    return Difference(
        id=finding_id(key, rule.id, path or (place,), ()),
        rule=rule.id,
        sort=Sort.CHANGED if path else Sort.OBJECT,
        severity=weight,
        path=path,
        desired=desired,
        live=live,
        traffic=traffic,
        effect=masked_at(key, (), text)[0],
        remedy=rule.remedy,
    )


def named(tally: Tally) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(tally.examples[:_SHOWN])
    more = tally.total - min(len(tally.examples), _SHOWN)
    return f"{shown} and {more} more" if shown and more > 0 else shown or "none is named"


def _ago(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} seconds"
