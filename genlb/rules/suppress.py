"""Findings that somebody answers for: what a suppression hides, and what is wrong with suppressions themselves.

One stands in a spec (``lint.suppress``), in ``genlb.yaml``, or behind the value itself (``# genlb:ignore GLB303 --
reason``). What is suppressed is not lost: it is counted and told by the reports. Without a reason, or past its last
day, a suppression hides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from genlb.errors import Diagnostic, Span
from genlb.rules.catalogue import Finding, Rule, defined
from genlb.rules.reading import SUPPRESSION, UNUSED
from genlb.yamltext.node import MappingNode, Node, SequenceNode

if TYPE_CHECKING:
    from genlb.spec.loaded import LoadedSpec
    from genlb.spec.model import Suppression
    from genlb.spec.settings import Settings

FIRM = frozenset({"GLB101", "GLB102", "GLB103", "GLB104", "GLB105"})
"""Rules that cannot be suppressed: who hides that a spec cannot be read still has nothing to render."""

_OF_DRIFT = ("GLB210", "GLB8")
"""How the ids of what `genlb drift` finds begin; it has a list of its own for what is known and accepted."""


class Entry(NamedTuple):
    """One suppression, wherever it was written.

    ``span`` is the place of the rule's id, ``ends`` that of the date. ``cluster`` and ``path`` are globs, empty for
    any; with ``line`` it is about findings that begin on this line of its own file and no other.
    """

    rule: str
    reason: str
    span: Span
    expires: str = ""
    ends: Span | None = None
    cluster: str = ""
    path: str = ""
    line: int = 0

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether the finding is one that this entry is about."""
        if self.rule != diagnostic.rule:
            return False
        if self.line and (self.line, self.span.file) != (diagnostic.span.line, diagnostic.span.file):
            return False
        return _fits(self.cluster, diagnostic.cluster) and _fits(self.path, diagnostic.span.file)

    def holds(self, today: str) -> bool:
        """Whether it hides anything at all on the day ``today`` (``2030-03-31``, UTC)."""
        if self.rule in FIRM or not self.reason.strip():
            return False
        return not self.expires or (self.expires >= today and _is_day(self.expires))


class Suppressed(NamedTuple):
    """A finding, and the suppression that hides it."""

    diagnostic: Diagnostic
    entry: Entry


class Judged(NamedTuple):
    """Findings told apart; ``used`` holds the places of all suppressions that are about any of them."""

    kept: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    used: frozenset[Span]


Comments = Callable[[str], Iterable[Entry]]
"""The suppressions in the comments of a file, by its name; asked for only where there is a finding."""


def suppress(diagnostics: Iterable[Diagnostic], entries: Iterable[Entry], comments: Comments, today: str) -> Judged:
    """What is left of ``diagnostics``, and what is hidden, on the day ``today``.

    Two suppressions of one finding both count as used, and the first one is named.
    """
    by_rule: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.holds(today):
            by_rule.setdefault(entry.rule, []).append(entry)
    kept: list[Diagnostic] = []
    hidden: list[Suppressed] = []
    used: set[Span] = set()
    for diagnostic in diagnostics:
        beside = (entry for entry in comments(diagnostic.span.file) if entry.holds(today))
        fitting = [one for one in (*by_rule.get(diagnostic.rule, ()), *beside) if one.covers(diagnostic)]
        used.update(entry.span for entry in fitting)
        if fitting:
            hidden.append(Suppressed(diagnostic, fitting[0]))
        else:
            kept.append(diagnostic)
    return Judged(tuple(kept), tuple(hidden), frozenset(used))


def review(
    entries: Iterable[Entry], used: Collection[Span], today: str, asked: Callable[[Entry], bool]
) -> Iterator[Diagnostic]:
    """What is wrong with suppressions: each told once, however many clusters inherit it.

    ``asked`` says whether all that it could be about was looked for: only then is a suppression unused.
    """
    told: set[Span] = set()
    for entry in entries:
        if entry.span not in told:
            told.add(entry.span)
            yield from _complaints(entry, today, unused=entry.span not in used and asked(entry))


