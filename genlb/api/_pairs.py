"""The same cluster in two states, rendered on both sides and compared, for ``diff`` and ``plan``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from genlb.api.clusters import LoadedCluster, Renderable, load
from genlb.api.history import Before
from genlb.errors import Diagnostic, in_order
from genlb.manifest import key_of
from genlb.network.impact import impact_of
from genlb.network.impact_model import Side
from genlb.report.diff import ClusterDiff, ObjectChange, Status, object_change
from genlb.rules import View
from genlb.rules.change import judge_change
from genlb.stores.repository import Repository

if TYPE_CHECKING:
    from genlb.manifest import Manifest
    from genlb.render.context import Context
    from genlb.render.tree import Rendered


class Pair(NamedTuple):
    """A cluster on both sides, as far as it is there and could be read, with what is wrong with the change."""

    name: str
    before: LoadedCluster | None
    after: LoadedCluster | None
    change: tuple[Diagnostic, ...] = ()


class Compared(NamedTuple):
    """One cluster with its diff, and both sides where they could be rendered."""

    diff: ClusterDiff
    before: Side | None = None
    after: Side | None = None
    context: Context | None = None


class _Since(Before):
    """The rules about change for one cluster whose former self is known."""

    def __init__(self, before: View) -> None:
        self._before = before
        self.found: tuple[Diagnostic, ...] = ()

    def judge(self, cluster: LoadedCluster) -> tuple[Diagnostic, ...]:
        """What hurts on the way."""
        after = cluster.view
        self.found = () if after is None else tuple(judge_change(self._before, after))
        return self.found


def pairs(then: Repository, now: Repository, names: Iterable[str]) -> Iterator[Pair]:
    """The clusters of ``names`` on both sides, one after another."""
    for name in names:
        before = next(load(then, [name])) if name in then.names else None
        if name not in now.names:
            yield Pair(name, before, None)
            continue
        view = before.view if before else None
        since = _Since(view) if view else None
        after = next(load(now, [name], before=since))
        told = frozenset(since.found) if since else frozenset()
        # What is wrong with the change alone keeps nobody from telling what it does.
        change = tuple(one for one in after.diagnostics if one in told)
        own = tuple(one for one in after.diagnostics if one not in told)
        yield Pair(name, before, after._replace(diagnostics=own), change)


def compared(pair: Pair) -> Compared:
    """One cluster, rendered on both sides."""
    before, after = pair.before, pair.after
    if obstacle := _obstacle(pair):
        return Compared(obstacle)
    was, is_ = before.renderable() if before else None, after.renderable() if after else None
    if was is not None and is_ is not None and _reads(was) == _reads(is_):
        # The same merged spec and base configuration render the same; nothing else has a say.
        return Compared(ClusterDiff(name=pair.name, status=Status.UNCHANGED))
    sides = _side(before), _side(after)
    old, new = sides
    objects = object_changes(*sides)
    helm = _helm_values(before) != _helm_values(after) and old is not None and new is not None
    found = ClusterDiff(
        name=pair.name,
        status=_status(old, new, changed=bool(objects) or helm),
        objects=objects,
        helm_values=helm,
        impact=impact_of(*sides),
        diagnostics=pair.change,
    )
    return Compared(found, *sides, after.context if after else None)


def side_of(context: Context, rendered: Rendered) -> Side:
    """A cluster with everything that is rendered for it."""
    from genlb.render.tree import GITOPS_FOLDER

    folders = {unit.value: manifests for unit, manifests in rendered.objects.items()} | {GITOPS_FOLDER: rendered.gitops}
    units = {unit: {key_of(manifest): manifest for manifest in manifests} for unit, manifests in folders.items()}
    objects = {key: manifest for held in units.values() for key, manifest in held.items()}
    return Side(context.cluster, context.decisions, objects, {unit: tuple(held) for unit, held in units.items()})


def object_changes(before: Side | None, after: Side | None) -> tuple[ObjectChange, ...]:
    """Every object that means something else, in apply order; what goes stands behind what stays in its unit."""
    old, new = before.units if before else {}, after.units if after else {}
    was, is_ = before.objects if before else {}, after.objects if after else {}
    found = (
        object_change(unit, key, was.get(key), is_.get(key))
        for unit in dict.fromkeys((*new, *old))
        for key in dict.fromkeys((*new.get(unit, ()), *old.get(unit, ())))
    )
    return tuple(change for change in found if change is not None)


def _reads(renderable: Renderable) -> tuple[str, str]:
    """All that a render depends on."""
    return renderable.spec_digest, renderable.context.folder


def _obstacle(pair: Pair) -> ClusterDiff | None:
    """Why the sides of a cluster cannot be compared, if so."""
    before, after = pair.before, pair.after
    for side in (before, after):
        if side is not None and side.unread:
            return ClusterDiff(name=pair.name, status=Status.UNKNOWN, why=side.unread)
    if after is not None and not after.valid:
        told = in_order([*after.diagnostics, *pair.change])
        return ClusterDiff(name=pair.name, status=Status.INVALID, diagnostics=told, why="its spec has errors")
    if before is not None and not before.valid:
        why = f"its spec had errors before, the first of them: {before.diagnostics[0].message}"
        return ClusterDiff(name=pair.name, status=Status.UNKNOWN, why=why)
    return None


def _status(old: Side | None, new: Side | None, *, changed: bool) -> Status:
    if old is None:
        return Status.ADDED
    if new is None:
        return Status.REMOVED
    return Status.CHANGED if changed else Status.UNCHANGED


def _side(cluster: LoadedCluster | None) -> Side | None:
    if cluster is None or cluster.context is None:
        return None
    from genlb.render.tree import render

    return side_of(cluster.context, render(*cluster.renderable()))


def _helm_values(cluster: LoadedCluster | None) -> Manifest | None:
    if cluster is None or cluster.context is None:
        return None
    from genlb.render.metallb_values import metallb_values

    return metallb_values(cluster.context)
