"""How many there are, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from genlb.errors import Diagnostic, Severity


def counted(number: int, noun: str) -> str:
    """``1 cluster``, ``12 clusters``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(clusters: int, diagnostics: Iterable[Diagnostic], *, suppressed: int = 0) -> str:
    """The last line of a judgement: ``12 clusters · 1 error, 0 warnings, 2 suppressed``."""
    count = Counter(diagnostic.severity for diagnostic in diagnostics)
    told = f"{counted(clusters, 'cluster')} · {counted(count[Severity.ERROR], 'error')}"
    told += f", {counted(count[Severity.WARNING], 'warning')}"
    if count[Severity.INFO]:
        told += f", {counted(count[Severity.INFO], 'note')}"
    return f"{told}, {suppressed} suppressed" if suppressed else told
