"""A YAML text with single values replaced: everything beside them stays byte for byte, comments and layout included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from genlb.errors import Fix, Span, Wording
from genlb.yamltext.decode import line_starts
from genlb.yamltext.quote import quoted
from genlb.yamltext.scalars import is_text_everywhere

# Text that stands unquoted in block and flow style alike.
_BARE = re.compile(r"[A-Za-z0-9/](?:[-A-Za-z0-9_./]*[A-Za-z0-9_/])?")
# What begins a value that is more than the text that stands there: an anchor, a tag, a block of lines.
_NOT_TEXT_ALONE = frozenset("&!|>")


class Edit(NamedTuple):
    """One replacement that was made: where, and both texts as they stand in the file."""

    span: Span
    before: str
    after: str


def edited(text: str, fixes: Iterable[Fix]) -> tuple[str, tuple[Edit, ...]]:
    """``text`` with ``fixes`` made, and those that were, in the order of the text.

    Of fixes that overlap the first one is made; what they leave is for another round. A value over several lines, or
    one with an anchor or a tag, is left to its author, as is one that would stay the same.
    """
    starts = line_starts(text)
    parts: list[str] = []
    made: list[Edit] = []
    reached = 0
    for fix in sorted(set(fixes), key=_order):
        start, end = _index(starts, *fix.span[1:3]), _index(starts, *fix.span[3:])
        before = text[start:end]
        if start < reached or end > len(text) or fix.span.line != fix.span.end_line or not replaceable(before):
            continue
        after = respelt(fix, before)
        if after != before:
            parts += [text[reached:start], after]
            made.append(Edit(fix.span, before, after))
            reached = end
    return "".join([*parts, text[reached:]]), tuple(made)


def replaceable(before: str) -> bool:
    """Whether ``before`` is one plain or quoted value, and nothing else."""
    return before != "" and before[0] not in _NOT_TEXT_ALONE


def respelt(fix: Fix, before: str) -> str:
    """What ``fix`` puts in the place of ``before``."""
    if fix.wording is Wording.YAML:
        return fix.text
    if fix.wording is Wording.QUOTED:
        return quoted(before)
    if before[0] == "'" and fix.text.isprintable():
        return "'" + fix.text.replace("'", "''") + "'"
    bare = before[0] not in "\"'" and _BARE.fullmatch(fix.text) and is_text_everywhere(fix.text)
    return fix.text if bare else quoted(fix.text)


def _order(fix: Fix) -> tuple[Span, str, str]:
    return fix.span, fix.wording.name, fix.text


def _index(starts: list[int], line: int, column: int) -> int:
    """The position of a line and column, both from 1; past the end for one that the text does not have."""
    return starts[line - 1] + column - 1 if line <= len(starts) else starts[-1] + (1 << 62)
