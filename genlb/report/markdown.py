"""Markdown for a comment on a pull request: text from elsewhere is inert in it, and it never gets too large.

The comment begins with a line that nobody sees and by which a bot finds it again to replace it. Text from specs and
clusters is escaped so that it is neither HTML nor a link nor a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.visible import visible

LARGEST = 60_000
"""Bytes: a comment on GitHub holds 65,536 characters."""

ICONS = {Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
WIDEST_CELL = 120

_WIDEST_MESSAGE = 600
_LARGEST_TABLE = LARGEST // 3

_PUNCTUATION = re.compile(r"[\\`*_{}\[\]<>()+\-.!|~:/&\"'$^=]")
_MARKUP = re.compile(r"[\\`*<>|\[\]]|(?<!\w)_|_(?!\w)")
# Mentions, mail addresses and numbers of issues are looked for after Markdown is done: an empty comment parts them.
_REFERENCE = re.compile("[@#]")
_TICKS = re.compile("`+")
_NAMES = {
    "&": "amp",
    "<": "lt",
    ">": "gt",
    "[": "lbrack",
    "]": "rbrack",
    "`": "grave",
    "*": "ast",
    "_": "lowbar",
    "|": "vert",
}
_HTML = {sign: f"&{name};" for sign, name in _NAMES.items()} | {sign: f"{sign}<!-- -->" for sign in "@#"}


def marker(command: str) -> str:
    """The line by which a bot finds the comment of the run before."""
    return f"<!-- genlb:{command} -->"


def escaped(text: str, *, widest: int = _WIDEST_MESSAGE) -> str:
    """``text`` on one line that Markdown shows as it is: no HTML, no link, no mention, no table cell."""
    # Spaces in front would make it code, spaces behind a line break.
    shown = visible(text if len(text) <= widest else f"{text[:widest]}…").strip()
    return _REFERENCE.sub(r"\g<0><!-- -->", _PUNCTUATION.sub(lambda match: f"\\{match[0]}", shown))


def prose(text: str) -> str:
    """A sentence of ours, readable as source too: only what Markdown would take for markup is escaped."""
    return _MARKUP.sub(lambda match: f"\\{match[0]}", text)


def code(text: str) -> str:
    """``text`` on one line as code."""
    shown = visible(text)
    fence = "`" * (max(map(len, _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def item(*lines: str) -> str:
    """An entry of a list, its further lines below the first."""
    return "  \n  ".join([f"- {lines[0]}", *lines[1:]]) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int) -> Iterator[str]:
    """Lines of a table, the last ``numbers`` columns of which are to the right; rows that have no room are counted."""
    words = len(head) - numbers
    yield from (_row(head), _row(["---"] * words + ["---:"] * numbers))
    room = _LARGEST_TABLE
    for index, cells in enumerate(rows):
        row = _row(cells)
        room -= size(row)
        if room < 0:
            yield f"| … and {len(rows) - index} more |{' |' * (len(head) - 1)}"
            return
        yield row


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


class Comment:
    """A comment as it grows: folded lists of findings below ``head``, as far as there is room."""

    def __init__(self, command: str, head: str) -> None:
        self._command = command
        self._parts = [head]
        self._room = LARGEST - size(head) - size(self._rest(10**9))
        self._left = 0

    def fold(self, title: str, items: Iterable[str]) -> None:
        """Add a folded list of as many ``items`` as fit; the others are counted."""
        listed = list(items)
        head = f"\n<details><summary>{_html(title)}: {counted(len(listed), 'finding')}</summary>\n\n"
        foot = "\n</details>\n"
        room = self._room - size(head) - size(foot)
        held: list[str] = []
        for one in listed:
            room -= size(one)
            if room < 0:
                break
            held.append(one)
        self._left += len(listed) - len(held)
        if held:
            block = "".join([head, *held, foot])
            self._parts.append(block)
            self._room -= size(block)

    def text(self) -> str:
        """The whole of it, at most `LARGEST` bytes."""
        return "".join([*self._parts, *([self._rest(self._left)] if self._left else [])])

    def _rest(self, left: int) -> str:
        told = f"`genlb {self._command}` tells all of them, and so do the other reports of this run."
        return f"\n_{counted(left, 'more finding')} did not fit in here: {told}_\n"


def size(text: str) -> int:
    """Bytes of ``text`` in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def _html(text: str) -> str:
    """``text`` inside an HTML element, where Markdown's escapes would be shown."""
    return "".join(_HTML.get(sign, sign) for sign in visible(text))
