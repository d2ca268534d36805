"""The Namespace of both daemons, their ConfigMaps and their Leases."""

from __future__ import annotations

from genlb.manifest import Manifest
from genlb.render.context import NAMESPACE, Context
from genlb.render.daemon_set import daemons

# Host networking, host paths and added capabilities: what the daemons are there for is what the milder levels refuse.
_POD_SECURITY = {
    "pod-security.kubernetes.io/enforce": "privileged",
    "pod-security.kubernetes.io/audit": "privileged",
    "pod-security.kubernetes.io/warn": "privileged",
}


def namespaces(context: Context) -> list[Manifest]:
    """``genlb-system``, as long as a daemon runs there, be it only to clean up."""
    if not daemons(context):
        return []
    labels = context.labels("namespace") | _POD_SECURITY
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}]
