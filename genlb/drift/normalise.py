"""An object without what the API server and its helpers keep of their own: no status, no bookkeeping, one spelling."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from genlb.drift.kinds import CALICO_STORED
from genlb.manifest import Manifest, ResourceKey

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_CALICO_METADATA = "projectcalico.org/metadata"

_OF_THE_SERVER = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generateName",
        "generation",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_NOTES = frozenset(
    {
        LAST_APPLIED,
        _CALICO_METADATA,
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/tracking-id",
        "autoscaling.alpha.kubernetes.io/conditions",
        "autoscaling.alpha.kubernetes.io/current-metrics",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation",
        "kapp.k14s.io/original",
        "kapp.k14s.io/original-diff-md5",
    }
)
_DROPPED = frozenset({"apiVersion", "kind", "metadata", "status"})


def normalised(key: ResourceKey, manifest: Manifest) -> Manifest:
    """A copy of ``manifest`` for comparison; nothing of the original is changed."""
    out = {name: value for name, value in manifest.items() if name not in _DROPPED}
    metadata = manifest.get("metadata")
    out["metadata"] = _metadata(manifest, metadata) if isinstance(metadata, dict) else {}
    if key.group == "" and key.kind == "Secret":
        _merge_texts(out)
    if key.kind == "ClusterRole" and out.get("aggregationRule"):
        out.pop("rules", None)  # a controller gathers them from other roles
    return out


def _metadata(manifest: Manifest, metadata: Mapping[str, Any]) -> dict[str, Any]:
    out = {name: value for name, value in metadata.items() if name not in _OF_THE_SERVER}
    annotations = out.get("annotations")
    if not isinstance(annotations, dict):
        return out
    if _CALICO_METADATA in annotations and str(manifest.get("apiVersion")).startswith(f"{CALICO_STORED}/"):
        out |= _of_calico(annotations[_CALICO_METADATA])
        annotations = out.get("annotations")
    if isinstance(annotations, dict) and not _NOTES.isdisjoint(annotations):
        out["annotations"] = {name: value for name, value in annotations.items() if name not in _NOTES}
    return out


def _of_calico(text: Any) -> dict[str, Any]:
    """Calico's API server keeps labels and annotations of its objects as JSON in one annotation of the stored one."""
    try:
        told = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: told[name] for name in ("labels", "annotations") if isinstance(told.get(name), dict)}


def _merge_texts(secret: dict[str, Any]) -> None:
    """``stringData`` is only ever written; what is read is ``data``."""
    texts = secret.pop("stringData", None)
    if isinstance(texts, dict) and texts:
        data = secret.get("data")
        secret["data"] = {**(data if isinstance(data, dict) else {}), **{k: _encoded(v) for k, v in texts.items()}}


def _encoded(value: Any) -> Any:
    return base64.b64encode(value.encode("utf-8", "surrogatepass")).decode() if isinstance(value, str) else value
