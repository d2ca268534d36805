"""Drift for a terminal: a line for each cluster, then what differs, who wrote it, whether it hurts, what to do.

Short where nothing is wrong: a cluster in step is one line, a note is one line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from genlb.drift.model import ClusterDrift, Difference, DriftReport, ObjectDrift, State, Traffic
from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.drift_values import both
from genlb.report.drift_words import Status, drifting, effect, headline, place, status, title, worst_traffic, writer
from genlb.report.style import ROLES, Role, Style
from genlb.report.visible import visible
from genlb.report.visible import width as columns

MOST_IN_STEP = 40
"""Clusters in step that get a line of their own; of more they are counted, unless everything is asked for."""

_VERDICTS = {Status.DRIFTED: Role.WARNING, Status.INCOMPLETE: Role.WARNING, Status.UNREACHABLE: Role.ERROR}
_HELP = "help: "
_INDENT = " " * 7
_ARROW = "→"
_WIDEST_VALUE = 200
_LONGEST = 100_000
_NARROWEST = 40


def drift_text(report: DriftReport, style: Style, width: int, *, verbose: bool) -> str:
    """The whole report; lines of prose are at most ``width`` columns wide, paths and values are never broken."""
    width = max(width, _NARROWEST)
    lines = list(_verdicts(report, style, verbose=verbose))
    for cluster in report.clusters:
        told = list(_cluster(cluster, style, width, verbose=verbose))
        while told and not told[-1]:
            told.pop()
        if told:
            lines += ["", *told]
    return "\n".join(lines).rstrip("\n") + "\n"


def _verdicts(report: DriftReport, style: Style, *, verbose: bool) -> Iterator[str]:
    in_step = [cluster for cluster in report.clusters if status(cluster) is Status.IN_STEP]
    folded = len(in_step) > MOST_IN_STEP and not verbose
    for cluster in report.clusters:
        if not (folded and status(cluster) is Status.IN_STEP):
            yield f"{style.paint(visible(cluster.name), Role.STRONG)}: {_headline(cluster, style)}"
    if folded:
        yield f"{counted(len(in_step), 'cluster')} in step"
    if len(report.clusters) > 1:
        yield _total(report)
    elif not report.clusters:
        yield "no clusters"


def _headline(cluster: ClusterDrift, style: Style) -> str:
    role = _VERDICTS.get(status(cluster), Role.ADDED)
    if worst_traffic(cluster) is Traffic.AFFECTED:
        role = Role.ERROR
    return style.paint(visible(headline(cluster)), role)


def _total(report: DriftReport) -> str:
    found = [status(cluster) for cluster in report.clusters]
    parts = [f"{found.count(one)} {one.value}" for one in Status if found.count(one)]
    return f"{counted(len(found), 'cluster')} · {', '.join(parts)}"


def _cluster(cluster: ClusterDrift, style: Style, width: int, *, verbose: bool) -> Iterator[str]:
    for one in cluster.objects:
        if one.differences or one.state not in (State.IN_STEP, State.NOT_CHECKED):
            yield from _object(cluster.name, one, style, width, verbose=verbose)
            yield ""
    yield from _ignored(cluster, style, verbose=verbose)
    for file in cluster.stale:
        yield f"{_tag(cluster, style)}{visible(file)}: differs from a fresh render of the spec; genlb render writes it"
    for missed in cluster.not_checked:
        yield f"{_tag(cluster, style)}{style.paint('not checked:', Role.WARNING)} {visible(missed.what)}"
        yield from _notes([("", missed.why), (_HELP, missed.cure)], style, width)
    for note in cluster.notes:
        yield from _wrapped(f"{visible(cluster.name)}  note: ", visible(note), width)


def _tag(cluster: ClusterDrift, style: Style) -> str:
    return style.paint(f"{visible(cluster.name)}  ", Role.FAINT)


def _object(name: str, one: ObjectDrift, style: Style, width: int, *, verbose: bool) -> Iterator[str]:
    file = style.paint(f"  {visible(one.file)}", Role.FAINT) if one.file else ""
    state = one.state.value if one.state is not State.DRIFTED or drifting(one) else "in step but for notes"
    who = style.paint(f"{visible(name)}  ", Role.FAINT) + style.paint(visible(str(one.key)), Role.STRONG)
    yield f"{who}: {state}{file}"
    told: list[tuple[str, str]] = []  # one remedy for several differences of an object is said once
    for difference in one.differences:
        yield _head(difference, style, width, verbose=verbose)
        reasons = [pair for pair in _reasons(difference, verbose=verbose) if pair not in told]
        yield from _notes(reasons, style, width)
        told = [pair for pair in (*told, *reasons) if pair[0] == _HELP]


def _head(difference: Difference, style: Style, width: int, *, verbose: bool) -> str:
    label = style.paint(f"{difference.severity.value}[{visible(difference.rule)}]", ROLES[difference.severity])
    where = visible(place(difference))
    if not where:
        return f"  {label} {visible(title(difference.rule))}"
    git, live = map(visible, both(difference, widest=_LONGEST if verbose else _WIDEST_VALUE))
    if columns(f"{difference.severity.value}[{difference.rule}] {where}: {git} {_ARROW} {live}") + 2 <= width:
        return f"  {label} {where}: {style.paint(git, Role.REMOVED)} {_ARROW} {style.paint(live, Role.ADDED)}"
    rows = (style.paint(f"     - git:  {git}", Role.REMOVED), style.paint(f"     + live: {live}", Role.ADDED))
    return "\n".join([f"  {label} {where}:", *rows])


def _reasons(difference: Difference, *, verbose: bool) -> Iterator[tuple[str, str]]:
    who = writer(difference)
    yield ("by ", who) if who else ("", "writer not recorded" if difference.path else "")
    if difference.severity is Severity.INFO and not verbose:
        return
    yield "", effect(difference)
    yield _HELP, difference.remedy
    if verbose and difference.origin:
        yield "from ", difference.origin


def _notes(reasons: Iterable[tuple[str, str]], style: Style, width: int) -> Iterator[str]:
    for word, text in reasons:
        if text:
            first, *more = (visible(line) for line in text.split("\n"))
            head, *rest = _wrapped(f"     = {word}", first, width)
            yield style.paint("     =", Role.FAINT) + head.removeprefix("     =")
            yield from rest
            yield from (f"{_INDENT}{line}" for line in more)  # commands to be pasted stay as they are


def _wrapped(lead: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=lead, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    ) or [lead.rstrip()]


def _ignored(cluster: ClusterDrift, style: Style, *, verbose: bool) -> Iterator[str]:
    ignored = [(one.key, entry) for one in cluster.objects for entry in one.ignored]
    if ignored and not verbose:
        yield f"{_tag(cluster, style)}{counted(len(ignored), 'difference')} ignored for a reason; -v shows them"
    for key, entry in ignored if verbose else ():
        where = f"{key}: {place(entry.difference) or title(entry.difference.rule)}"
        until = f" (until {entry.expires})" if entry.expires else ""
        yield f"{_tag(cluster, style)}ignored: {visible(where)}: {visible(entry.reason + until)}"
    for unused in cluster.ignores_unused:
        told = f"{unused.place or 'drift.ignore'}: ignores nothing: {unused.object} {unused.path}".rstrip()
        yield f"{_tag(cluster, style)}{visible(told)}"
