"""Drift as JUnit XML: a suite for each cluster, a case for each object.

An object fails where it drifts; notes are text in a case that passed. What could not be looked at is skipped, a cluster
that could not be read is an error. Nothing takes any time: the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from genlb.drift.model import ClusterDrift, DriftReport, NotChecked, ObjectDrift, State
from genlb.report.drift_markup import Safe, element
from genlb.report.drift_words import STATES, drifting, message, place, reasons, title

TIME = "0.000"


class _Case(NamedTuple):
    """One test case; ``outcome`` is its one child, ``result`` what that means."""

    name: str
    file: str = ""
    line: int = 0
    outcome: Safe | None = None
    result: str = "passed"


def drift_junit(report: DriftReport) -> str:
    """The report as one ``testsuites`` element."""
    suites = [(cluster.name, list(_cases(cluster))) for cluster in report.clusters]
    every = [case for _, cases in suites for case in cases]
    body = [_suite(name, cases) for name, cases in suites]
    root = element("testsuites", Safe("\n"), *body, **_counts("genlb drift", every))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'


def _cases(cluster: ClusterDrift) -> Iterator[_Case]:
    if cluster.error:
        failed = element("error", type="not checked", message=_flat(cluster.error))
        yield _Case("could be read", outcome=failed, result="error")
        return
    yield from map(_case, cluster.objects)
    for missed in cluster.not_checked:
        yield _Case(missed.what, outcome=_skipped(missed), result="skipped")
    for file in cluster.stale:
        told = "differs from a fresh render of the spec: run genlb render"
        yield _Case(f"rendered file {file}", file, 1, element("failure", told, type="stale", message=told), "failed")
    if not (cluster.objects or cluster.not_checked or cluster.stale):
        yield _Case("no objects")


def _case(one: ObjectDrift) -> _Case:
    case = _Case(str(one.key), one.file, next((found.line for found in one.differences if found.line), 1))
    if one.state is State.NOT_CHECKED:
        return case._replace(outcome=element("skipped", message=STATES[one.state]), result="skipped")
    text = "\n\n".join([*_blocks(one), *_ignored(one)])
    if drifting(one):
        gravest = min(one.differences, key=lambda difference: difference.severity.rank)
        more = f" (and {len(one.differences) - 1} more)" if len(one.differences) > 1 else ""
        head = _flat(message(one, gravest)) + more
        return case._replace(
            outcome=element("failure", text, type=gravest.severity.value, message=head), result="failed"
        )
    return case._replace(outcome=element("system-out", text) if text else None)


def _blocks(one: ObjectDrift) -> Iterator[str]:
    for difference in one.differences:
        head = f"{difference.severity.value}[{difference.rule}] {message(one, difference)}"
        yield "\n".join([_flat(head), *(f"  {word}: {_flat(text)}" for word, text in reasons(difference))])


def _ignored(one: ObjectDrift) -> Iterator[str]:
    for entry in one.ignored:
        yield _flat(f"ignored: {place(entry.difference) or title(entry.difference.rule)}: {entry.reason}")


def _skipped(missed: NotChecked) -> Safe:
    return element("skipped", message=_flat(f"{missed.why}{missed.cure and f'; {missed.cure}'}"))


def _flat(text: str) -> str:
    return " ".join(text.split("\n"))


def _suite(name: str, cases: list[_Case]) -> Safe:
    lines = [Safe(f"    {_xml(name, case)}\n") for case in cases]
    return Safe(f"  {element('testsuite', Safe(chr(10)), *lines, Safe('  '), **_counts(name, cases))}\n")


def _xml(suite: str, case: _Case) -> Safe:
    content = [case.outcome] if case.outcome is not None else []
    place_ = {"file": case.file or None, "line": case.line or None} if case.file else {}
    return element("testcase", *content, classname=suite, name=case.name, time=TIME, **place_)


def _counts(name: str, cases: Iterable[_Case]) -> dict[str, str | int | None]:
    results = [case.result for case in cases]
    return {
        "name": name,
        "tests": len(results),
        "failures": results.count("failed"),
        "errors": results.count("error"),
        "skipped": results.count("skipped"),
        "time": TIME,
    }
