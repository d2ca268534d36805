"""The plan of a change, as values; ``plan_text`` and ``plan_json`` tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from genlb.errors import Diagnostic
from genlb.network.impact_steps import Step
from genlb.report.diff import State, Status


class PoolState(NamedTuple):
    """What a pool holds once a commit is applied."""

    name: str
    addresses: tuple[str, ...]


class Commit(NamedTuple):
    """One commit to be applied and settled as a whole; ``edits`` say what its spec says unlike the final one."""

    edits: tuple[str, ...]
    pools: tuple[PoolState, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """How to get one cluster there; ``reasons`` say why there is more than one commit."""

    name: str
    status: Status
    why: str = ""
    reasons: tuple[str, ...] = ()
    commits: tuple[Commit, ...] = ()
    notes: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """The plans of all clusters, by name."""

    since: State
    until: State
    clusters: tuple[ClusterPlan, ...]

    @property
    def complete(self) -> bool:
        """Whether every cluster could be compared."""
        return all(cluster.status is not Status.UNKNOWN for cluster in self.clusters)

    @property
    def invalid(self) -> bool:
        """Whether any cluster's new spec has errors, so that there is no plan for it."""
        return any(cluster.status is Status.INVALID for cluster in self.clusters)
