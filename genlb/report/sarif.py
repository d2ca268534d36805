"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.

A finding keeps its fingerprint when lines above it come and go. A run without findings has an empty list of results,
which closes the alerts of the run before. What is suppressed is told as that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from genlb.errors import Span
from genlb.report.groups import group_of
from genlb.report.markdown import prose
from genlb.report.model import Run, Silence, Told
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
from genlb.rules import Rule, rules


def sarif(run: Run) -> str:
    """The run as one SARIF log with one run."""
    known = rules()
    unread = (notification(cluster.unread, {"artifactLocation": artifact(cluster.file)}) for cluster in run.unread)
    return log_text(
        Log(
            command=run.command,
            version=run.version,
            rules=map(_rule, known.values()),
            results=_results(run, {rule_id: index for index, rule_id in enumerate(known)}),
            notifications=unread,
            successful=not run.unread,
        )
    )


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


def _rule(rule: Rule) -> Object:
    markdown = prose(rule.why), prose(rule.fix)
    return rule_data(Described(rule.id, rule.title, rule.severity, rule.why, rule.fix, markdown, group_of(rule.id)))


def _results(run: Run, indices: Mapping[str, int]) -> Iterator[Object]:
    every = (*run.findings, *run.suppressed)
    for told, fingerprint in zip(every, fingerprints(every), strict=True):
        yield _result(told, fingerprint, indices)


def _result(told: Told, fingerprint: str, indices: Mapping[str, int]) -> Object:
    diagnostic = told.diagnostic
    cure = f"\nHelp: {diagnostic.help}" if diagnostic.help else ""
    location: Object = {"physicalLocation": _place(diagnostic.span)}
    if told.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(told.pointer)}]
    result: Object = {"ruleId": diagnostic.rule}
    if diagnostic.rule in indices:
        result["ruleIndex"] = indices[diagnostic.rule]
    result |= {
        "level": LEVELS[diagnostic.severity],
        "message": message_of(f"{diagnostic.message}{cure}"),
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "suppressions": [_suppression(told.silence)] if told.silence else [],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(related.span), "message": message_of(related.note)}
            for number, related in enumerate(diagnostic.related, 1)
        ]
    if told.replacement:
        result["fixes"] = [_fix(told.replacement.span, told.replacement.text)]
    return result


def _place(span: Span) -> Object:
    region: Object = {"startLine": span.line}
    if span != Span.whole(span.file):
        region |= {"startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": artifact(span.file), "region": region}


def _suppression(silence: Silence) -> Object:
    place = {"location": {"physicalLocation": _place(silence.place)}}
    return suppressed(silence.reason, in_source=silence.in_source) | place


def _fix(span: Span, text: str) -> Object:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    replacement = {"deletedRegion": region, "insertedContent": {"text": text}}
    return {
        "description": {"text": "the value as it is meant"},
        "artifactChanges": [{"artifactLocation": artifact(span.file), "replacements": [replacement]}],
    }
