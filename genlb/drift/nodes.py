"""Node drift: what the daemons report of their nodes, against the spec and the list of nodes.

A report that cannot be read says nothing, so its node is not checked; one that is too old says nothing about now, and
that is a finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from genlb.drift.cluster_rules import cluster_key
from genlb.drift.model import Desired, Difference, Live, NotChecked, ObjectDrift, State
from genlb.drift.node_findings import Expected, missing_report, node_key, report_findings, stale_report
from genlb.drift.node_leases import lease_key, newest, part, report_in, reporting_nodes, seconds_of
from genlb.drift.node_placement import reached
from genlb.drift.node_proxy import is_somebody_elses, unanswered, wanted_settings
from genlb.drift.node_refusals import refusal_findings
from genlb.drift.reads import NAMESPACE
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey
from genlb.network.node_report import Daemon, VipState
from genlb.spec.model import Cluster, DaemonState

STALE = 180.0
"""Seconds without a word after which a report counts no more: three renewals that did not come."""

_WHAT = "what the node daemons report"


class Clock(NamedTuple):
    """The time by which reports are old, in seconds since 1970; None: that of the newest Lease, as in a dump."""

    now: float | None = None


class NodeDrift(NamedTuple):
    """The nodes, what all of them say of the cluster, what could not be looked at, and what is to be said beside."""

    objects: tuple[ObjectDrift, ...] = ()
    of_cluster: tuple[Difference, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    notes: tuple[str, ...] = ()


def node_drift(desired: Desired, live: Live, cluster: Cluster | None, clock: Clock) -> NodeDrift:
    """Everything that is not as the spec wants it on the nodes, by the daemons' own reports."""
    if cluster is None:
        return NodeDrift(not_checked=(NotChecked(_WHAT, "there is no spec that says what the nodes should do"),))
    daemons = [daemon for daemon in Daemon if _runs(daemon, desired, cluster)]
    if not daemons:
        return NodeDrift(notes=("no node daemon is enabled and rendered, so no node reports anything",))
    if not live.covers(lease_key(daemons[0], "")):
        # Whoever read the cluster said so already, unless nobody asked for it.
        missed = () if live.not_checked else (NotChecked(_WHAT, "nobody read the Leases in genlb-system"),)
        return NodeDrift(not_checked=missed)
    now = newest(live) if clock.now is None else clock.now
    look = _Look(desired, live, cluster, now)
    objects = tuple(_node(name, daemons, look) for name in _names(live, daemons))
    refusals = tuple(refusal_findings(cluster_key(cluster.name), look.binders))
    return NodeDrift(objects, refusals, (*look.not_checked, *look.unanswered()), tuple(_notes(look, clock)))


class _Look:
    """What all nodes are judged by, and what turns up on the way."""

    def __init__(self, desired: Desired, live: Live, cluster: Cluster, now: float) -> None:
        self.live = live
        self.now = now
        self.not_checked: list[NotChecked] = []
        self.binders: dict[str, VipState] = {}
        self._proxy = cluster.spec.kube_proxy
        self._settings = wanted_settings(desired, self._proxy)
        self._pods = {daemon: _pod(desired, daemon) for daemon in Daemon}
        mode = self._proxy.mode.value
        self._expected = {daemon: Expected(_config(desired, daemon), mode, self._settings) for daemon in Daemon}

    def findings(self, name: str, daemon: Daemon) -> list[Difference] | None:
        """What is wrong by one daemon; None where nobody can tell."""
        node = self.live.objects.get(node_key(name))
        reach = True if node is None else reached(self._pods[daemon], node)
        if reach is False:
            return []  # whatever is left of a daemon that does not belong there is no report
        lease = self.live.objects.get(lease_key(daemon, name))
        if lease is None:
            return self._silent(name, daemon, node, sure=reach is True)
        report, renewed = report_in(lease, name, daemon)
        if isinstance(report, str):
            self._untold(name, daemon, report)
            return None
        age = self.now - renewed
        if age > STALE:
            return [stale_report(name, daemon, age, ready=node is None or _ready(node))]
        if isinstance(report.state, VipState):
            self.binders[name] = report.state
        return list(report_findings(name, report, self._expected[daemon]))

    def unanswered(self) -> tuple[NotChecked, ...]:
        """What nobody knows of kube-proxy, where the spec says that there is one to ask."""
        return () if is_somebody_elses(self._proxy) else tuple(unanswered(self.binders, self._settings))

    @property
    def silent(self) -> int:
        """On how many nodes no kube-proxy answered, and nothing is missed."""
        return sum(state.proxy_mode is None for state in self.binders.values()) if is_somebody_elses(self._proxy) else 0

    def _silent(self, name: str, daemon: Daemon, node: Manifest | None, *, sure: bool) -> list[Difference] | None:
        if not sure:
            why = "there is none, and the DaemonSet's node affinity may keep the daemon off the node"
            self._untold(name, daemon, why)
            return None
        made = seconds_of(part(node or {}, "metadata").get("creationTimestamp"))
        if made is not None and 0 <= self.now - made <= STALE:
            return []  # it has just joined
        return [missing_report(name, daemon)]

    def _untold(self, name: str, daemon: Daemon, why: str) -> None:
        cure = f"kubectl -n {NAMESPACE} logs ds/genlb-{daemon.value}"
        self.not_checked.append(NotChecked(f"report of genlb-{daemon.value} on Node {name}", why, cure))


