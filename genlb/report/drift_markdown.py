"""Drift as a comment on a pull request: a table of what is not in step, then each cluster's findings, folded.

It begins with the line by which a bot finds the comment of the run before, and stays below what GitHub takes for one
comment; what did not fit is counted. Text from clusters is escaped: no HTML, no link, no mention, no table cell.
"""

from __future__ import annotations

from collections.abc import Iterator

from genlb.drift.model import ClusterDrift, Difference, DriftReport, NotChecked, ObjectDrift, Traffic
from genlb.errors import Severity
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
from genlb.report.markdown import code, escaped, marker
from genlb.report.visible import visible

LARGEST = 65_000
"""Bytes: a comment on GitHub holds 65,536 characters."""

_WIDEST_CELL = 120
_WIDEST_VALUE = 120
_LARGEST_TABLE = LARGEST // 4
_RESERVED = 400
_HTML = {sign: f"&#{ord(sign)};" for sign in "&<>@#[]`*_|"}
_ICONS = {Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_VERDICTS = {Status.IN_STEP: "✅", Status.DRIFTED: "⚠️", Status.INCOMPLETE: "❔", Status.UNREACHABLE: "❔"}


def drift_markdown(report: DriftReport) -> str:
    """The report as one comment of at most `LARGEST` bytes."""
    head = "\n".join([marker("drift"), f"## {_verdict(report)}", "", *_table(report), ""])
    parts, room, left = [head], LARGEST - _RESERVED - _size(head), 0
    for _, cluster in gravest_first(report):
        items = list(_items(cluster))
        block, untold = _details(cluster, items, room)
        parts.append(block)
        room -= _size(block)
        left += untold
    return "".join([*parts, _rest(left) if left else ""])


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
        yield from ("| Cluster | Verdict | Errors | Warnings | Notes |", "| --- | --- | ---: | ---: | ---: |")
    room = _LARGEST_TABLE
    for number, cluster in enumerate(rows):
        row = _row(cluster)
        room -= _size(row)
        if room < 0:
            yield f"| … and {len(rows) - number} more | | | | |"
            break
        yield row
    if len(rows) < len(report.clusters):
        yield f"\n{counted(len(report.clusters) - len(rows), 'cluster')} in step."


def _row(cluster: ClusterDrift) -> str:
    icon = "🔴" if worst_traffic(cluster) is Traffic.AFFECTED else _VERDICTS[status(cluster)]
    name, told = (escaped(text, widest=_WIDEST_CELL) for text in (cluster.name, headline(cluster)))
    counts = " | ".join(map(str, tally(cluster).values()))
    return f"| **{name}** | {icon} {told} | {counts} |"


def _items(cluster: ClusterDrift) -> Iterator[str]:
    found = [(one, difference) for one in cluster.objects for difference in one.differences]
    for one, difference in sorted(found, key=lambda pair: pair[1].severity.rank):
        yield _item(one, difference)
    for missed in cluster.not_checked:
        yield _missed(missed)
    for file in cluster.stale:
        yield f"- 🟠 {code(file)} differs from a fresh render of the spec\n"
    for one in cluster.objects:
        for entry in one.ignored:
            where = place(entry.difference) or title(entry.difference.rule)
            yield f"- ignored: {code(str(one.key))} {code(where)} {escaped(entry.reason)}\n"
    for note in (*cluster.notes, *(f"ignores nothing: {unused.object}" for unused in cluster.ignores_unused)):
        yield f"- {escaped(note)}\n"


def _item(one: ObjectDrift, difference: Difference) -> str:
    link = f"[{escaped(difference.rule)}]({rule_url(difference.rule)})" if difference.rule.isalnum() else ""
    where = place(difference)
    head = f"- {_ICONS[difference.severity]} {link} {code(str(one.key))}"
    if where:
        git, live = both(difference, widest=_WIDEST_VALUE)
        head += f" {code(where)}: git {code(git)} → live {code(live)}"
    else:
        head += f" {escaped(title(difference.rule))}"
    return "  \n  ".join([head, *(f"**{word}:** {escaped(text)}" for word, text in reasons(difference))]) + "\n"


def _missed(missed: NotChecked) -> str:
    cure = [f"**Cure:** {escaped(missed.cure)}"] if missed.cure else []
    return "  \n  ".join([f"- ❔ not checked: {escaped(missed.what)}: {escaped(missed.why)}", *cure]) + "\n"


def _details(cluster: ClusterDrift, items: list[str], room: int) -> tuple[str, int]:
    """A folded list of as many ``items`` as fit into ``room`` bytes, and how many did not."""
    head = f"\n<details><summary>{_html(cluster.name)}: {counted(len(items), 'finding')}</summary>\n\n"
    foot = "\n</details>\n"
    room -= _size(head) + _size(foot)
    held: list[str] = []
    for item in items:
        room -= _size(item)
        if room < 0:
            break
        held.append(item)
    return ("".join([head, *held, foot]) if held else ""), len(items) - len(held)


def _html(text: str) -> str:
    """``text`` where Markdown's escapes would be shown: character references only."""
    return "".join(_HTML.get(sign, sign) for sign in visible(text))


def _rest(left: int) -> str:
    more = "1 more finding did" if left == 1 else f"{left} more findings did"
    return f"\n_{more} not fit in here: `genlb drift` tells all of them, and so do the other reports of this run._\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
