"""Whether a DaemonSet's pod belongs on a node: its selector and its tolerations, as Kubernetes judges them."""

from __future__ import annotations

from typing import Any

from genlb.manifest import Manifest

_KEEPS_OFF = frozenset({"NoSchedule", "NoExecute"})

_ALWAYS_TOLERATED = frozenset(
    {
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/network-unavailable", "NoSchedule"),
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    }
)
"""Taints that Kubernetes lets every pod of a DaemonSet tolerate that is in the host's network, as ours are."""


def reached(pod: Manifest, node: Manifest) -> bool | None:
    """Whether the pod runs on the node; None where that depends on an affinity, which is not judged here."""
    labels = _mapping(_mapping(node.get("metadata")).get("labels"))
    if any(labels.get(key) != value for key, value in _mapping(pod.get("nodeSelector")).items()):
        return False
    tolerations = _items(pod.get("tolerations"))
    taints = [one for one in _items(_mapping(node.get("spec")).get("taints")) if one.get("effect") in _KEEPS_OFF]
    if not all(_is_tolerated(taint, tolerations) for taint in taints):
        return False
    return None if _mapping(pod.get("affinity")).get("nodeAffinity") else True


def _is_tolerated(taint: Manifest, tolerations: list[Manifest]) -> bool:
    if (taint.get("key"), taint.get("effect")) in _ALWAYS_TOLERATED:
        return True
    return any(_tolerates(one, taint) for one in tolerations)


def _tolerates(toleration: Manifest, taint: Manifest) -> bool:
    key, effect = toleration.get("key"), toleration.get("effect")
    if effect and effect != taint.get("effect"):
        return False
    if toleration.get("operator") == "Exists":
        return not key or key == taint.get("key")
    return key == taint.get("key") and (toleration.get("value") or "") == (taint.get("value") or "")


def _mapping(value: Any) -> Manifest:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Manifest]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
