"""Drift as annotations of GitHub Actions, beside the lines of the rendered files."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.drift.model import Difference, DriftReport, ObjectDrift
from genlb.errors import Severity
from genlb.report.drift_words import message, reasons, title
from genlb.report.workflow import Annotation, workflow_commands


def drift_github(report: DriftReport) -> str:
    """The text that the step has to print."""
    return workflow_commands(_found(report), "drift")


def _found(report: DriftReport) -> Iterator[Annotation]:
    for cluster in report.clusters:
        if cluster.error:
            yield Annotation(Severity.ERROR, "not checked", f"{cluster.name}: {cluster.error}", {})
        for missed in cluster.not_checked:
            told = f"{cluster.name}: {missed.what}: {missed.why}\n{missed.cure}"
            yield Annotation(Severity.WARNING, "not checked", told, {})
        for file in cluster.stale:
            yield Annotation(Severity.WARNING, "stale render", "run genlb render", {"file": file})
        for one in cluster.objects:
            for difference in one.differences:
                yield _annotation(cluster.name, one, difference)


def _annotation(cluster: str, one: ObjectDrift, difference: Difference) -> Annotation:
    words = [f"{cluster}: {message(one, difference)}", *(f"{word}: {text}" for word, text in reasons(difference))]
    return Annotation(
        difference.severity,
        f"{difference.rule} {title(difference.rule)}",
        "\n".join(words),
        {"file": one.file, "line": difference.line or 1} if one.file else {},
    )
