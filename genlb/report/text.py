"""Diagnostics for people: place, message, the source line with marks, the reason and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from genlb.errors import Diagnostic, Span
from genlb.report.excerpt import excerpt
from genlb.report.masking import concealed, ranges_of
from genlb.report.style import ROLES, Role, Style
from genlb.report.visible import visible

Source = Callable[[str], tuple[str, ...]]
"""The lines of a file by its name in diagnostics; empty when there is nothing to quote."""


def diagnostics_text(diagnostics: Iterable[Diagnostic], source: Source, style: Style) -> Iterator[str]:
    """One block of lines for each diagnostic; the pointer to ``genlb explain`` stands at a rule's first one only."""
    told: set[str] = set()
    for diagnostic in diagnostics:
        yield diagnostic_text(diagnostic, source(diagnostic.span.file), style, pointer=diagnostic.rule not in told)
        told.add(diagnostic.rule)


def diagnostic_text(diagnostic: Diagnostic, lines: tuple[str, ...], style: Style, *, pointer: bool = True) -> str:
    """One diagnostic; ``lines`` are those of its file, ``pointer`` adds where to read more."""
    told = concealed(diagnostic, lines)
    gutter = " " * (max(4, len(str(told.span.line))) + 1)
    block = [_head(told, style), *_quoted(diagnostic, lines, style, gutter)]
    block += [f"{gutter}{style.paint('=', Role.FAINT)} {note}" for note in _notes(told, style)]
    if pointer:
        block.append(style.paint(f"{gutter}= more: genlb explain {told.rule}", Role.FAINT))
    return "\n".join(block)


def _head(diagnostic: Diagnostic, style: Style) -> str:
    place = style.paint(visible(str(diagnostic.span)), Role.STRONG)
    label = style.paint(f"{diagnostic.severity.value}[{diagnostic.rule}]", ROLES[diagnostic.severity])
    return f"{place}: {label}: {visible(diagnostic.message)}"


def _quoted(diagnostic: Diagnostic, lines: tuple[str, ...], style: Style, gutter: str) -> list[str]:
    span = diagnostic.span
    if span == Span.whole(span.file) or not 1 <= span.line <= len(lines):
        return []
    line = lines[span.line - 1]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    quoted = excerpt(line, span.column - 1, end, hidden=ranges_of(diagnostic, lines))
    number = style.paint(f"{span.line:>{len(gutter) - 1}} |", Role.FAINT)
    below = style.paint(f"{gutter}|", Role.FAINT)
    return [f"{number} {quoted.line}".rstrip(), f"{below} {style.paint(quoted.marks, ROLES[diagnostic.severity])}"]


def _notes(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    for related in diagnostic.related:
        yield visible(f"{related.span}: {related.note}")
    if diagnostic.cluster and diagnostic.cluster not in diagnostic.span.file.split("/"):
        yield visible(f"seen in cluster {diagnostic.cluster}")
    if diagnostic.why:
        yield visible(diagnostic.why)
    if diagnostic.help:
        yield f"{style.paint('help:', Role.STRONG)} {visible(diagnostic.help)}"
