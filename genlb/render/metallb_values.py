"""Helm values with which MetalLB's chart installs its controller alone; Calico does the announcing."""

from __future__ import annotations

from typing import Any

from genlb.network.versions import Feature, supports
from genlb.render.context import Context


def metallb_values(context: Context) -> dict[str, Any]:
    """The values that differ from the chart's own, and no more: everything else stays the user's choice."""
    values: dict[str, Any] = {"speaker": {"enabled": False}}
    if supports(context.cluster.spec.versions, Feature.FRR_K8S_DEFAULT):
        # It would hold TCP port 179 on every node, which Calico's BIRD needs.
        values["frrk8s"] = {"enabled": False}
    return values
