"""A run as JUnit XML: a suite for each cluster, a case for each rule that has something to say.

Cases fail where the run fails: with ``--fail-on error`` a warning is text in a case that passed. What could not be
read is an error, what is suppressed is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genlb.report.markup import element
from genlb.report.model import Cluster, Run, Told
from genlb.report.suites import Case, suites_xml
from genlb.rules import rules


def junit(run: Run) -> str:
    """The run as one ``testsuites`` element."""
    return suites_xml(f"genlb {run.command}", _suites(run))


def _suites(run: Run) -> Iterator[tuple[str, Iterator[Case]]]:
    """First the clusters as they were judged, then the files that belong to none of them."""
    found: dict[str, list[Told]] = {}
    for told in (*run.findings, *run.suppressed):
        found.setdefault(told.owner, []).append(told)
    for cluster in run.clusters:
        yield cluster.name, _cluster_cases(run, cluster, found.pop(cluster.name, []))
    for owner in sorted(found):
        yield owner, _cases(run, found[owner])


def _cluster_cases(run: Run, cluster: Cluster, findings: list[Told]) -> Iterator[Case]:
    if cluster.unread:
        failed = element("error", type="unread", message=cluster.unread)
        yield Case("could be read", cluster.file, outcome=failed, result="error")
    elif not findings:
        yield Case("no findings", cluster.file)
    yield from _cases(run, findings)


def _cases(run: Run, findings: Iterable[Told]) -> Iterator[Case]:
    by_rule: dict[tuple[str, bool], list[Told]] = {}
    for told in findings:
        by_rule.setdefault((told.diagnostic.rule, told.silence is not None), []).append(told)
    for (rule_id, is_suppressed), alike in sorted(by_rule.items()):
        span = alike[0].diagnostic.span
        case = Case(_title(rule_id), span.file, span.line)
        yield _skipped(case, alike) if is_suppressed else _judged(run, case, alike)


def _judged(run: Run, case: Case, alike: list[Told]) -> Case:
    text = "\n\n".join(told.block for told in alike)
    if not any(run.fails(told) for told in alike):
        return case._replace(outcome=element("system-out", text))
    first = alike[0].diagnostic
    more = f" (and {len(alike) - 1} more)" if len(alike) > 1 else ""
    failure = element("failure", text, type=first.severity.value, message=first.message + more)
    return case._replace(outcome=failure, result="failed")


def _skipped(case: Case, alike: list[Told]) -> Case:
    reasons = dict.fromkeys(told.silence.reason for told in alike if told.silence)
    skipped = element("skipped", message=f"suppressed: {'; '.join(reasons)}")
    return case._replace(name=f"{case.name} (suppressed)", outcome=skipped, result="skipped")


def _title(rule_id: str) -> str:
    rule = rules().get(rule_id)
    return f"{rule_id} {rule.title}" if rule else rule_id
