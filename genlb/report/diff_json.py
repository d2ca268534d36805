"""A diff for machines: ``schemas/diff.schema.json``."""

from __future__ import annotations

from typing import Any

from genlb.drift.model import ABSENT
from genlb.report.diff import ClusterDiff, Diff, FieldChange, ObjectChange, State, Status
from genlb.report.diff_impact import impact_data
from genlb.report.jsonout import diagnostics_data, document


def diff_json(diff: Diff) -> str:
    """The whole diff as one document."""
    return document(diff_data(diff))


def diff_data(diff: Diff) -> dict[str, Any]:
    """The whole diff as plain data."""
    return {
        "from": state_data(diff.since),
        "to": state_data(diff.until),
        "summary": {status.value: sum(one.status is status for one in diff.clusters) for status in Status},
        "differs": diff.differs,
        "complete": diff.complete,
        "clusters": [_cluster(cluster) for cluster in diff.clusters],
    }


def state_data(state: State) -> dict[str, str]:
    """One of the two states."""
    return {"what": state.what, "ref": state.ref, "commit": state.commit}


def object_data(change: ObjectChange) -> dict[str, Any]:
    """One object, without its fields."""
    key = change.key
    return {
        "change": change.change.value,
        "group": key.group,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
        "unit": change.unit,
    }


def _cluster(cluster: ClusterDiff) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "status": cluster.status.value,
        "why": cluster.why,
        "objects": [object_data(one) | {"fields": [_field(field) for field in one.fields]} for one in cluster.objects],
        "helmValues": cluster.helm_values,
        "impact": impact_data(cluster.impact),
        "diagnostics": diagnostics_data(cluster.diagnostics),
    }


def _field(field: FieldChange) -> dict[str, Any]:
    told: dict[str, Any] = {"change": field.change.value, "path": field.path}
    sides = {"before": field.before, "after": field.after}
    return told | {side: value for side, value in sides.items() if value is not ABSENT}
