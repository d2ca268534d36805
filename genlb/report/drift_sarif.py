"""Drift as SARIF 2.1.0, for code scanning: a result for each difference, at its line of the rendered file.

The place in the spec that made a field is a related location. The fingerprint is the difference's id: it holds while
lines move and values change. What is ignored for a reason is told as suppressed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from genlb.drift.catalogue import RULES, DriftRule
from genlb.drift.model import ClusterDrift, Difference, DriftReport, Ignored, ObjectDrift
from genlb.errors import Severity
from genlb.report.drift_words import message, place, reasons
from genlb.report.links import PROJECT, rule_url
from genlb.report.sarif import FINGERPRINT, ROOT, SCHEMA
from genlb.report.visible import visible

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# What a viewer would make a link of ([text](target)) or fill in ({0}) is text here: sections 3.11.5 and 3.11.6.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
_PLACEHOLDER = re.compile(r"\{(?=[0-9]+\})|(?<=[0-9])\}")
_ORIGIN = re.compile(r"(?P<file>.+):(?P<line>[1-9][0-9]{0,8}):(?P<column>[1-9][0-9]{0,8})")

_RENDERED = "/rendered/"

_Object = dict[str, Any]


def drift_sarif(report: DriftReport) -> str:
    """The report as one SARIF log with one run."""
    indices = {rule_id: number for number, rule_id in enumerate(RULES)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(report)},
                "automationDetails": {"id": "drift/"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {ROOT: {"description": {"text": "the root of the repository"}}},
                "invocations": [_invocation(report)],
                "results": [found for cluster in report.clusters for found in _results(cluster, indices)],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _driver(report: DriftReport) -> _Object:
    rules = [_rule(rule) for rule in RULES.values()]
    return {"name": "genlb", "version": report.version, "informationUri": PROJECT, "rules": rules}


def _rule(rule: DriftRule) -> _Object:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "helpUri": rule_url(rule.id),
        "help": {"text": f"{rule.why}\n\n{rule.remedy}", "markdown": f"{rule.why}\n\n**Cure:** {rule.remedy}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["drift"]},
    }


def _invocation(report: DriftReport) -> _Object:
    told = [_notification(cluster, words) for cluster in report.clusters for words in _unseen(cluster)]
    successful = not any(cluster.error for cluster in report.clusters)
    return {"executionSuccessful": successful} | ({"toolExecutionNotifications": told} if told else {})


def _unseen(cluster: ClusterDrift) -> Iterator[str]:
    if cluster.error:
        yield cluster.error
    for missed in cluster.not_checked:
        yield f"not checked: {missed.what}: {missed.why}{missed.cure and f' ({missed.cure})'}"
    for file in cluster.stale:
        yield f"{file}: differs from a fresh render of the spec"


def _notification(cluster: ClusterDrift, words: str) -> _Object:
    place = {"physicalLocation": _place(_home(cluster), 1)}
    return {"level": "error", "message": {"text": _text(f"{cluster.name}: {words}")}, "locations": [place]}


def _home(cluster: ClusterDrift) -> str:
    """The spec of a cluster: beside its rendered files."""
    files = (one.file for one in cluster.objects)
    folder = next((file.partition(_RENDERED)[0] for file in files if _RENDERED in file), f"clusters/{cluster.name}")
    return f"{folder}/cluster.yaml"


def _results(cluster: ClusterDrift, indices: dict[str, int]) -> Iterator[_Object]:
    for one in cluster.objects:
        for difference in one.differences:
            yield _result(cluster, one, difference, indices) | {"suppressions": []}
        for entry in one.ignored:
            yield _result(cluster, one, entry.difference, indices) | {"suppressions": [_suppression(entry)]}


def _result(cluster: ClusterDrift, one: ObjectDrift, difference: Difference, indices: dict[str, int]) -> _Object:
    words = [f"{cluster.name}: {message(one, difference)}", *(f"{word}: {text}" for word, text in reasons(difference))]
    name = {"fullyQualifiedName": visible(f"{cluster.name}/{one.key}: {place(difference)}")}
    line = difference.line or 1
    # GitHub takes no result without a file: what git does not have stands at the spec of its cluster.
    location: _Object = {"physicalLocation": _place(one.file, line) if one.file else _place(_home(cluster), 1)}
    location["logicalLocations"] = [name]
    result: _Object = {"ruleId": visible(difference.rule)}
    if difference.rule in indices:
        result["ruleIndex"] = indices[difference.rule]
    result |= {
        "level": _LEVELS[difference.severity],
        "message": {"text": _text("\n".join(words))},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: _fingerprint(cluster.name, difference.id)},
    }
    if origin := _ORIGIN.fullmatch(difference.origin):
        spot = _place(origin["file"], int(origin["line"]))
        spot["region"]["startColumn"] = int(origin["column"])
        result["relatedLocations"] = [{"id": 1, "physicalLocation": spot, "message": {"text": "what the spec says"}}]
    return result


def _fingerprint(cluster: str, difference: str) -> str:
    """A difference's id holds for one cluster; the log may be of many."""
    return hashlib.sha256(f"{cluster}\0{difference}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _suppression(entry: Ignored) -> _Object:
    until = f" (until {entry.expires})" if entry.expires else ""
    return {"kind": "external", "status": "accepted", "justification": _text(f"{entry.reason}{until}")}


def _place(file: str, line: int) -> _Object:
    uri = quote(file.lstrip("/"), safe="/", errors="surrogatepass")
    return {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}, "region": {"startLine": line}}


def _text(text: str) -> str:
    """``text`` that no terminal and no viewer takes for anything else."""
    told = "\n".join(map(visible, text.split("\n")))
    return _PLACEHOLDER.sub(lambda match: match[0] * 2, _LINK.sub(r"\\[", told))
