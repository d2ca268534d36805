"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.

A finding keeps its fingerprint when lines above it come and go. A run without findings has an empty list of results,
which closes the alerts of the run before. What is suppressed is told as that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from genlb.errors import Diagnostic, Severity, Span
from genlb.report.groups import group_of
from genlb.report.links import PROJECT, rule_url
from genlb.report.markdown import prose
from genlb.report.model import Cluster, Run, Silence, Told
from genlb.report.visible import visible
from genlb.rules import Rule, rules

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "genlb/v1"
ROOT = "%SRCROOT%"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# What a viewer would make a link of ([text](target)) or fill in ({0}) is text here: sections 3.11.5 and 3.11.6.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
_PLACEHOLDER = re.compile(r"\{(?=[0-9]+\})|(?<=[0-9])\}")

_Object = dict[str, Any]


def sarif(run: Run) -> str:
    """The run as one SARIF log with one run."""
    known = rules()
    indices = {rule_id: index for index, rule_id in enumerate(known)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, known.values())},
                "automationDetails": {"id": f"{run.command}/"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {ROOT: {"description": {"text": "the root of the repository"}}},
                "invocations": [_invocation(run)],
                "results": list(_results(run, indices)),
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def fingerprints(findings: Iterable[Told]) -> Iterator[str]:
    """For each finding what stays the same while it does: rule, owner and place by names, never the line.

    Several findings of one rule at one place are numbered; one without such a place is known by its words.
    """
    seen: dict[tuple[str, ...], int] = {}
    for told in findings:
        file = told.diagnostic.span.file.rpartition("/")[2]
        key = (told.diagnostic.rule, told.owner, file, told.pointer or told.diagnostic.message)
        seen[key] = seen.get(key, 0) + 1
        text = "\0".join([*key, str(seen[key])])
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _driver(run: Run, known: Iterable[Rule]) -> _Object:
    return {
        "name": "genlb",
        "version": run.version,
        "informationUri": PROJECT,
        "rules": [_rule(rule) for rule in known],
    }


def _rule(rule: Rule) -> _Object:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "helpUri": rule_url(rule.id),
        "help": {"text": f"{rule.why}\n\n{rule.fix}", "markdown": f"{prose(rule.why)}\n\n**Cure:** {prose(rule.fix)}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [group_of(rule.id)]},
    }


def _invocation(run: Run) -> _Object:
    invocation: _Object = {"executionSuccessful": not run.unread}
    if run.unread:
        invocation["toolExecutionNotifications"] = [_notification(cluster) for cluster in run.unread]
    return invocation


def _notification(cluster: Cluster) -> _Object:
    return {
        "level": "error",
        "message": {"text": _text(cluster.unread)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(cluster.file)}}],
    }


def _results(run: Run, indices: dict[str, int]) -> Iterator[_Object]:
    every = (*run.findings, *run.suppressed)
    for told, fingerprint in zip(every, fingerprints(every), strict=True):
        yield _result(told, fingerprint, indices)


def _result(told: Told, fingerprint: str, indices: dict[str, int]) -> _Object:
    diagnostic = told.diagnostic
    location: _Object = {"physicalLocation": _place(diagnostic.span)}
    if told.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(told.pointer)}]
    result: _Object = {"ruleId": diagnostic.rule}
    if diagnostic.rule in indices:
        result["ruleIndex"] = indices[diagnostic.rule]
    result |= {
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _message(diagnostic)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "suppressions": [_suppression(told.silence)] if told.silence else [],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(related.span), "message": {"text": _text(related.note)}}
            for number, related in enumerate(diagnostic.related, 1)
        ]
    if told.replacement:
        result["fixes"] = [_fix(told.replacement.span, told.replacement.text)]
    return result


def _message(diagnostic: Diagnostic) -> str:
    cure = f"\nHelp: {diagnostic.help}" if diagnostic.help else ""
    return _text(f"{diagnostic.message}{cure}")


def _text(text: str) -> str:
    """``text`` that no terminal and no viewer takes for anything else."""
    shown = "\n".join(map(visible, text.split("\n")))
    return _PLACEHOLDER.sub(lambda match: match[0] * 2, _LINK.sub(r"\\[", shown))


def _place(span: Span) -> _Object:
    region: _Object = {"startLine": span.line}
    if span != Span.whole(span.file):
        region |= {"startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": _artifact(span.file), "region": region}


def _artifact(file: str) -> _Object:
    return {"uri": quote(file, safe="/", errors="surrogateescape"), "uriBaseId": ROOT}


def _suppression(silence: Silence) -> _Object:
    return {
        "kind": "inSource" if silence.in_source else "external",
        "status": "accepted",
        "justification": _text(silence.reason),
        "location": {"physicalLocation": _place(silence.place)},
    }


def _fix(span: Span, text: str) -> _Object:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    replacement = {"deletedRegion": region, "insertedContent": {"text": text}}
    return {
        "description": {"text": "the value as it is meant"},
        "artifactChanges": [{"artifactLocation": _artifact(span.file), "replacements": [replacement]}],
    }
