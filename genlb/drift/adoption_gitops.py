"""The objects of Argo CD or Flux that apply what genlb rendered, as ``gitops`` of a spec."""

from __future__ import annotations

import re
from typing import Any

from genlb.drift.adoption_sight import Gap, Note, Part, Sight
from genlb.drift.kinds import ARGO, CALICO, FLUX
from genlb.drift.within import mapping, maps, text
from genlb.manifest import Manifest

_SOURCES = "source.toolkit.fluxcd.io"
_UNIT, _CLUSTER = "genlb.io/unit", "genlb.io/cluster"
_CREDENTIALS = re.compile("://[^/]*@")
_MARKS = {"argocd.argoproj.io/sync-wave": "Argo CD", "kustomize.toolkit.fluxcd.io/prune": "Flux"}


def adopt_gitops(sight: Sight, *, name: str, folder: str) -> Part:
    """How the cluster ``name`` is applied today, if by something that is there to be seen."""
    application = _of_unit(sight, ARGO, "Application", name)
    if application:
        return _without_credentials(_argo(application, name, folder))
    kustomization = _of_unit(sight, FLUX, "Kustomization", name)
    if kustomization:
        return _without_credentials(_flux(sight, kustomization, folder))
    annotations = mapping(sight.one(CALICO, "BGPConfiguration", "default"), "metadata", "annotations")
    for mark, engine in _MARKS.items():
        if mark in annotations:
            told = f"{engine} applies this cluster, and its objects are not among what was read"
            return Part({}, (Note(Gap.UNKNOWN, "gitops", told),))
    return Part({})


def _without_credentials(gitops: dict[str, Any]) -> Part:
    """A URL may hold a token, which has no place in a repository."""
    url = gitops.get("repoURL", "")
    bare = _CREDENTIALS.sub("://", url)
    if bare == url:
        return Part({"gitops": gitops})
    told = "the credentials in it are left out: give them to the engine by a Secret, and change them"
    return Part({"gitops": gitops | {"repoURL": bare}}, (Note(Gap.OUTSIDE, "gitops.repoURL", told),))


def _of_unit(sight: Sight, group: str, kind: str, name: str) -> Manifest:
    """The object that applies the first unit that there is."""
    for manifest in sight.all(group, kind):
        labels = mapping(manifest, "metadata", "labels")
        if labels.get(_CLUSTER) == name and labels.get(_UNIT) in ("node", "routing"):
            return manifest
    return {}


def _argo(application: Manifest, name: str, folder: str) -> dict[str, Any]:
    spec = mapping(application, "spec")
    source, destination = mapping(spec, "source"), mapping(spec, "destination")
    named = {key: text(destination, key) for key in ("name", "server") if text(destination, key)}
    return {
        "engine": "ArgoCD",
        "repoURL": text(source, "repoURL"),
        "targetRevision": text(source, "targetRevision") or "HEAD",
        "path": _prefix(text(source, "path"), folder),
        "destination": {} if named == {"name": name} else named,
        "argocd": {
            "namespace": text(application, "metadata", "namespace"),
            "project": text(spec, "project") or "default",
        },
    }


def _flux(sight: Sight, kustomization: Manifest, folder: str) -> dict[str, Any]:
    spec = mapping(kustomization, "spec")
    namespace = text(kustomization, "metadata", "namespace")
    ref = {key: text(spec, "sourceRef", key) for key in ("kind", "name", "namespace") if text(spec, "sourceRef", key)}
    gitops: dict[str, Any] = {"engine": "Flux", "path": _prefix(text(spec, "path").removeprefix("./"), folder)}
    repository = sight.one(_SOURCES, "GitRepository", ref.get("name", ""), namespace)
    flux: dict[str, Any] = {"namespace": namespace}
    if repository and mapping(repository, "metadata", "labels").get("app.kubernetes.io/managed-by") == "genlb":
        gitops["repoURL"] = text(repository, "spec", "url")
        known = mapping(repository, "spec", "ref")
        gitops["targetRevision"] = text(known, "branch") or text(known, "commit") or text(known, "name") or "HEAD"
    else:
        flux["sourceRef"] = ref
    waits = [{"name": text(item, "name")} for item in maps(spec, "dependsOn") if text(item, "name")]
    return gitops | {"flux": flux | ({"dependsOn": waits} if waits else {})}


def _prefix(path: str, folder: str) -> str:
    """The place of this repository inside the one that is applied."""
    head, found, _ = path.partition(f"{folder}/rendered")
    return head.strip("/") if found else ""
