"""The Leases with the daemons' reports: what stands in one, and how old it is.

A report is the annotation of the Lease ``genlb-report-<daemon>-<node>`` in namespace genlb-system.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from genlb.drift.model import Live
from genlb.drift.reads import NAMESPACE
from genlb.manifest import Manifest, ResourceKey
from genlb.network.node_report import ANNOTATION, Daemon, NodeReport, decoded

_LEASES = "coordination.k8s.io"


def lease_key(daemon: Daemon, node: str) -> ResourceKey:
    """The Lease of one daemon on one node; without ``node``, the beginning of all their names."""
    return ResourceKey(_LEASES, "Lease", NAMESPACE, f"genlb-report-{daemon.value}-{node}")


def reporting_nodes(live: Live, daemons: Iterable[Daemon]) -> list[str]:
    """The nodes of which any of ``daemons`` has reported."""
    prefixes = [lease_key(daemon, "").name for daemon in daemons]
    return sorted(
        {
            key.name.removeprefix(prefix)
            for key in live.objects
            for prefix in prefixes
            if (key.group, key.kind, key.namespace) == (_LEASES, "Lease", NAMESPACE) and key.name.startswith(prefix)
        }
    )


def report_in(lease: Manifest, node: str, daemon: Daemon) -> tuple[NodeReport | str, float]:
    """The report and when it was renewed, or why it cannot be read."""
    text = part(part(lease, "metadata"), "annotations").get(ANNOTATION)
    renewed = seconds_of(part(lease, "spec").get("renewTime"))
    if not isinstance(text, str):
        return f"its Lease has no annotation {ANNOTATION}", 0.0
    if renewed is None:
        return "its Lease does not tell when it was renewed", 0.0
    try:
        report = decoded(text)
    except ValueError as error:
        return f"it cannot be read: {error}", 0.0
    if (report.node, report.daemon) != (node, daemon):
        return f"it is of genlb-{report.daemon.value} on {report.node!r}", 0.0
    return report, renewed


def newest(live: Live) -> float:
    """When the newest of all Leases was renewed: kubelets renew theirs every ten seconds."""
    renewed = (
        seconds_of(part(manifest, "spec").get("renewTime"))
        for key, manifest in live.objects.items()
        if (key.group, key.kind) == (_LEASES, "Lease")
    )
    return max((one for one in renewed if one is not None), default=0.0)


def seconds_of(text: Any) -> float | None:
    """RFC 3339 as seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment.timestamp() if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def part(manifest: Any, field: str) -> Manifest:
    """A map inside ``manifest``; an empty one where something else stands there."""
    value = manifest.get(field) if isinstance(manifest, dict) else None
    return value if isinstance(value, dict) else {}
