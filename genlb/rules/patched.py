"""Rules about what patches take away. A patch is told apart by what it writes; nothing is rendered here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genlb.rules.catalogue import WARNING, Finding, View, rule
from genlb.spec.model import Patch

NO_REEXPORT = "genlb-no-reexport"
"""The BGPFilter of every external peer, by the name that it is rendered with."""

CONFIG_HASH = "genlb.io/config-hash"
"""The annotation of a daemon's pods that restarts them when their configuration changes."""

KEEPING = {
    "argocd.argoproj.io/sync-options": "Prune=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}
"""The annotations that keep an object when git drops it, and what they must hold for that."""

_KEPT_KINDS = frozenset({"BGPConfiguration", "Namespace"})
_KEPT_NAME = "kube-proxy"

PROTECTION = rule(
    "GLB611",
    WARNING,
    "A patch takes a protection away",
    why="Without the filter, nodes re-announce each other's routes and Services with externalTrafficPolicy: Local lose"
    " connections. Without the annotations, a deleted file deletes the BGPConfiguration or kube-proxy's ConfigMap with"
    " it; without its hash, a daemon goes on with its old configuration.",
    fix="Patch what is meant and keep the rest: a merge patch replaces whole lists and texts.",
    research="W-REMOTEPEERS-FILTER",
)


@PROTECTION.check
def protections(view: View) -> Iterator[Finding]:
    """The filter of external peers, the annotations that keep objects, the hash of the daemons' configuration."""
    external = {peer.name for peer in view.decisions.peers if peer.external} if view.spec.patches else set()
    for index, patch in enumerate(view.spec.patches):
        for lost in _lost(patch, external):
            yield Finding(view.at("patches", index), f"the patch of {patch.kind} {patch.name} takes away {lost}")


def is_kept(kind: str, name: str) -> bool:
    """Whether an object outlives its file in git, by the annotations of the engine."""
    return kind in _KEPT_KINDS or name == _KEPT_NAME


def _lost(patch: Patch, external: set[str]) -> Iterator[str]:
    if patch.kind == "BGPPeer" and patch.name in external and _drops_filter(patch.merge):
        yield f"the filter {NO_REEXPORT}"
    if patch.kind == "BGPFilter" and patch.name == NO_REEXPORT and _drops_rejections(patch.merge):
        yield "rules that reject what other nodes announced"
    if is_kept(patch.kind, patch.name):
        annotations = _under(patch.merge, "metadata", "annotations")
        for key, wanted in KEEPING.items():
            if _overwrites(annotations, key) and wanted not in str(_value(annotations, key)):
                yield f"{key}: {wanted}"
    if patch.kind == "DaemonSet" and patch.name.startswith("genlb-"):
        annotations = _under(patch.merge, "spec", "template", "metadata", "annotations")
        if _overwrites(annotations, CONFIG_HASH):
            yield f"the hash of its configuration ({CONFIG_HASH})"


_ABSENT = object()


def _under(merge: Any, *path: str) -> Any:
    """What a merge patch writes at ``path``: None where it removes all of it, ``_ABSENT`` where it says nothing."""
    for step in path:
        if not isinstance(merge, Mapping):
            return None
        if step not in merge:
            return _ABSENT
        merge = merge[step]
    return merge


def _overwrites(annotations: Any, key: str) -> bool:
    return annotations is not _ABSENT and (not isinstance(annotations, Mapping) or key in annotations)


def _value(annotations: Any, key: str) -> Any:
    return annotations.get(key) if isinstance(annotations, Mapping) else None


def _drops_filter(merge: Any) -> bool:
    filters = _under(merge, "spec", "filters")
    return filters is not _ABSENT and not (isinstance(filters, (list, tuple)) and NO_REEXPORT in filters)


def _drops_rejections(merge: Any) -> bool:
    return any(
        rules is not _ABSENT and not (isinstance(rules, (list, tuple)) and any(map(_rejects, rules)))
        for rules in (_under(merge, "spec", export) for export in ("exportV4", "exportV6"))
    )


def _rejects(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("action") == "Reject" and item.get("source") == "RemotePeers"
