"""Which object is meant: group, kind, namespace and name. The API version is not part of an identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

Manifest: TypeAlias = dict[str, Any]
"""One Kubernetes object as plain data, in the key order in which it is written."""


class ResourceKey(NamedTuple):
    """The identity of an object, stable across API versions."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


def key_of(manifest: Mapping[str, Any]) -> ResourceKey:
    """The identity of ``manifest``; a core kind has the empty group, a cluster-scoped one the empty namespace."""
    group, _, _ = manifest["apiVersion"].rpartition("/")
    metadata = manifest["metadata"]
    return ResourceKey(group, manifest["kind"], metadata.get("namespace", ""), metadata["name"])