def _node(name: str, daemons: Iterable[Daemon], look: _Look) -> ObjectDrift:
    found = [look.findings(name, daemon) for daemon in daemons]
    differences = [one for part in found if part for one in part]
    differences.sort(key=lambda one: one.severity.rank)
    drifts = any(one.severity is not Severity.INFO for one in differences)
    quiet = State.NOT_CHECKED if None in found else State.IN_STEP
    return ObjectDrift(key=node_key(name), state=State.DRIFTED if drifts else quiet, differences=tuple(differences))


def _names(live: Live, daemons: Iterable[Daemon]) -> list[str]:
    """The nodes; where they were not listed, those that have a report."""
    if live.covers(node_key("")):
        return sorted(key.name for key in live.objects if (key.group, key.kind) == ("", "Node"))
    return reporting_nodes(live, daemons)


def _notes(look: _Look, clock: Clock) -> Iterator[str]:
    if look.silent:
        reports = "1 node" if look.silent == 1 else f"{look.silent} nodes"
        yield f"kube-proxy's mode is not in the reports of {reports}, so it was not compared with the spec"
    if clock.now is None and look.now:
        at = datetime.fromtimestamp(look.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield f"the age of node reports was counted up to {at}, when the newest Lease of the dump was renewed"


def _runs(daemon: Daemon, desired: Desired, cluster: Cluster) -> bool:
    """Whether the daemon should hold anything; one that cleans up reports nothing."""
    part = cluster.spec.sysctls if daemon is Daemon.SYSCTL else cluster.spec.vip_binder
    return part.state is DaemonState.ENABLED and _daemon_set_key(daemon) in desired.objects


def _daemon_set_key(daemon: Daemon) -> ResourceKey:
    return ResourceKey("apps", "DaemonSet", NAMESPACE, f"genlb-{daemon.value}")


def _pod(desired: Desired, daemon: Daemon) -> Manifest:
    wanted = desired.objects.get(_daemon_set_key(daemon))
    return part(part(part(wanted.manifest if wanted else {}, "spec"), "template"), "spec")


def _config(desired: Desired, daemon: Daemon) -> str:
    """The digest that a daemon reports of git's agent.json: of its bytes, as they are mounted."""
    wanted = desired.objects.get(ResourceKey("", "ConfigMap", NAMESPACE, f"genlb-{daemon.value}"))
    text = part(wanted.manifest if wanted else {}, "data").get("agent.json")
    return (
        f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}" if isinstance(text, str) else ""
    )


def _ready(node: Manifest) -> bool:
    conditions = part(node, "status").get("conditions")
    states = [one for one in conditions if isinstance(one, dict)] if isinstance(conditions, list) else []
    return all(one.get("status") == "True" for one in states if one.get("type") == "Ready")
