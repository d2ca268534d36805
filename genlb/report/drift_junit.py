"""Drift as JUnit XML: a suite for each cluster, a case for each object.

An object fails where it drifts; notes are text in a case that passed. What could not be looked at is skipped, a cluster
that could not be read is an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from genlb.drift.model import ClusterDrift, DriftReport, NotChecked, ObjectDrift, State
from genlb.report.drift_words import STATES, drifting, message, place, reasons, title
from genlb.report.markup import Safe, element
from genlb.report.suites import Case, suites_xml


def drift_junit(report: DriftReport) -> str:
    """The report as one ``testsuites`` element."""
    return suites_xml("genlb drift", ((cluster.name, _cases(cluster)) for cluster in report.clusters))


def _cases(cluster: ClusterDrift) -> Iterator[Case]:
    if cluster.error:
        failed = element("error", type="not checked", message=cluster.error)
        yield Case("could be read", outcome=failed, result="error")
        return
    yield from map(_case, cluster.objects)
    for missed in cluster.not_checked:
        yield Case(missed.what, outcome=_skipped(missed), result="skipped")
    for file in cluster.stale:
        told = "differs from a fresh render of the spec: run genlb render"
        yield Case(f"rendered file {file}", file, 1, element("failure", told, type="stale", message=told), "failed")
    if not (cluster.objects or cluster.not_checked or cluster.stale):
        yield Case("no objects")


def _case(one: ObjectDrift) -> Case:
    case = Case(str(one.key), one.file, next((found.line for found in one.differences if found.line), 1))
    if one.state is State.NOT_CHECKED:
        return case._replace(outcome=element("skipped", message=STATES[one.state]), result="skipped")
    text = "\n\n".join([*_blocks(one), *_ignored(one)])
    if drifting(one):
        gravest = min(one.differences, key=lambda difference: difference.severity.rank)
        more = f" (and {len(one.differences) - 1} more)" if len(one.differences) > 1 else ""
        failure = element("failure", text, type=gravest.severity.value, message=message(one, gravest) + more)
        return case._replace(outcome=failure, result="failed")
    return case._replace(outcome=element("system-out", text) if text else None)


def _blocks(one: ObjectDrift) -> Iterator[str]:
    for difference in one.differences:
        head = f"{difference.severity.value}[{difference.rule}] {message(one, difference)}"
        yield "\n".join([_flat(head), *(f"  {word}: {_flat(text)}" for word, text in reasons(difference))])


def _ignored(one: ObjectDrift) -> Iterator[str]:
    for entry in one.ignored:
        yield _flat(f"ignored: {place(entry.difference) or title(entry.difference.rule)}: {entry.reason}")


def _skipped(missed: NotChecked) -> Safe:
    return element("skipped", message=f"{missed.why}{missed.cure and f'; {missed.cure}'}")


def _flat(text: str) -> str:
    return " ".join(text.split("\n"))
