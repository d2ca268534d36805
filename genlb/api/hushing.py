"""Suppression at work: which findings of a cluster somebody answers for, and what is left in the end to be said.

A cluster is judged by itself, so that whoever renders it knows whether it may; the fleet's findings, and what is wrong
with suppressions, are known only when every cluster had its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from genlb.errors import Diagnostic, Span, in_order

if TYPE_CHECKING:
    from genlb.rules.fleet import FleetEntry
    from genlb.rules.suppress import Entry, Suppressed
    from genlb.spec.loaded import LoadedSpec
    from genlb.stores.repository import Repository

# Written out so that a run with suppressions need not load what only fleets and changes ask; a test holds them.
OF_FLEET = frozenset({"GLB208", "GLB219", "GLB323", "GLB324"})
"""Rules that look at all clusters of a repository at once."""

OF_CHANGE = frozenset({"GLB209", "GLB217", "GLB325", "GLB326", "GLB421", "GLB518", "GLB524"})
"""Rules that compare a cluster with what it was."""

OF_RENDER = frozenset({"GLB607", "GLB608"})
"""Rules of `render` about its files: whether a suppression of them is used is none of `validate`'s business."""


class Hushed(NamedTuple):
    """What is left of a cluster's findings, what is suppressed, and the suppressions that were used and there were."""

    kept: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...] = ()
    entries: tuple[Entry, ...] = ()
    used: frozenset[Span] = frozenset()

    @classmethod
    def of(cls, repository: Repository, spec: LoadedSpec, files: Iterable[str], found: Sequence[Diagnostic]) -> Hushed:
        """The findings of one readable cluster, whose comments stand in ``files``, told apart.

        A cluster without findings and suppressions, as nearly all are, costs two questions.
        """
        entries = _entries(repository, spec, files)
        if not found or not (entries or repository.suppressions):
            return cls(tuple(found), entries=entries)
        from genlb.rules.suppress import suppress

        judged = suppress(found, (*repository.suppressions, *_of_specs(entries)), repository.comments, repository.today)
        return cls(judged.kept, judged.suppressed, entries, judged.used)


class Findings(NamedTuple):
    """What judging one cluster left behind, ``fleet`` where asked for; ``complete`` unless its spec is unreadable."""

    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...] = ()
    entries: tuple[Entry, ...] = ()
    used: frozenset[Span] = frozenset()
    fleet: FleetEntry | None = None
    complete: bool = False


class Verdict(NamedTuple):
    """All that a run has to say, in order."""

    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]


def conclude(
    repository: Repository,
    clusters: Iterable[Findings],
    others: Iterable[Diagnostic],
    *,
    everything: bool,
    change: bool = False,
) -> Verdict:
    """The verdict on ``clusters`` together; ``others`` are findings about no single one of them.

    ``everything`` says that these are all clusters of the repository, ``change`` that rules about change were asked.

    >>> findings = [cluster.findings(fleet=True) for cluster in load(repository)]
    >>> conclude(repository, findings, others(repository, everything=True), everything=True).diagnostics
    ()
    """
    findings = tuple(clusters)
    kept = [diagnostic for one in findings for diagnostic in one.diagnostics]
    suppressed = [hidden for one in findings for hidden in one.suppressed]
    entries = [*repository.suppressions, *(entry for one in findings for entry in one.entries)]
    late = [*others, *_fleet(findings)]
    if not entries:
        return Verdict(in_order([*kept, *late]), ())
    from genlb.rules.suppress import review, suppress

    judged = suppress(late, _of_specs(entries), repository.comments, repository.today)
    used = judged.used.union(*(one.used for one in findings))
    complete = everything and all(one.complete for one in findings)
    whole = _Asked(repository.settings.clusters, complete=complete, change=change)
    told = review(entries, used, repository.today, whole)
    return Verdict(in_order([*kept, *judged.kept, *told]), (*suppressed, *judged.suppressed))


class _Asked:
    """Whether all was looked for that a suppression could be about."""

    def __init__(self, clusters: str, *, complete: bool, change: bool) -> None:
        self._folder = f"{clusters}/"
        self._complete = complete
        self._not_asked = OF_RENDER if change else OF_RENDER | OF_CHANGE

    def __call__(self, entry: Entry) -> bool:
        if entry.rule in self._not_asked:
            return False
        return self._complete or (entry.rule not in OF_FLEET and self._is_own(entry))

    def _is_own(self, entry: Entry) -> bool:
        """Whether it stands in the file of one cluster, which was judged or it would not be known."""
        name = entry.span.file.removeprefix(self._folder).partition("/")[0]
        return entry.span.file.startswith(self._folder) and not name.startswith("_")


def _entries(repository: Repository, spec: LoadedSpec, files: Iterable[str]) -> tuple[Entry, ...]:
    """The suppressions of one cluster: of its spec, and of the comments in its files."""
    comments = [entry for file in files for entry in repository.comments(file)]
    if not comments and (spec.cluster is None or not spec.cluster.spec.lint.suppress):
        return ()
    from genlb.rules.suppress import entries_of_spec

    own = f"{repository.folder(spec.name)}/"
    of_this = (entry._replace(cluster=spec.name) if entry.span.file.startswith(own) else entry for entry in comments)
    return (*entries_of_spec(spec), *of_this)


def _of_specs(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Without those of comments, which are asked for by file."""
    return (entry for entry in entries if not entry.line)


def _fleet(findings: Iterable[Findings]) -> Iterable[Diagnostic]:
    entries = [one.fleet for one in findings if one.fleet is not None]
    if not entries:
        return ()
    from genlb.rules.fleet import judge_fleet

    return judge_fleet(entries)
