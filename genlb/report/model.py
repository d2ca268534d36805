"""What a report is made of: one value for all formats, complete before the first line is written.

Secrets are taken out here, once, so that no format can forget to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from genlb.errors import Diagnostic, Severity, Span
from genlb.report.masking import concealed, secret_ranges
from genlb.report.style import PLAIN
from genlb.report.text import Source, diagnostic_text
from genlb.rules.suppress import Suppressed
from genlb.yamltext.edit import replaceable, respelt

Locate = Callable[[Span], str]
"""The pointer, by names, of what stands at a place; empty where nothing with a name does."""


class Replacement(NamedTuple):
    """The cure as an edit: ``text`` in place of what ``span`` covers."""

    span: Span
    text: str


class Silence(NamedTuple):
    """Why a finding is suppressed: the reason, the place where that is written, and whether it is a comment there."""

    reason: str
    place: Span
    in_source: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One finding as reports tell it.

    ``owner`` is the cluster whose file it stands in, else the file. ``pointer`` is where in the file, by names,
    ``block`` the whole text that a terminal would show.
    """

    diagnostic: Diagnostic
    owner: str
    pointer: str
    block: str
    replacement: Replacement | None = None
    silence: Silence | None = None


class Cluster(NamedTuple):
    """One cluster that was judged; ``unread`` says why nothing can be said about it."""

    name: str
    file: str
    valid: bool
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a command; ``fail_on`` is the least severity that makes it fail. Findings are in order."""

    command: str
    version: str
    clusters: tuple[Cluster, ...]
    findings: tuple[Told, ...]
    suppressed: tuple[Told, ...] = ()
    fail_on: Severity = Severity.ERROR

    @property
    def unread(self) -> tuple[Cluster, ...]:
        """Clusters of which a file could not be read."""
        return tuple(cluster for cluster in self.clusters if cluster.unread)

    def fails(self, told: Told) -> bool:
        """Whether the finding is grave enough to make the run fail."""
        return told.diagnostic.severity.rank <= self.fail_on.rank


def told(diagnostics: Iterable[Diagnostic], source: Source, locate: Locate) -> tuple[Told, ...]:
    """``diagnostics`` made ready for reports."""
    return tuple(_told(diagnostic, source(diagnostic.span.file), locate) for diagnostic in diagnostics)


def hushed(suppressed: Iterable[Suppressed], source: Source, locate: Locate) -> tuple[Told, ...]:
    """Suppressed findings made ready for reports, in order."""
    in_order = sorted(suppressed, key=lambda one: one.diagnostic.sort_key)
    return tuple(
        _told(
            one.diagnostic,
            source(one.diagnostic.span.file),
            locate,
            Silence(one.entry.reason, one.entry.span, in_source=one.entry.line > 0),
        )
        for one in in_order
    )


def _told(diagnostic: Diagnostic, lines: tuple[str, ...], locate: Locate, silence: Silence | None = None) -> Told:
    span = diagnostic.span
    return Told(
        diagnostic=concealed(diagnostic, lines),
        owner=diagnostic.cluster if diagnostic.cluster in span.file.split("/") else span.file,
        pointer=locate(span),
        block=diagnostic_text(diagnostic, lines, PLAIN, pointer=False),
        replacement=_replacement(diagnostic, lines),
        silence=silence,
    )


def _replacement(diagnostic: Diagnostic, lines: tuple[str, ...]) -> Replacement | None:
    """The fix with its text, which for some is what stands there; none for what may be a secret."""
    fix = diagnostic.fix
    if fix is None or fix.span.line != fix.span.end_line or not 1 <= fix.span.line <= len(lines):
        return None
    start, end = fix.span.column - 1, fix.span.end_column - 1
    before = lines[fix.span.line - 1][start:end]
    hidden = any(low < end and start < high for low, high in secret_ranges(lines, fix.span.line))
    return None if hidden or not replaceable(before) else Replacement(fix.span, respelt(fix, before))
