"""The verdict on some clusters, told to people or machines; ``validate`` asks for it, ``render`` needs a good one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from genlb import api
from genlb.cli.console import Console
from genlb.cli.fleet import Judged
from genlb.cli.output import tell_diagnostics
from genlb.errors import Diagnostic, Severity, in_order
from genlb.report.counts import summary
from genlb.report.visible import visible

if TYPE_CHECKING:
    from genlb.report.model import Run

_NOTHING = api.Findings(())


class Judgement(NamedTuple):
    """Selected clusters, and everything that is wrong with them, their layers and the repository, in order."""

    clusters: tuple[Judged, ...]
    verdict: api.Verdict

    @classmethod
    def of(
        cls,
        repository: api.Repository,
        judged: Iterable[Judged],
        *,
        everything: bool,
        change: bool = False,
    ) -> Judgement:
        """From the first pass, with the meaning that ``everything`` and ``change`` have for `api.conclude`."""
        clusters: list[Judged] = []
        findings: list[api.Findings] = []
        for cluster in judged:
            findings.append(cluster.findings)
            clusters.append(cluster._replace(findings=_NOTHING))
        others = api.others(repository, everything=everything)
        verdict = api.conclude(repository, findings, others, everything=everything, change=change)
        return cls(tuple(clusters), verdict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found and is not suppressed."""
        return self.verdict.diagnostics

    @property
    def unread(self) -> tuple[Judged, ...]:
        """Clusters of which a file could not be read."""
        return tuple(cluster for cluster in self.clusters if cluster.unread)

    def fails(self, least: Severity) -> bool:
        """Whether anything is as grave as ``least``."""
        return any(diagnostic.severity.rank <= least.rank for diagnostic in self.diagnostics)

    def plus(self, more: Sequence[Diagnostic]) -> Judgement:
        """With what was found later."""
        diagnostics = in_order([*self.diagnostics, *more])
        return self._replace(verdict=self.verdict._replace(diagnostics=diagnostics))

    @property
    def line(self) -> str:
        """The verdict in one line."""
        told = summary(len(self.clusters), self.diagnostics, suppressed=len(self.verdict.suppressed))
        return f"{told} · {len(self.unread)} could not be read" if self.unread else told

    def run(self, repository: api.Repository, command: str, *, fail_on: Severity = Severity.ERROR) -> Run:
        """The verdict as reports tell it."""
        from genlb.report.model import Cluster

        clusters = (
            Cluster(one.name, f"{repository.folder(one.name)}/cluster.yaml", one.valid, one.unread)
            for one in self.clusters
        )
        return api.run_of(repository, command, clusters, self.verdict, fail_on=fail_on)

    def data(self, repository: api.Repository, command: str) -> dict[str, Any]:
        """The verdict for machines."""
        from genlb.report.verdict import run_data

        return run_data(self.run(repository, command))


def tell(console: Console, repository: api.Repository, judgement: Judgement, *, least: Severity) -> None:
    """Diagnostics of at least severity ``least`` and unreadable files, to stderr."""
    shown = (found for found in judgement.diagnostics if found.severity.rank <= least.rank)
    tell_diagnostics(console, shown, repository.lines)
    for message in dict.fromkeys(cluster.unread for cluster in judgement.unread):
        console.error(visible(message))
