"""Drift as one JSON document, ``schemas/drift-report.schema.json``: everything that the model holds, nothing more.

``desired`` and ``live`` of a difference are left out where there is no such value; null is a value. A run that came to
no result is told by ``genlb.report.jsonout.failure``, which fits the same schema.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from genlb.drift.model import (
    ABSENT,
    Attribution,
    ClusterDrift,
    Difference,
    DriftReport,
    Ignore,
    Ignored,
    ObjectDrift,
    Source,
    State,
    Versions,
)
from genlb.drift.path import pointer, spelled
from genlb.errors import Severity
from genlb.report.drift_plain import plain
from genlb.report.drift_words import Status, status, worst_traffic
from genlb.report.jsonout import document
from genlb.report.masking import STARS

_Object = dict[str, Any]


def drift_json(report: DriftReport) -> str:
    """The document that ``-o json`` prints."""
    return document(report_data(report))


def report_data(report: DriftReport) -> _Object:
    """The report as plain data."""
    found = Counter(status(cluster) for cluster in report.clusters)
    count = Counter(one.severity for cluster in report.clusters for one in cluster.differences)
    return {
        "kind": "DriftReport",
        "version": report.version,
        **({"time": report.time} if report.time else {}),
        "strict": report.strict,
        "complete": report.complete,
        "drifts": report.drifts,
        "summary": {
            "clusters": len(report.clusters),
            "statuses": {one.value: found[one] for one in Status},
            "severities": {one.value: count[one] for one in Severity},
        },
        "clusters": [_cluster(cluster) for cluster in report.clusters],
    }


def _cluster(cluster: ClusterDrift) -> _Object:
    states = Counter(one.state for one in cluster.objects)
    optional = {"context": cluster.context, "error": cluster.error}
    return {
        "name": cluster.name,
        "status": status(cluster).value,
        "traffic": worst_traffic(cluster).value,
        "complete": cluster.complete,
        **_filled(optional),
        "source": _source(cluster.source),
        "versions": _versions(cluster.versions),
        "states": {state.value: states[state] for state in State},
        "objects": [_one(one) for one in cluster.objects],
        "stale": list(cluster.stale),
        "notChecked": [_filled(missed._asdict()) for missed in cluster.not_checked],
        "notes": list(cluster.notes),
        "ignoresUnused": [_ignore(ignore) for ignore in cluster.ignores_unused],
    }


def _source(source: Source) -> _Object:
    return {"what": source.what, **_filled({"ref": source.ref, "commit": source.commit}), "dirty": source.dirty}


def _versions(versions: Versions) -> _Object:
    return _filled(versions._asdict())


def _one(one: ObjectDrift) -> _Object:
    key = one.key
    optional = {"namespace": key.namespace, "file": one.file, "uid": one.uid, "resourceVersion": one.resource_version}
    told: _Object = {"group": key.group, "kind": key.kind, "name": key.name, "state": one.state.value}
    told |= _filled(optional)
    told["differences"] = [_difference(difference) for difference in one.differences]
    told["ignored"] = [_ignored(entry) for entry in one.ignored]
    return told


def _difference(difference: Difference) -> _Object:
    told: _Object = {
        "id": difference.id,
        "rule": difference.rule,
        "sort": difference.sort.value,
        "severity": difference.severity.value,
        "path": spelled(difference.path),
        "pointer": pointer(difference.path),
    }
    if difference.embedded:
        told["embedded"] = spelled(difference.embedded)
    for side, value in (("desired", difference.desired), ("live", difference.live)):
        if value is not ABSENT:
            told[side] = STARS if difference.masked else plain(value)
    told |= {"masked": difference.masked, "traffic": difference.traffic.value}
    told |= _filled({"effect": difference.effect, "remedy": difference.remedy})
    told["attribution"] = _attribution(difference.attribution)
    return told | _filled({"line": difference.line, "origin": difference.origin})


def _attribution(attribution: Attribution) -> _Object:
    writers = [_filled(writer._asdict()) for writer in attribution.writers]
    return {"confidence": attribution.confidence.value, "writers": writers}


def _ignored(entry: Ignored) -> _Object:
    return _filled({"reason": entry.reason, "expires": entry.expires}) | {"difference": _difference(entry.difference)}


def _ignore(ignore: Ignore) -> _Object:
    return {"object": ignore.object} | _filled({name: getattr(ignore, name) for name in Ignore._fields[1:]})


def _filled(values: dict[str, Any]) -> _Object:
    return {name: value for name, value in values.items() if value}