def entries_of_spec(loaded: LoadedSpec) -> tuple[Entry, ...]:
    """The suppressions of one cluster, its layers' included."""
    cluster = loaded.cluster
    if cluster is None or not cluster.spec.lint.suppress:
        return ()
    listed = _items(loaded.node("spec", "lint", "suppress"))
    given = zip(listed, cluster.spec.lint.suppress, strict=False)
    return tuple(_entry(node, one)._replace(cluster=loaded.name) for node, one in given)


def entries_of_settings(root: Node | None, settings: Settings) -> tuple[Entry, ...]:
    """The suppressions of ``genlb.yaml``, whose document is ``root``."""
    lint = root.entries.get("lint") if isinstance(root, MappingNode) else None
    listed = _items(lint.entries.get("suppress")) if isinstance(lint, MappingNode) else []
    given = zip(listed, settings.lint.suppress, strict=False)
    return tuple(_entry(node, one)._replace(cluster=one.cluster or "", path=one.path or "") for node, one in given)


def _entry(node: Node, given: Suppression) -> Entry:
    places = {key: child.span for key, child in node.entries.items()} if isinstance(node, MappingNode) else {}
    return Entry(
        rule=given.rule,
        reason=given.reason or "",
        span=places.get("rule", node.span),
        expires=given.expires or "",
        ends=places.get("expires"),
    )


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, SequenceNode) else []


def _complaints(entry: Entry, today: str, *, unused: bool) -> Iterator[Diagnostic]:
    known = defined()
    if entry.rule not in known:
        from genlb.rules import rules  # those about changes and fleets as well, which most runs need not load

        known = rules()
    if entry.rule not in known:
        yield _told(UNUSED, entry, *_unknown(entry.rule, known))
        return
    if entry.rule in FIRM:
        message = f"{entry.rule} cannot be suppressed: what cannot be read for sure cannot be rendered"
        yield _told(UNUSED, entry, message, "mend what it is about, and remove this suppression")
        return
    if not entry.reason.strip():
        cure = "add reason: why, for those who read it later"
        if entry.line:
            cure = f"say why, behind two dashes: # genlb:ignore {entry.rule} -- why"
        yield _told(SUPPRESSION, entry, f"the suppression of {entry.rule} gives no reason and hides nothing", cure)
    if entry.expires and not _is_day(entry.expires):
        message = f"{entry.expires} is no day of the calendar: the suppression of {entry.rule} hides nothing"
        yield _told(SUPPRESSION, entry, message, "write the last day on which it shall hold", at=entry.ends)
    elif entry.expires and entry.expires < today:
        message = f"the suppression of {entry.rule} held until {entry.expires} and hides nothing any more"
        yield _told(SUPPRESSION, entry, message, "mend what it hid, or set a later day on purpose", at=entry.ends)
    elif entry.reason.strip() and unused:
        message = f"the suppression of {entry.rule} hides nothing: there is no such finding {_scope(entry)}"
        here = "; a comment hides what is reported on its own line, and nothing else" if entry.line else ""
        yield _told(UNUSED, entry, message, f"remove it{here}")


def _unknown(rule_id: str, known: Collection[str]) -> tuple[str, str]:
    if not rule_id:
        return "this comment names no rule", "write the rule's id behind it: # genlb:ignore GLB303 -- why"
    from genlb.yamltext.quote import quoted

    # Between numbers nothing but the case is a guess worth making.
    cure = f"write {rule_id.upper()}" if rule_id.upper() in known else "genlb rules lists them"
    if rule_id.startswith(_OF_DRIFT):
        cure = "genlb drift ignores what drift.ignore lists"
        return f"{quoted(rule_id)} is not among what genlb validate looks for", cure
    return f"there is no rule {quoted(rule_id)} to suppress", cure


def _scope(entry: Entry) -> str:
    if entry.line:
        return "on this line"
    parts = [f"in {what} {glob}" for what, glob in (("cluster", entry.cluster), ("file", entry.path)) if glob]
    return " ".join(parts) or "in any cluster"


def _told(rule: Rule, entry: Entry, message: str, cure: str, *, at: Span | None = None) -> Diagnostic:
    # Seen in a cluster's own file it belongs to that cluster; in a shared one to none.
    own = entry.cluster if entry.cluster in entry.span.file.split("/") else ""
    return rule.diagnostic(Finding(at or entry.span, message, cure), cluster=own)


def _fits(glob: str, name: str) -> bool:
    return not glob or glob == name or fnmatchcase(name, glob)


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
