"""The verdict on a run as one JSON document and as the text of a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Any

from genlb.errors import Severity
from genlb.report.counts import summary
from genlb.report.jsonout import diagnostics_data, document, place_data
from genlb.report.links import rule_url
from genlb.report.model import Cluster, Run, Told
from genlb.report.visible import visible


def json_report(run: Run) -> str:
    """The document that ``-o json`` prints."""
    return document(run_data(run))


def text_report(run: Run) -> str:
    """What a terminal shows, without colours."""
    pointed: set[str] = set()
    blocks: list[str] = []
    for told in run.findings:
        rule = told.diagnostic.rule
        more = "" if rule in pointed else f"\n{' ' * 5}= more: {rule_url(rule)}"
        pointed.add(rule)
        blocks.append(f"{told.block}{more}\n\n")
    blocks += [f"error: {visible(message)}\n\n" for message in dict.fromkeys(cluster.unread for cluster in run.unread)]
    return "".join([*blocks, run_line(run), "\n"])


def run_line(run: Run) -> str:
    """The verdict in one line."""
    findings = (told.diagnostic for told in run.findings)
    line = summary(len(run.clusters), findings, suppressed=len(run.suppressed))
    return f"{line} · {len(run.unread)} could not be read" if run.unread else line


def run_data(run: Run) -> dict[str, Any]:
    """The run as plain data."""
    count = Counter(told.diagnostic.severity for told in run.findings)
    return {
        "clusters": [_cluster(cluster) for cluster in run.clusters],
        "diagnostics": [_told(told) for told in run.findings],
        "suppressed": [_told(told) for told in run.suppressed],
        "summary": {
            "clusters": len(run.clusters),
            "errors": count[Severity.ERROR],
            "warnings": count[Severity.WARNING],
            "notes": count[Severity.INFO],
            "suppressed": len(run.suppressed),
            "unread": len(run.unread),
        },
    }


def _cluster(cluster: Cluster) -> dict[str, str]:
    if cluster.unread:
        return {"name": cluster.name, "status": "unread", "message": cluster.unread}
    return {"name": cluster.name, "status": "valid" if cluster.valid else "invalid"}


def _told(told: Told) -> dict[str, Any]:
    (data,) = diagnostics_data([told.diagnostic])
    if told.replacement:
        data["fix"] = place_data(told.replacement.span) | {"text": told.replacement.text}
    if told.silence:
        data["suppression"] = {"reason": told.silence.reason} | place_data(told.silence.place)
    return data
