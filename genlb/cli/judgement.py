"""The verdict on some clusters, told to people or machines; ``validate`` asks for it, ``render`` needs a good one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from genlb import api
from genlb.cli.console import Console
from genlb.cli.fleet import Judged
from genlb.cli.output import tell_diagnostics
from genlb.errors import Diagnostic, Severity, in_order
from genlb.report.counts import summary


class Judgement(NamedTuple):
    """Selected clusters, and everything that is wrong with them, their layers and the repository, sorted."""

    clusters: tuple[Judged, ...]
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def of(cls, judged: Iterable[Judged], others: Sequence[Diagnostic]) -> Judgement:
        """From the first pass; ``others`` are about no single cluster."""
        clusters: list[Judged] = []
        found = list(others)
        for cluster in judged:
            found += cluster.diagnostics
            clusters.append(cluster._replace(diagnostics=()))
        return cls(tuple(clusters), in_order(found))

    @property
    def unread(self) -> tuple[Judged, ...]:
        """Clusters of which a file could not be read."""
        return tuple(cluster for cluster in self.clusters if cluster.unread)

    def fails(self, least: Severity) -> bool:
        """Whether anything is as grave as ``least``."""
        return any(diagnostic.severity.rank <= least.rank for diagnostic in self.diagnostics)

    @property
    def line(self) -> str:
        """The verdict in one line."""
        told = summary(len(self.clusters), self.diagnostics)
        return f"{told} · {len(self.unread)} could not be read" if self.unread else told

    def data(self) -> dict[str, Any]:
        """The verdict for machines."""
        from genlb.report.jsonout import diagnostics_data

        count = Counter(diagnostic.severity for diagnostic in self.diagnostics)
        return {
            "clusters": [_cluster_data(cluster) for cluster in self.clusters],
            "diagnostics": diagnostics_data(self.diagnostics),
            "summary": {
                "clusters": len(self.clusters),
                "errors": count[Severity.ERROR],
                "warnings": count[Severity.WARNING],
                "notes": count[Severity.INFO],
                "unread": len(self.unread),
            },
        }


def tell(console: Console, repository: api.Repository, judgement: Judgement, *, least: Severity) -> None:
    """Diagnostics of at least severity ``least`` and unreadable files, to stderr."""
    shown = (found for found in judgement.diagnostics if found.severity.rank <= least.rank)
    tell_diagnostics(console, shown, repository.lines)
    for message in dict.fromkeys(cluster.unread for cluster in judgement.unread):
        console.error(message)


def _cluster_data(cluster: Judged) -> dict[str, str]:
    if cluster.unread:
        return {"name": cluster.name, "status": "unread", "message": cluster.unread}
    return {"name": cluster.name, "status": "valid" if cluster.valid else "invalid"}
