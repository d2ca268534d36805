"""What every render function is given, and the metadata that all of our objects share."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from genlb.manifest import Manifest
from genlb.network.decisions import Decisions
from genlb.spec.model import Cluster

NAMESPACE = "genlb-system"
"""Where both daemons, their Leases and their ConfigMaps live."""


class Unit(enum.Enum):
    """A folder that GitOps applies as one; applied in this order, withdrawn in the reverse one."""

    NODE = "node"
    ROUTING = "routing"
    ADVERTISE = "advertise"


class Context(NamedTuple):
    """One cluster on its way to manifests. ``template`` returns a fresh copy of a skeleton in ``templates/``.

    ``base_config`` is the parsed KubeProxyConfiguration that ``kubeProxy.baseConfig`` names; ``folder`` is the
    cluster's folder relative to the repository root, with ``/``.
    """

    cluster: Cluster
    decisions: Decisions
    base_config: Mapping[str, Any] | None
    template: Callable[[str], Manifest]
    folder: str

    def labels(self, component: str) -> dict[str, str]:
        """Labels of an object of ours. ``app.kubernetes.io/instance`` is absent: Argo CD tracks by it."""
        return {
            "app.kubernetes.io/name": "genlb",
            "app.kubernetes.io/component": component,
            "app.kubernetes.io/part-of": "genlb",
            "app.kubernetes.io/managed-by": "genlb",
            "genlb.io/cluster": self.cluster.name,
        }
