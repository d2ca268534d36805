"""Drift as a comment on a pull request: a table of what is not in step, then each cluster's findings, folded.

What hurts most comes first: what has no room is only counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from genlb.drift.model import ClusterDrift, Difference, DriftReport, NotChecked, ObjectDrift, Traffic
from genlb.report.counts import counted
from genlb.report.drift_values import both
from genlb.report.drift_words import (
    Status,
    gravest_first,
    headline,
    place,
    reasons,
    status,
    tally,
    title,
    worst_traffic,
)
from genlb.report.links import rule_url
from genlb.report.markdown import ICONS, WIDEST_CELL, Comment, code, escaped, item, marker, table

_WIDEST_VALUE = 120
_VERDICTS = {Status.IN_STEP: "✅", Status.DRIFTED: "⚠️", Status.INCOMPLETE: "❔", Status.UNREACHABLE: "❔"}


def drift_markdown(report: DriftReport) -> str:
    """The report as one comment."""
    head = [marker("drift"), f"## {_verdict(report)}", "", *_table(report), ""]
    comment = Comment("drift", "\n".join(head))
    for _, cluster in gravest_first(report):
        comment.fold(cluster.name, _items(cluster))
    return comment.text()


def _verdict(report: DriftReport) -> str:
    found = [status(cluster) for cluster in report.clusters]
    drifted, unseen = found.count(Status.DRIFTED), found.count(Status.INCOMPLETE) + found.count(Status.UNREACHABLE)
    total = counted(len(found), "cluster")
    if drifted:
        return f"⚠️ genlb drift: {drifted} of {total} drifted" + (f", {unseen} not fully checked" if unseen else "")
    if unseen:
        return f"❔ genlb drift: {unseen} of {total} not fully checked"
    return f"✅ genlb drift: in step ({total})"


def _table(report: DriftReport) -> Iterator[str]:
    """A row for each cluster that is not in step; the others are counted."""
    rows = [cluster for _, cluster in gravest_first(report) if status(cluster) is not Status.IN_STEP]
    if rows:
        yield from table(("Cluster", "Verdict", "Errors", "Warnings", "Notes"), list(map(_row, rows)), numbers=3)
    if len(rows) < len(report.clusters):
        yield f"\n{counted(len(report.clusters) - len(rows), 'cluster')} in step."


def _row(cluster: ClusterDrift) -> list[str]:
    icon = "🔴" if worst_traffic(cluster) is Traffic.AFFECTED else _VERDICTS[status(cluster)]
    name, told = (escaped(text, widest=WIDEST_CELL) for text in (cluster.name, headline(cluster)))
    return [f"**{name}**", f"{icon} {told}", *map(str, tally(cluster).values())]


def _items(cluster: ClusterDrift) -> Iterator[str]:
    found = [(one, difference) for one in cluster.objects for difference in one.differences]
    for one, difference in sorted(found, key=lambda pair: pair[1].severity.rank):
        yield _item(one, difference)
    for missed in cluster.not_checked:
        yield _missed(missed)
    for file in cluster.stale:
        yield item(f"🟠 {code(file)} differs from a fresh render of the spec")
    for one in cluster.objects:
        for entry in one.ignored:
            where = place(entry.difference) or title(entry.difference.rule)
            yield item(f"ignored: {code(str(one.key))} {code(where)} {escaped(entry.reason)}")
    for note in (*cluster.notes, *(f"ignores nothing: {unused.object}" for unused in cluster.ignores_unused)):
        yield item(escaped(note))


def _item(one: ObjectDrift, difference: Difference) -> str:
    link = f"[{escaped(difference.rule)}]({rule_url(difference.rule)})" if difference.rule.isalnum() else ""
    where = place(difference)
    head = f"{ICONS[difference.severity]} {link} {code(str(one.key))}"
    if where:
        git, live = both(difference, widest=_WIDEST_VALUE)
        head += f" {code(where)}: git {code(git)} → live {code(live)}"
    else:
        head += f" {escaped(title(difference.rule))}"
    return item(head, *(f"**{word}:** {escaped(text)}" for word, text in reasons(difference)))


def _missed(missed: NotChecked) -> str:
    cure = [f"**Cure:** {escaped(line)}" for line in missed.cure.split("\n") if line]
    return item(f"❔ not checked: {escaped(missed.what)}: {escaped(missed.why)}", *cure)
