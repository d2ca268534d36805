"""Texts inside ConfigMaps that are configurations themselves, and are compared by what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genlb.drift import scalars
from genlb.drift.shape import Order, Shape
from genlb.errors import InvalidInput
from genlb.manifest import ResourceKey
from genlb.yamltext.go import load

_NOTHING = Shape(default="0s", implied=True, canon=scalars.duration)
_POINTER = Shape(canon=scalars.duration, typed=False)
_CIDRS = Shape(each=Shape(canon=scalars.network), order=Order.BAG, closed=True)

_SECTION: Mapping[str, Shape] = {"minSyncPeriod": _NOTHING, "syncPeriod": _NOTHING}

PROXY_CONFIG = Shape(
    {
        "bindAddress": Shape(canon=scalars.address),
        "clusterCIDR": Shape(canon=scalars.networks),
        "configSyncPeriod": _NOTHING,
        "conntrack": Shape(
            {
                "tcpCloseWaitTimeout": _POINTER,
                "tcpEstablishedTimeout": _POINTER,
                "udpStreamTimeout": _NOTHING,
                "udpTimeout": _NOTHING,
            }
        ),
        "detectLocalMode": Shape(default="", implied=True, canon=scalars.local_mode),
        "iptables": Shape(_SECTION),
        "ipvs": Shape(
            {
                **_SECTION,
                "excludeCIDRs": _CIDRS,
                "scheduler": Shape(default="", implied=True, canon=scalars.scheduler),
                "tcpFinTimeout": _NOTHING,
                "tcpTimeout": _NOTHING,
                "udpTimeout": _NOTHING,
            }
        ),
        "mode": Shape(default="", implied=True, canon=scalars.proxy_mode),
        "nftables": Shape(_SECTION),
        "nodePortAddresses": _CIDRS,
    }
)
"""kube-proxy's own file: git sets some of it, kubeadm adds keys of its own with new releases."""

_AGENT_CONFIG = Shape(typed=False, closed=True)

_PROXY_MAP = ("", "ConfigMap", "kube-system", "kube-proxy")
PROXY_KEY = ResourceKey(*_PROXY_MAP)
PROXY_FILE = "config.conf"

TEXTS: Mapping[ResourceKey, Mapping[str, Shape]] = {
    PROXY_KEY: {PROXY_FILE: PROXY_CONFIG},
    ResourceKey("", "ConfigMap", "genlb-system", "genlb-sysctl"): {"agent.json": _AGENT_CONFIG},
    ResourceKey("", "ConfigMap", "genlb-system", "genlb-vip"): {"agent.json": _AGENT_CONFIG},
}
"""Which entries of ``data`` of which ConfigMap."""


def parsed(text: Any) -> tuple[dict[str, Any] | None, str]:
    """The map that ``text`` says, or None and why there is none."""
    if not isinstance(text, str):
        return None, "it is no text"
    try:
        data = load(text.encode("utf-8", "surrogatepass"), "text")
    except InvalidInput as error:
        first = error.diagnostics[0]
        return None, f"line {first.span.line}: {first.message}"
    except RecursionError:
        return None, "it is nested too deeply"
    return (data, "") if isinstance(data, dict) else (None, "it is no map")
