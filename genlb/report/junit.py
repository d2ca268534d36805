"""JUnit XML, for the test tabs of CI systems: a suite for each cluster, a case for each rule that has something to say.

Cases fail where the run fails: with ``--fail-on error`` a warning is text in a case that passed. What could not be
read is an error, what is suppressed is skipped. Nothing takes any time: the same run gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from genlb.report.model import Cluster, Run, Told
from genlb.report.visible import visible
from genlb.rules import rules

TIME = "0.000"

# What XML 1.0 cannot say at all, not even escaped: section 2.2.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


class _Case(NamedTuple):
    """One test case; ``outcome`` is its one child, as lines, none for a case that passed without a word."""

    name: str
    file: str
    line: int
    outcome: tuple[str, ...] = ()
    result: str = "passed"


def junit(run: Run) -> str:
    """The run as one ``testsuites`` element."""
    suites = [(name, tuple(cases)) for name, cases in _suites(run)]
    every = [case for _, cases in suites for case in cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_counts(f'genlb {run.command}', every)}>"]
    for name, cases in suites:
        lines.append(f"  <testsuite {_counts(name, cases)}>")
        for case in cases:
            lines += _case(name, case)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _suites(run: Run) -> Iterator[tuple[str, Iterator[_Case]]]:
    """First the clusters as they were judged, then the files that belong to none of them."""
    found: dict[str, list[Told]] = {}
    for told in (*run.findings, *run.suppressed):
        found.setdefault(told.owner, []).append(told)
    for cluster in run.clusters:
        yield cluster.name, _cluster_cases(run, cluster, found.pop(cluster.name, []))
    for owner in sorted(found):
        yield owner, _cases(run, found[owner])


def _cluster_cases(run: Run, cluster: Cluster, findings: list[Told]) -> Iterator[_Case]:
    if cluster.unread:
        opening = f'<error type="unread" message="{_attribute(cluster.unread)}"/>'
        yield _Case("could be read", cluster.file, 1, (opening,), "error")
    elif not findings:
        yield _Case("no findings", cluster.file, 1)
    yield from _cases(run, findings)


def _cases(run: Run, findings: Iterable[Told]) -> Iterator[_Case]:
    by_rule: dict[tuple[str, bool], list[Told]] = {}
    for told in findings:
        by_rule.setdefault((told.diagnostic.rule, told.silence is not None), []).append(told)
    for (rule_id, is_suppressed), alike in sorted(by_rule.items()):
        span = alike[0].diagnostic.span
        case = _Case(_title(rule_id), span.file, span.line)
        yield _skipped(case, alike) if is_suppressed else _judged(run, case, alike)


def _judged(run: Run, case: _Case, alike: list[Told]) -> _Case:
    text = _content("\n\n".join(told.block for told in alike))
    if not any(run.fails(told) for told in alike):
        return case._replace(outcome=(f"<system-out>{text}</system-out>",))
    first = alike[0].diagnostic
    more = f" (and {len(alike) - 1} more)" if len(alike) > 1 else ""
    attributes = f'type="{first.severity.value}" message="{_attribute(first.message + more)}"'
    return case._replace(outcome=(f"<failure {attributes}>{text}</failure>",), result="failed")


def _skipped(case: _Case, alike: list[Told]) -> _Case:
    reasons = dict.fromkeys(told.silence.reason for told in alike if told.silence)
    opening = f'<skipped message="{_attribute("suppressed: " + "; ".join(reasons))}"/>'
    return case._replace(name=f"{case.name} (suppressed)", outcome=(opening,), result="skipped")


def _title(rule_id: str) -> str:
    rule = rules().get(rule_id)
    return f"{rule_id} {rule.title}" if rule else rule_id


def _counts(name: str, cases: Iterable[_Case]) -> str:
    results = [case.result for case in cases]
    counts = {
        "failures": results.count("failed"),
        "errors": results.count("error"),
        "skipped": results.count("skipped"),
    }
    told = " ".join(f'{word}="{count}"' for word, count in counts.items())
    return f'name="{_attribute(name)}" tests="{len(results)}" {told} time="{TIME}"'


def _case(suite: str, case: _Case) -> Iterator[str]:
    attributes = (
        f'classname="{_attribute(suite)}" name="{_attribute(case.name)}" time="{TIME}"'
        f' file="{_attribute(case.file)}" line="{case.line}"'
    )
    if not case.outcome:
        yield f"    <testcase {attributes}/>"
        return
    yield f"    <testcase {attributes}>"
    yield from (f"      {line}" for line in case.outcome)
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return _escaped(text, _ESCAPES)


def _content(text: str) -> str:
    return _escaped(text, {sign: _ESCAPES[sign] for sign in "&<>"})


def _escaped(text: str, escapes: dict[str, str]) -> str:
    shown = "\n".join(map(visible, text.split("\n")))
    possible = _NO_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)
    return "".join(escapes.get(sign, sign) for sign in possible)
