"""What genlb says when something is wrong: places, diagnostics, exceptions.

A *diagnostic* is a value: one located message with the reason and the cure. An *exception* ends a piece of work
and carries diagnostics or a sentence. The core only raises; which exit code an exception becomes is decided in
``genlb.cli.output`` and nowhere else::

    GenlbError
    ├── InvalidInput    the input was read and is wrong        (findings)
    ├── UsageError      the question makes no sense            (unknown cluster, no repository root)
    └── Undetermined    could not be read, written or decided  (never to be taken for "fine" or "absent")
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple


class Severity(enum.Enum):
    """How much a diagnostic weighs; info never changes an exit code."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest, so that an ascending sort puts errors first."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Span(NamedTuple):
    """Where some text stands: lines and columns count from 1, columns in code points, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def whole(cls, file: str) -> Span:
        """The place of what concerns a whole file."""
        return cls(file, 1, 1, 1, 1)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Related(NamedTuple):
    """A second place that explains a diagnostic, and what is to be seen there."""

    span: Span
    note: str


class Wording(enum.Enum):
    """How the text of a fix gets into the file."""

    YAML = "as it is: a number, a boolean, a list"
    TEXT = "as text: in the quotes that are there already, else in double quotes where YAML asks for some"
    QUOTED = "what is there already, in double quotes"


class Fix(NamedTuple):
    """The cure as an edit that needs no thought: what shall stand in place of all that ``span`` covers.

    ``text`` is empty where the wording says that what is there stays.
    """

    span: Span
    text: str
    wording: Wording = Wording.TEXT


class Diagnostic(NamedTuple):
    """One located message: what is wrong (``message``), why it hurts (``why``), what to do (``help``).

    ``fix`` is the help as an edit, where there is but one way to mend it.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    why: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    cluster: str = ""
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[int, Span, str, str]:
        """Gravest first, then by place."""
        return (self.severity.rank, self.span, self.rule, self.message)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by severity, then place; what several clusters report alike (a shared layer's mistake) is said once."""
    unique: dict[tuple[int, Span, str, str], Diagnostic] = {}
    for diagnostic in diagnostics:
        unique.setdefault(diagnostic.sort_key, diagnostic)
    return tuple(unique[key] for key in sorted(unique))


class GenlbError(Exception):
    """Root of everything that genlb raises on purpose."""


class InvalidInput(GenlbError):
    """Input that was read and found wrong; ``diagnostics`` holds every mistake, not just the first."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("; ".join(f"{d.span}: {d.rule}: {d.message}" for d in self.diagnostics))


class UsageError(GenlbError):
    """A request that cannot be carried out as asked; the message says what to ask instead."""


class Undetermined(GenlbError):
    """Something could not be read, written or found out; the message names it first, then the cause."""
