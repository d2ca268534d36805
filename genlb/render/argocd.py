"""One Argo CD Application per unit. Deleting an Application withdraws nothing: there is no finalizer."""

from __future__ import annotations

from typing import Any

from genlb.manifest import Manifest
from genlb.render.context import NAMESPACE, Context, Unit
from genlb.render.engine import treatment
from genlb.render.gitops import Units, filled, labels, repository_path

# Works for an app of apps; pruning goes the other way round, so the unit that advertises is withdrawn first.
_WAVES = {Unit.NODE: "1", Unit.ROUTING: "2", Unit.ADVERTISE: "3"}


def applications(context: Context, units: Units) -> list[Manifest]:
    """The Applications of the units that hold objects, in apply order."""
    return [_application(context, unit, units) for unit in filled(units)]


def _application(context: Context, unit: Unit, units: Units) -> Manifest:
    gitops = context.cluster.spec.gitops
    server_side = any(treatment(item["kind"], item["metadata"]["name"]).server_side for item in units[unit])
    spec: dict[str, Any] = {
        "project": gitops.argocd.project,
        "destination": {**_destination(context), "namespace": NAMESPACE},
        "source": {
            "repoURL": gitops.repo_url,
            "targetRevision": gitops.target_revision,
            "path": repository_path(context, unit),
        },
        "syncPolicy": _sync_policy(server_side=server_side),
    }
    if unit is Unit.ROUTING:
        spec["ignoreDifferences"] = [{"group": "metallb.io", "kind": "IPAddressPool", "jsonPointers": ["/status"]}]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": f"genlb-{context.cluster.name}-{unit.value}",
            "namespace": gitops.argocd.namespace,
            "labels": {**labels(context, unit), "genlb.io/wave": _WAVES[unit]},
            "annotations": _annotations(unit, server_side=server_side),
        },
        "spec": spec,
    }


def _annotations(unit: Unit, *, server_side: bool) -> dict[str, str]:
    out = {}
    if unit is Unit.ROUTING:
        # Its dry-run asks MetalLB's webhook about each pool alone: an address that moves from one pool to another
        # would be refused for ever, since the pool that gives it away is compared, not applied.
        out["argocd.argoproj.io/compare-options"] = "ServerSideDiff=false"
    elif server_side:
        # Server-side apply alone would compare by a client-side merge, which Argo CD has given up.
        out["argocd.argoproj.io/compare-options"] = "ServerSideDiff=true"
    out["argocd.argoproj.io/manifest-generate-paths"] = "."
    out["argocd.argoproj.io/sync-wave"] = _WAVES[unit]
    return out


def _destination(context: Context) -> dict[str, str]:
    destination = context.cluster.spec.gitops.destination
    if destination.server and not destination.name:
        return {"server": destination.server}
    return {"name": destination.name or context.cluster.name}


def _sync_policy(*, server_side: bool) -> Manifest:
    options = ["ApplyOutOfSyncOnly=true", "FailOnSharedResource=true", "RespectIgnoreDifferences=true"]
    # No PruneLast=true for all: it would turn the order of pruning into the order of names.
    return {
        "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
        "retry": {
            "limit": 10,
            "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"},
            "refresh": True,
        },
        "syncOptions": [*options, "ServerSideApply=true"] if server_side else options,
    }
