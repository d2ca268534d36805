"""Markdown for a comment on a pull request: a table first, then what was found, folded by cluster.

The comment begins with a line that nobody sees and by which a bot finds it again to replace it. It stays below what
GitHub takes for one comment. Text from a spec is escaped so that it is neither HTML nor a link nor a mention.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from genlb.errors import Severity, Span
from genlb.report.counts import counted, summary
from genlb.report.links import rule_url
from genlb.report.model import Run, Told
from genlb.report.visible import visible

LARGEST = 60_000
"""Bytes: a comment on GitHub holds 65,536 characters."""

_WIDEST_MESSAGE = 600
_WIDEST_CELL = 120
_LARGEST_TABLE = LARGEST // 3

_PUNCTUATION = re.compile(r"[\\`*_{}\[\]<>()+\-.!|~:/&\"'$^=]")
_MARKUP = re.compile(r"[\\`*<>|\[\]]|(?<!\w)_|_(?!\w)")
# Mentions, mail addresses and numbers of issues are looked for after Markdown is done: an empty comment parts them.
_REFERENCE = re.compile("[@#]")
_TICKS = re.compile("`+")
_ICONS = {Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}


def marker(command: str) -> str:
    """The line by which a bot finds the comment of the run before."""
    return f"<!-- genlb:{command} -->"


def markdown(run: Run) -> str:
    """The run as one comment of at most `LARGEST` bytes."""
    head = "\n".join([marker(run.command), f"## {_verdict(run)}", "", _summary(run), *_table(run), ""])
    parts, room, left = [head], LARGEST - _size(head) - _size(_rest(run, 10**9)), 0
    for owner, findings in _owned(run.findings).items():
        block, untold = _details(owner, findings, room)
        left += untold
        if block:
            parts.append(block)
            room -= _size(block)
    if run.suppressed:
        block, untold = _details("Suppressed", run.suppressed, room)
        left += untold
        parts.append(block)
    return "".join([*parts, _rest(run, left) if left else ""])


def escaped(text: str, *, widest: int = _WIDEST_MESSAGE) -> str:
    """``text`` on one line that Markdown shows as it is: no HTML, no link, no mention, no table cell."""
    # Spaces in front would make it code, spaces behind a line break.
    shown = visible(text if len(text) <= widest else f"{text[:widest]}…").strip()
    return _parted(_PUNCTUATION.sub(lambda match: f"\\{match[0]}", shown))


def prose(text: str) -> str:
    """A sentence of ours, readable as source too: only what Markdown would take for markup is escaped."""
    return _MARKUP.sub(lambda match: f"\\{match[0]}", text)


def code(text: str) -> str:
    """``text`` on one line as code."""
    shown = visible(text)
    fence = "`" * (max(map(len, _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


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
    names = dict.fromkeys((*unread, *owned))
    if not names:
        return
    yield from ("", "| Where | Errors | Warnings | Notes |", "| --- | ---: | ---: | ---: |")
    room = _LARGEST_TABLE
    for index, name in enumerate(names):
        row = _row(name, owned.get(name, ()), unread.get(name, ""))
        room -= _size(row)
        if room < 0:
            yield f"| … and {len(names) - index} more | | | |"
            return
        yield row


def _row(name: str, findings: Iterable[Told], unread: str) -> str:
    count = Counter(told.diagnostic.severity for told in findings)
    why = f" {escaped(unread, widest=_WIDEST_CELL)}" if unread else ""
    cells = " | ".join(str(count[severity]) for severity in Severity)
    return f"| {escaped(name, widest=_WIDEST_CELL)}{why} | {cells} |"


def _owned(findings: Sequence[Told]) -> dict[str, list[Told]]:
    owned: dict[str, list[Told]] = {}
    for told in findings:
        owned.setdefault(told.owner, []).append(told)
    return owned


def _details(title: str, findings: Sequence[Told], room: int) -> tuple[str, int]:
    """A folded list of as many ``findings`` as fit into ``room`` bytes, and how many did not."""
    head = f"\n<details><summary>{_html(title)}: {counted(len(findings), 'finding')}</summary>\n\n"
    foot = "\n</details>\n"
    room -= _size(head) + _size(foot)
    items: list[str] = []
    for told in findings:
        item = _item(told)
        if _size(item) > room:
            break
        items.append(item)
        room -= _size(item)
    return ("".join([head, *items, foot]) if items else ""), len(findings) - len(items)


def _item(told: Told) -> str:
    diagnostic = told.diagnostic
    link = f"[{diagnostic.rule}]({rule_url(diagnostic.rule)})"
    lines = [f"- {_ICONS[diagnostic.severity]} {link} {code(_shortest(diagnostic.span))} {escaped(diagnostic.message)}"]
    if told.silence:
        lines.append(f"suppressed: {escaped(told.silence.reason)} ({code(_shortest(told.silence.place))})")
    else:
        lines += [f"**{word}** {escaped(text)}" for word, text in _reasons(told)]
    return "  \n  ".join(lines) + "\n"


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


def _html(text: str) -> str:
    """``text`` inside an HTML element, where Markdown's escapes would be shown."""
    return _parted(visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _parted(text: str) -> str:
    return _REFERENCE.sub(lambda match: f"{match[0]}<!-- -->", text)


def _rest(run: Run, left: int) -> str:
    more = f"{left} more {'finding' if left == 1 else 'findings'} did not fit in here"
    return f"\n_{more}: `genlb {run.command}` tells all of them, and so do the other reports of this run._\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
