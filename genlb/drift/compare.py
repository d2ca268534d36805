"""The verdict on one cluster: what git wants, what is there, and everything that differs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from genlb.drift import catalogue
from genlb.drift.cluster_rules import address_findings, cluster_key, version_findings
from genlb.drift.effect import Effect
from genlb.drift.effects import effect_of_absence
from genlb.drift.findings import field_findings, in_order, object_finding
from genlb.drift.ignore import Ignores
from genlb.drift.kinds import ARGO
from genlb.drift.masking import masked_manifest
from genlb.drift.model import (
    ClusterDrift,
    Desired,
    Difference,
    Ignore,
    Live,
    NotChecked,
    ObjectDrift,
    State,
    Traffic,
    Wanted,
)
from genlb.drift.nodes import Clock, NodeDrift, node_drift
from genlb.drift.normalise import normalised
from genlb.drift.objects import surplus
from genlb.drift.observed import observed
from genlb.drift.within import inside, text
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey
from genlb.spec.model import Cluster

_RANKS = (
    State.MISSING,
    State.TERMINATING,
    State.DRIFTED,
    State.ORPHANED,
    State.UNMANAGED,
    State.NOT_CHECKED,
    State.IN_STEP,
)

_NO_RECORD = (
    "attribution: not checked, the objects carry no managedFields (a dump needs `--show-managed-fields`); fields that"
    " git dropped are looked for in the last client-side apply only"
)


def compare(  # noqa: PLR0913 -- the contract with the commands
    name: str,
    desired: Desired,
    live: Live,
    *,
    cluster: Cluster | None,
    ignores: Sequence[Ignore] = (),
    today: str,
    strict: bool = False,
    context: str = "",
    nodes: Clock | None = None,
) -> ClusterDrift:
    """Everything that differs between git and one cluster.

    Without ``cluster``, ``desired`` is any set of manifests, and objects that others made are nobody's business.
    ``today`` is a date, ``2026-11-22``; ``strict`` makes a warning of what others added; with
    ``nodes``, what the daemons report of their nodes is judged as well.
    """
    ignoring = Ignores(ignores, today)
    watched = [
        _both(key, wanted, live.objects[key], None, strict=strict, partial=True)
        for key, wanted in observed(desired, live, cluster).items()
    ]
    reported = NodeDrift() if nodes is None else node_drift(desired, live, cluster, nodes)
    found = [
        *watched,
        *_wanted(desired, live, strict=strict),
        *_others(name, desired, live, cluster, strict=strict),
        *_as_a_whole(name, live, cluster, reported),
    ]
    objects = [_ignored(one, ignoring) for one in found]
    at_nodes = [_ignored(one, ignoring) for one in reported.objects]
    return ClusterDrift(
        name=name,
        source=desired.source,
        versions=live.versions,
        context=context,
        objects=tuple(sorted([*objects, *at_nodes], key=lambda one: (_RANKS.index(one.state), one.key))),
        not_checked=(*live.not_checked, *_untold(objects, live), *reported.not_checked),
        stale=desired.stale,
        notes=(*_notes(desired, live), *reported.notes),
        ignores_unused=ignoring.unused,
    )


def _wanted(desired: Desired, live: Live, *, strict: bool) -> Iterator[ObjectDrift]:
    elsewhere = _runs_elsewhere(desired, live)
    pools = address_findings(desired, live)
    for key in sorted(desired.objects):
        found = live.objects.get(key)
        wanted = desired.objects[key]
        if found is not None:
            yield _both(key, wanted, found, pools.get(key), strict=strict)
        elif not live.covers(key):
            yield ObjectDrift(key=key, state=State.NOT_CHECKED, file=wanted.file)
        elif not (elsewhere and key.group == ARGO):
            yield _absent(key, wanted)


def _runs_elsewhere(desired: Desired, live: Live) -> bool:
    """Whether Argo CD seems to run in another cluster: none of the Applications of git is in this one."""
    return not any(key.group == ARGO and key in live.objects for key in desired.objects)


def _absent(key: ResourceKey, wanted: Wanted) -> ObjectDrift:
    finding = object_finding(key, catalogue.OBJECT_MISSING, effect_of_absence(key), None)
    return ObjectDrift(
        key=key,
        state=State.MISSING,
        file=wanted.file,
        differences=(finding,),
        desired=masked_manifest(key, normalised(key, wanted.manifest)),
    )


def _both(
    key: ResourceKey,
    wanted: Wanted,
    found: Manifest,
    address: Difference | None,
    *,
    strict: bool,
    partial: bool = False,
) -> ObjectDrift:
    try:
        return _compared(key, wanted, found, address, strict=strict, partial=partial)
    except RecursionError:
        return ObjectDrift(key=key, state=State.NOT_CHECKED, file=wanted.file)


def _compared(
    key: ResourceKey, wanted: Wanted, found: Manifest, address: Difference | None, *, strict: bool, partial: bool
) -> ObjectDrift:
    if text(found, "metadata", "deletionTimestamp"):
        state, differences = State.TERMINATING, [_terminating(key, found)]
    else:
        differences = field_findings(key, wanted.manifest, found, strict=strict, partial=partial)
        if address is not None and differences:
            differences = in_order([*differences, address])
        state = _state(differences)
    return ObjectDrift(
        key=key,
        state=state,
        file=wanted.file,
        differences=tuple(differences),
        uid=text(found, "metadata", "uid"),
        resource_version=text(found, "metadata", "resourceVersion"),
        desired=masked_manifest(key, normalised(key, wanted.manifest)) if differences else None,
        live=masked_manifest(key, normalised(key, found)) if differences else None,
    )


def _state(differences: Sequence[Difference]) -> State:
    """Info never makes drift."""
    return State.DRIFTED if any(one.severity is not Severity.INFO for one in differences) else State.IN_STEP


def _terminating(key: ResourceKey, found: Manifest) -> Difference:
    absence = effect_of_absence(key)
    soon = f"Soon: {absence.text}" if absence.text else ""
    effect = Effect(catalogue.TERMINATING.severity, Traffic.POSSIBLE if soon else Traffic.NONE, soon)
    return object_finding(key, catalogue.TERMINATING, effect, found)


def _others(name: str, desired: Desired, live: Live, cluster: Cluster | None, *, strict: bool) -> Iterator[ObjectDrift]:
    for found in surplus(desired, live, name if cluster else ""):
        manifest = live.objects[found.key]
        effect = found.effect
        if strict and effect.severity is Severity.INFO:
            effect = effect._replace(severity=Severity.WARNING)
        yield ObjectDrift(
            key=found.key,
            state=found.state,
            differences=(object_finding(found.key, found.rule, effect, manifest),),
            uid=text(manifest, "metadata", "uid"),
            resource_version=text(manifest, "metadata", "resourceVersion"),
            live=_shown(found.key, manifest),
        )


def _as_a_whole(name: str, live: Live, cluster: Cluster | None, reported: NodeDrift) -> Iterator[ObjectDrift]:
    """What concerns the cluster and none of its objects."""
    versions = version_findings(cluster, live.versions) if cluster else ()
    if differences := (*versions, *reported.of_cluster):
        yield ObjectDrift(key=cluster_key(name), state=_state(differences), differences=differences)


def _shown(key: ResourceKey, manifest: Manifest) -> Manifest | None:
    try:
        return masked_manifest(key, normalised(key, manifest))
    except RecursionError:
        return None  # too deep to be looked through for secrets, so it is not shown


def _ignored(one: ObjectDrift, ignoring: Ignores) -> ObjectDrift:
    standing, ignored = ignoring.divided(one.key, one.differences)
    if not ignored:
        return one
    state = one.state if standing and one.state is not State.DRIFTED else _state(standing)
    return dataclasses.replace(one, state=state, differences=standing, ignored=ignored)


def _untold(objects: Sequence[ObjectDrift], live: Live) -> Iterator[NotChecked]:
    """What could not be compared, unless whoever read the cluster said so already."""
    for one in objects:
        if one.state is not State.NOT_CHECKED:
            continue
        if one.key in live.objects:
            yield NotChecked(str(one.key), "it is nested too deeply to be compared")
        elif not live.not_checked:
            yield NotChecked(str(one.key), "nothing that was read tells whether it is there")


def _notes(desired: Desired, live: Live) -> Iterator[str]:
    both = [live.objects[key] for key in desired.objects if key in live.objects]
    if both and (
        not live.managed_fields or not any(inside(manifest, "metadata", "managedFields") for manifest in both)
    ):
        yield _NO_RECORD
    lost = sorted(key for key in desired.objects if key.group == ARGO and key not in live.objects and live.covers(key))
    if lost and _runs_elsewhere(desired, live):
        yield f"{len(lost)} Argo CD Applications of git are not in this cluster: Argo CD seems to run in another one"
