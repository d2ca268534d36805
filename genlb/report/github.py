"""A run as annotations of GitHub Actions, beside the lines of the specs."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Severity, Span
from genlb.report.links import rule_url
from genlb.report.model import Run, Told
from genlb.report.workflow import Annotation, workflow_commands
from genlb.rules import rules


def github(run: Run) -> str:
    """The text that the step has to print."""
    return workflow_commands(_found(run), run.command)


def _found(run: Run) -> Iterator[Annotation]:
    for cluster in run.unread:
        yield Annotation(Severity.ERROR, "not read", cluster.unread, {"file": cluster.file})
    for told in run.findings:
        diagnostic = told.diagnostic
        rule = rules().get(diagnostic.rule)
        title = f"{diagnostic.rule} {rule.title}" if rule else diagnostic.rule
        yield Annotation(diagnostic.severity, title, _message(told), _place(diagnostic.span))


def _place(span: Span) -> dict[str, str | int]:
    place: dict[str, str | int] = {"file": span.file, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line and span.column < span.end_column:
        place |= {"col": span.column, "endColumn": span.end_column}
    return place


def _message(told: Told) -> str:
    diagnostic = told.diagnostic
    parts = [diagnostic.message, diagnostic.why, diagnostic.help and f"help: {diagnostic.help}"]
    return "\n".join(part for part in (*parts, rule_url(diagnostic.rule)) if part)
