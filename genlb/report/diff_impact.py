"""What a change does to the network, for machines."""

from __future__ import annotations

from typing import Any

from genlb.network.impact_model import Impact
from genlb.network.impact_words import sentences


def impact_data(impact: Impact) -> dict[str, Any]:
    """Plain data; addresses and ranges as text, each topic a list in the order in which it is told."""
    return {
        "sentences": [{"topic": one.topic.value, "text": one.text, "hurts": one.hurts} for one in sentences(impact)],
        "sessions": [
            {
                "change": one.fate.value,
                "peer": one.peer,
                "router": one.router,
                "rack": one.rack,
                "address": one.address,
                "causes": list(one.causes),
            }
            for one in impact.sessions
        ],
        "prefixes": [
            {
                "change": one.fate.value,
                "prefix": str(one.prefix),
                "addressesOf": one.addresses_of,
                "routers": list(one.routers),
                "coveredBy": [str(prefix) for prefix in one.covered_by],
                "detail": one.detail,
            }
            for one in impact.prefixes
        ],
        "pools": [
            {
                "change": one.fate.value,
                "pool": one.pool,
                "ranges": [str(block) for block in one.ranges],
                "addresses": one.addresses,
                "taker": one.taker,
                "readdresses": one.readdresses,
            }
            for one in impact.pools
        ],
        "rollOuts": [
            {
                "change": one.fate.value,
                "namespace": one.namespace,
                "daemonSet": one.name,
                "causes": list(one.causes),
                "nodesAtOnce": one.at_once,
            }
            for one in impact.roll_outs
        ],
        "kubeProxy": _proxy(impact),
        "ownership": [{"pool": one.pool, "reason": one.reason} for one in impact.ownership],
        "sysctls": [{"path": one.path, "before": one.before, "after": one.after} for one in impact.sysctls],
    }


def _proxy(impact: Impact) -> dict[str, Any] | None:
    proxy = impact.proxy
    if proxy is None:
        return None
    return {
        "modeBefore": proxy.mode[0] if proxy.mode else None,
        "modeAfter": proxy.mode[1] if proxy.mode else None,
        "details": list(proxy.details),
        "restart": proxy.restart.value if proxy.restart else None,
    }
