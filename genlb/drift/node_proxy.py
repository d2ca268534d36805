"""kube-proxy on the nodes: what git wants of the process, and what to say where it did not answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genlb.drift.embedded import PROXY_FILE, PROXY_KEY, parsed
from genlb.drift.model import Desired, NotChecked
from genlb.drift.node_findings import named
from genlb.drift.reads import NAMESPACE
from genlb.network.node_report import Tally, VipState, proxy_settings
from genlb.spec.model import KubeProxy, ManagedBy, Ownership, ProxyMode

_CURE = f"kubectl -n {NAMESPACE} logs ds/genlb-vip"


def wanted_settings(desired: Desired, kube_proxy: KubeProxy) -> dict[str, str]:
    """The settings that git sets and a restart would bring: of its whole file where git has that, else of the spec."""
    if kube_proxy.ownership is Ownership.NONE:
        return {}
    file = desired.objects.get(PROXY_KEY)
    settings = proxy_settings(_spoken_about(kube_proxy) if file is None else _config(file.manifest))
    if kube_proxy.mode is ProxyMode.IPVS:
        return settings
    return {name: value for name, value in settings.items() if not name.startswith("ipvs.")}


def is_somebody_elses(kube_proxy: KubeProxy) -> bool:
    """Whether nobody is missed where no kube-proxy answers: the spec leaves it alone, or there need not be one."""
    return kube_proxy.ownership is Ownership.NONE or kube_proxy.managed_by is ManagedBy.NONE


def unanswered(states: Mapping[str, VipState], settings: Mapping[str, str]) -> Iterator[NotChecked]:
    """What was not compared with git, since kube-proxy did not say it to its own node."""
    silent = sorted(name for name, state in states.items() if state.proxy_mode is None)
    vague = sorted(name for name, state in states.items() if state.proxy_mode is not None and not state.proxy_config)
    if silent:
        yield NotChecked(f"kube-proxy's mode on {_nodes(silent)}", "it did not answer on its own node", _CURE)
    if vague and settings:
        yield NotChecked(f"kube-proxy's settings on {_nodes(vague)}", "it told its mode only", _CURE)


def _nodes(names: list[str]) -> str:
    return f"Node {names[0]}" if len(names) == 1 else f"{len(names)} nodes ({named(Tally.of(names))})"


def _spoken_about(kube_proxy: KubeProxy) -> dict[str, Any]:
    scheduler = {} if kube_proxy.ipvs.scheduler is None else {"scheduler": kube_proxy.ipvs.scheduler}
    return {"ipvs": {"strictARP": kube_proxy.strict_arp, **scheduler}}


def _config(config_map: Mapping[str, Any]) -> dict[str, Any]:
    data = config_map.get("data")
    return parsed(data.get(PROXY_FILE) if isinstance(data, dict) else None)[0] or {}
