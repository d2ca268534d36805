"""IPAddressPool: the addresses that MetalLB's controller hands out."""

from __future__ import annotations

from typing import Any

from genlb.manifest import Manifest
from genlb.render.context import Context
from genlb.spec.model import Allocation, LabelSelector, Pool


def ip_address_pools(context: Context) -> list[Manifest]:
    """One object for each pool, in the spec's order."""
    spec = context.cluster.spec
    return [
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {
                "name": pool.name,
                "namespace": spec.namespaces.metallb,
                "labels": context.labels("routing"),
            },
            "spec": _spec(pool),
        }
        for pool in spec.pools
    ]


def _spec(pool: Pool) -> dict[str, Any]:
    spec: dict[str, Any] = {
        # In the spec's order: MetalLB hands addresses out in it.
        "addresses": [str(block) for block in pool.addresses],
        "autoAssign": pool.auto_assign,
        "avoidBuggyIPs": pool.avoid_buggy_ips,
    }
    if pool.allocate_to is not None:
        spec["serviceAllocation"] = _service_allocation(pool.allocate_to)
    return spec


def _service_allocation(allocation: Allocation) -> dict[str, Any]:
    fields = {
        "priority": allocation.priority,
        "namespaces": list(allocation.namespaces) or None,
        "namespaceSelectors": [_selector(item) for item in allocation.namespace_selectors] or None,
        "serviceSelectors": [_selector(item) for item in allocation.service_selectors] or None,
    }
    return {field: value for field, value in fields.items() if value is not None}


def _selector(selector: LabelSelector) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if selector.match_labels:
        fields["matchLabels"] = dict(sorted(selector.match_labels.items()))
    if selector.match_expressions:
        fields["matchExpressions"] = [
            {"key": item.key, "operator": item.operator.value} | ({"values": list(item.values)} if item.values else {})
            for item in selector.match_expressions
        ]
    return fields
