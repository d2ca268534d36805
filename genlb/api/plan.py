"""A change put into an order that hurts least: which commits, which steps in each, what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from shlex import quote

from genlb.api._pairs import Compared, object_changes, side_of
from genlb.api.diff import Comparison, comparison
from genlb.network import decide
from genlb.network.impact import impact_of
from genlb.network.impact_model import Side
from genlb.network.impact_steps import Touched, steps_of
from genlb.network.impact_stops import stop_between
from genlb.render.context import Context
from genlb.render.engine import treatment
from genlb.render.tree import GITOPS_FOLDER, Rendered, render
from genlb.report.diff import Change, ObjectChange
from genlb.report.plan import ChangePlan, ClusterPlan, Commit, PoolState
from genlb.spec.model import Cluster, Engine
from genlb.stores.repository import Repository


def plan_change(repository: Repository, names: Sequence[str] = (), *, since: str = "", until: str = "") -> ChangePlan:
    """How to get the clusters of ``names`` (all without any) from one commit to another, or to the work tree.

    As `diff_between` takes them. ``UsageError`` and ``Undetermined`` as there.

    >>> [len(cluster.commits) for cluster in plan_change(open_repository()).clusters]
    [2]
    """
    with ExitStack() as stack:
        compared = comparison(stack, repository, names, since=since, until=until)
        return planned(compared)


def planned(compared: Comparison) -> ChangePlan:
    """The plan of a comparison that is still open.

    >>> with ExitStack() as stack:
    ...     planned(comparison(stack, repository, [], since="", until="")).complete
    True
    """
    return ChangePlan(
        since=compared.since, until=compared.until, clusters=tuple(_cluster(one) for one in compared.clusters)
    )


def _cluster(compared: Compared) -> ClusterPlan:
    found = compared.diff
    if compared.after is None and compared.before is None:
        return ClusterPlan(name=found.name, status=found.status, why=found.why, diagnostics=found.diagnostics)
    stop = None
    if compared.before is not None and compared.after is not None:
        stop = stop_between(compared.before.cluster, compared.after.cluster)
    states: list[tuple[Side | None, tuple[str, ...]]] = [(compared.after, ())]
    if stop is not None and compared.context is not None:
        states.insert(0, (_halted(compared.context, stop.cluster), stop.edits))
    commits: list[Commit] = []
    was = compared.before
    for state, edits in states:
        commits.append(_commit(was, state, edits))
        was = state
    return ClusterPlan(
        name=found.name,
        status=found.status,
        reasons=stop.reasons if stop else (),
        commits=tuple(commits) if any(commit.steps for commit in commits) else (),
        notes=tuple(_notes(compared, commits)),
        diagnostics=found.diagnostics,
    )


def _halted(context: Context, cluster: Cluster) -> Side:
    """The state in between, rendered as it would be."""
    between = context._replace(cluster=cluster, decisions=decide(cluster))
    rendered: Rendered = render(between, "")
    return side_of(between, rendered)


def _commit(was: Side | None, is_: Side | None, edits: tuple[str, ...]) -> Commit:
    changes = object_changes(was, is_)
    touched = [Touched(change.unit, str(change.key), change.change is Change.REMOVED) for change in changes]
    side = is_ or was
    cluster = side.cluster if side else None
    pools = is_.cluster.spec.pools if is_ else ()
    return Commit(
        edits=edits,
        pools=tuple(PoolState(pool.name, tuple(map(str, pool.addresses))) for pool in pools),
        steps=steps_of(
            touched,
            impact_of(was, is_),
            kubectl=_kubectl(cluster) if cluster else "kubectl",
            metallb=cluster.spec.namespaces.metallb if cluster else "",
        ),
    )


def _kubectl(cluster: Cluster) -> str:
    return f"kubectl --context {quote(cluster.spec.access.context or cluster.name)}"


def _outlives(change: ObjectChange) -> bool:
    """Whether an object stays in the cluster although git drops it."""
    if change.change is not Change.REMOVED or change.unit == GITOPS_FOLDER:
        return False
    return treatment(change.key.kind, change.key.name).kept


def _notes(compared: Compared, commits: Sequence[Commit]) -> Iterator[str]:
    """What the engine does not do by itself."""
    side = compared.after or compared.before
    if side is None:
        return
    name, engine = side.cluster.name, side.cluster.spec.gitops.engine
    several = any(len({step.unit for step in commit.steps} - {"gitops"}) > 1 for commit in commits)
    if several and engine is Engine.ARGO_CD:
        yield (
            f"Argo CD orders nothing between Applications: sync genlb-{name}-node, wait, then genlb-{name}-routing,"
            f" then genlb-{name}-advertise"
        )
    elif several and engine is Engine.FLUX:
        yield "Flux applies the units in this order and does not wait for roll-outs: suspend the next one until then"
    elif several:
        yield "apply one folder after the other, in this order: `kubectl apply --server-side -k`"
    if kept := [str(one.key) for one in compared.diff.objects if _outlives(one)]:
        yield f"no engine removes {', '.join(kept)}: delete by hand what nobody else needs"
    if compared.diff.helm_values:
        yield "metallb-values.yaml changes: `helm upgrade` MetalLB with it, no GitOps unit does"
