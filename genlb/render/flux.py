"""One Flux Kustomization per unit, each waiting for the one before; a GitRepository when the user named none."""

from __future__ import annotations

import re
from typing import Any

from genlb.manifest import Manifest
from genlb.render.context import Context, Unit
from genlb.render.gitops import Units, filled, labels, repository_path
from genlb.spec.model import Gitops

SOURCE_NAME = "genlb"
_COMMIT = r"[0-9a-f]{40}"


def git_repositories(context: Context) -> list[Manifest]:
    """The source of the Kustomizations, unless ``flux.sourceRef`` names one that exists."""
    gitops = context.cluster.spec.gitops
    if gitops.flux.source_ref or not gitops.repo_url:
        return []
    spec: dict[str, Any] = {"interval": "5m0s", "url": gitops.repo_url}
    if ref := _reference(gitops.target_revision):
        spec["ref"] = ref
    return [
        {
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepository",
            "metadata": {
                "name": SOURCE_NAME,
                "namespace": gitops.flux.namespace,
                "labels": context.labels("gitops"),
            },
            "spec": spec,
        }
    ]


def kustomizations(context: Context, units: Units) -> list[Manifest]:
    """The Kustomizations of the units that hold objects, in apply order."""
    out: list[Manifest] = []
    waits_for = [item.name for item in context.cluster.spec.gitops.flux.depends_on]
    for unit in filled(units):
        out.append(_kustomization(context, unit, waits_for))
        waits_for = [_name(unit)]
    return out


def _kustomization(context: Context, unit: Unit, waits_for: list[str]) -> Manifest:
    gitops = context.cluster.spec.gitops
    depends_on = {"dependsOn": [{"name": name} for name in waits_for]} if waits_for else {}
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": _name(unit), "namespace": gitops.flux.namespace, "labels": labels(context, unit)},
        "spec": {
            "interval": "1h0m0s",
            "retryInterval": "2m0s",
            "timeout": "3m0s",
            **depends_on,
            "sourceRef": _source_ref(gitops),
            "path": f"./{repository_path(context, unit)}",
            "prune": True,
            # Deleting the Kustomization must not withdraw routes.
            "deletionPolicy": "Orphan",
            # One dead node would hold every later unit back.
            "wait": False,
            "force": False,
        },
    }


def _name(unit: Unit) -> str:
    return f"genlb-{unit.value}"


def _source_ref(gitops: Gitops) -> dict[str, str]:
    ref = gitops.flux.source_ref
    if ref is None:
        return {"kind": "GitRepository", "name": SOURCE_NAME}
    out = {"kind": ref.kind.value, "name": ref.name}
    return {**out, "namespace": ref.namespace} if ref.namespace else out


def _reference(revision: str) -> dict[str, str]:
    """Flux's words for a revision. It has none for HEAD and reads ``master`` then; a tag is ``refs/tags/<tag>``."""
    if revision == "HEAD":
        return {}
    if re.fullmatch(_COMMIT, revision):
        return {"commit": revision}
    return {"name" if revision.startswith("refs/") else "branch": revision}
