"""Drift as SARIF 2.1.0, for code scanning: a result for each difference, at its line of the rendered file.

The place in the spec that made a field is a related location. The fingerprint is the difference's id: it holds while
lines move and values change. What is ignored for a reason is told as suppressed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from genlb.drift.catalogue import RULES, DriftRule
from genlb.drift.model import ClusterDrift, Difference, DriftReport, Ignored, ObjectDrift
from genlb.report.drift_words import message, place, reasons
from genlb.report.groups import DRIFT
from genlb.report.sarif_log import (
    FINGERPRINT,
    LEVELS,
    Described,
    Log,
    Object,
    artifact,
    log_text,
    message_of,
    notification,
    rule_data,
    suppressed,
)
from genlb.report.visible import visible

_ORIGIN = re.compile(r"(?P<file>.+):(?P<line>[1-9][0-9]{0,8}):(?P<column>[1-9][0-9]{0,8})")

_RENDERED = "/rendered/"


def drift_sarif(report: DriftReport) -> str:
    """The report as one SARIF log with one run."""
    indices = {rule_id: number for number, rule_id in enumerate(RULES)}
    unseen = ((cluster, words) for cluster in report.clusters for words in _unseen(cluster))
    return log_text(
        Log(
            command="drift",
            version=report.version,
            rules=map(_rule, RULES.values()),
            results=(found for cluster in report.clusters for found in _results(cluster, indices)),
            notifications=(notification(f"{one.name}: {words}", _place(_home(one), 1)) for one, words in unseen),
            successful=not any(cluster.error for cluster in report.clusters),
        )
    )


def _rule(rule: DriftRule) -> Object:
    markdown = rule.why, rule.remedy
    return rule_data(Described(rule.id, rule.title, rule.severity, rule.why, rule.remedy, markdown, DRIFT))


def _unseen(cluster: ClusterDrift) -> Iterator[str]:
    if cluster.error:
        yield cluster.error
    for missed in cluster.not_checked:
        yield f"not checked: {missed.what}: {missed.why}{missed.cure and f' ({missed.cure})'}"
    for file in cluster.stale:
        yield f"{file}: differs from a fresh render of the spec"


def _home(cluster: ClusterDrift) -> str:
    """The spec of a cluster: beside its rendered files."""
    files = (one.file for one in cluster.objects)
    folder = next((file.partition(_RENDERED)[0] for file in files if _RENDERED in file), f"clusters/{cluster.name}")
    return f"{folder}/cluster.yaml"


def _results(cluster: ClusterDrift, indices: Mapping[str, int]) -> Iterator[Object]:
    for one in cluster.objects:
        for difference in one.differences:
            yield _result(cluster, one, difference, indices) | {"suppressions": []}
        for entry in one.ignored:
            yield _result(cluster, one, entry.difference, indices) | {"suppressions": [_suppression(entry)]}


def _result(cluster: ClusterDrift, one: ObjectDrift, difference: Difference, indices: Mapping[str, int]) -> Object:
    words = [f"{cluster.name}: {message(one, difference)}", *(f"{word}: {text}" for word, text in reasons(difference))]
    name = {"fullyQualifiedName": visible(f"{cluster.name}/{one.key}: {place(difference)}")}
    line = difference.line or 1
    # GitHub takes no result without a file: what git does not have stands at the spec of its cluster.
    location: Object = {"physicalLocation": _place(one.file, line) if one.file else _place(_home(cluster), 1)}
    location["logicalLocations"] = [name]
    result: Object = {"ruleId": visible(difference.rule)}
    if difference.rule in indices:
        result["ruleIndex"] = indices[difference.rule]
    result |= {
        "level": LEVELS[difference.severity],
        "message": message_of("\n".join(words)),
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: _fingerprint(cluster.name, difference.id)},
    }
    if origin := _ORIGIN.fullmatch(difference.origin):
        spot = _place(origin["file"], int(origin["line"]))
        spot["region"]["startColumn"] = int(origin["column"])
        result["relatedLocations"] = [{"id": 1, "physicalLocation": spot, "message": message_of("what the spec says")}]
    return result


def _fingerprint(cluster: str, difference: str) -> str:
    """A difference's id holds for one cluster; the log may be of many."""
    return hashlib.sha256(f"{cluster}\0{difference}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _suppression(entry: Ignored) -> Object:
    return suppressed(entry.reason + (f" (until {entry.expires})" if entry.expires else ""))


def _place(file: str, line: int) -> Object:
    return {"artifactLocation": artifact(file.lstrip("/")), "region": {"startLine": line}}
