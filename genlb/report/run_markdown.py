"""A run as a comment on a pull request: a table first, then what was found, folded by cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from genlb.errors import Severity, Span
from genlb.report.counts import summary
from genlb.report.links import rule_url
from genlb.report.markdown import ICONS, WIDEST_CELL, Comment, code, escaped, item, marker, table
from genlb.report.model import Run, Told


def markdown(run: Run) -> str:
    """The run as one comment."""
    comment = Comment(
        run.command, "\n".join([marker(run.command), f"## {_verdict(run)}", "", _summary(run), *_table(run), ""])
    )
    for owner, findings in _owned(run.findings).items():
        comment.fold(owner, map(_item, findings))
    if run.suppressed:
        comment.fold("Suppressed", map(_item, run.suppressed))
    return comment.text()


def _verdict(run: Run) -> str:
    if run.unread:
        return f"❔ genlb {run.command}: not everything could be read"
    failed = any(run.fails(told) for told in run.findings)
    return f"❌ genlb {run.command} found what has to be mended" if failed else f"✅ genlb {run.command} is content"


def _summary(run: Run) -> str:
    told = (told.diagnostic for told in run.findings)
    return escaped(summary(len(run.clusters), told, suppressed=len(run.suppressed)))


def _table(run: Run) -> Iterator[str]:
    """A row for whatever has findings or could not be read; clusters that are fine are but counted."""
    owned = _owned(run.findings)
    unread = {cluster.name: cluster.unread for cluster in run.unread}
    rows = [_row(name, owned.get(name, ()), unread.get(name, "")) for name in dict.fromkeys((*unread, *owned))]
    if rows:
        yield ""
        yield from table(("Where", "Errors", "Warnings", "Notes"), rows, numbers=3)


def _row(name: str, findings: Iterable[Told], unread: str) -> list[str]:
    count = Counter(told.diagnostic.severity for told in findings)
    why = f" {escaped(unread, widest=WIDEST_CELL)}" if unread else ""
    return [f"{escaped(name, widest=WIDEST_CELL)}{why}", *(str(count[severity]) for severity in Severity)]


def _owned(findings: Sequence[Told]) -> dict[str, list[Told]]:
    owned: dict[str, list[Told]] = {}
    for told in findings:
        owned.setdefault(told.owner, []).append(told)
    return owned


def _item(told: Told) -> str:
    diagnostic = told.diagnostic
    link = f"[{diagnostic.rule}]({rule_url(diagnostic.rule)})"
    head = f"{ICONS[diagnostic.severity]} {link} {code(_shortest(diagnostic.span))} {escaped(diagnostic.message)}"
    if told.silence:
        return item(head, f"suppressed: {escaped(told.silence.reason)} ({code(_shortest(told.silence.place))})")
    return item(head, *(f"**{word}** {escaped(text)}" for word, text in _reasons(told)))


def _reasons(told: Told) -> Iterator[tuple[str, str]]:
    diagnostic = told.diagnostic
    if diagnostic.why:
        yield "Why:", diagnostic.why
    if diagnostic.help:
        yield "Help:", diagnostic.help
    for related in diagnostic.related:
        yield "See", f"{related.span}: {related.note}"


def _shortest(span: Span) -> str:
    return span.file if span == Span.whole(span.file) else str(span)
