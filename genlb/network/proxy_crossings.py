"""What kube-proxy refuses in a KubeProxyConfiguration because of two fields at once.

Each check takes a field that has the wrong type for one that was not said: the other message is the better one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from genlb.network.base_config import (
    CLUSTER_CIDR,
    INTERFACE_NAME_PREFIX,
    NODE_PORT_KEYWORDS,
    BaseConfig,
    detect_local_mode,
)
from genlb.network.proxy_values import parse_proxy_duration, parse_proxy_network
from genlb.spec.model import ProxyMode
from genlb.yamltext.node import Node

BRIDGE_INTERFACE = "BridgeInterface"
LOCAL_MODES = (CLUSTER_CIDR, "NodeCIDR", BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX)

_SECOND = 1_000_000_000
_SYNC_PERIOD = 30 * _SECOND
_MIN_SYNC_PERIOD = {ProxyMode.IPTABLES: _SECOND, ProxyMode.IPVS: 0, ProxyMode.NFTABLES: _SECOND}
_NAMES = {BRIDGE_INTERFACE: "bridgeInterface", INTERFACE_NAME_PREFIX: "interfaceNamePrefix"}
_FAMILIES = 2


class Refused(NamedTuple):
    """A value on which kube-proxy exits: where, what it wants there, and what is there (None for nothing)."""

    path: tuple[str | int, ...]
    wants: str
    node: Node | None = None


def crossings(base: BaseConfig, mode: ProxyMode) -> Iterator[Refused]:
    """Everything that a kube-proxy in ``mode`` refuses because fields do not fit together."""
    yield from _periods(base, mode)
    yield from _names_of_interfaces(base)
    yield from _cluster_cidr(base)
    yield from _keywords_twice(base)
    yield from _levels_of_files(base)


def _periods(base: BaseConfig, mode: ProxyMode) -> Iterator[Refused]:
    section = mode.value
    sync = _duration(base.get(section, "syncPeriod")) or _SYNC_PERIOD
    shortest = _duration(base.get(section, "minSyncPeriod")) or _MIN_SYNC_PERIOD[mode]
    if sync < 0:
        yield Refused((section, "syncPeriod"), "a duration of more than 0s")
    elif shortest < 0:
        yield Refused((section, "minSyncPeriod"), "a duration of at least 0s")
    elif shortest > sync:
        said = base.get(section, "syncPeriod")
        period = said if _duration(said) else "30s, the default"
        if _duration(base.get(section, "minSyncPeriod")):
            yield Refused((section, "minSyncPeriod"), f"at most {section}.syncPeriod, which is {period}")
        else:
            yield Refused((section, "syncPeriod"), f"at least {section}.minSyncPeriod, which is 1s by default")


def _names_of_interfaces(base: BaseConfig) -> Iterator[Refused]:
    mode = detect_local_mode(base)
    name = _NAMES.get(mode)
    if name and not base.get("detectLocal", name):
        yield Refused(("detectLocal", name), f"a name, since detectLocalMode is {mode}")


def _cluster_cidr(base: BaseConfig) -> Iterator[Refused]:
    text = base.get("clusterCIDR")
    if not isinstance(text, str) or not text or detect_local_mode(base) != CLUSTER_CIDR:
        return
    try:
        versions = [parse_proxy_network(part).version for part in text.split(",")]
    except ValueError:
        versions = []
    if not versions or len(versions) > _FAMILIES or len(set(versions)) < len(versions):
        yield Refused(("clusterCIDR",), "one CIDR, or one of each family with a comma and no blank between them")


def _keywords_twice(base: BaseConfig) -> Iterator[Refused]:
    listed: Any = base.get("nodePortAddresses")
    seen: set[str] = set()
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, str) and item in NODE_PORT_KEYWORDS:
            if item in seen:
                yield Refused(("nodePortAddresses", index), "each keyword once")
            seen.add(item)


def _levels_of_files(base: BaseConfig) -> Iterator[Refused]:
    if base.get("logging", "vmodule") and base.get("logging", "format") == "json":
        yield Refused(("logging", "vmodule"), "logging.format: text")


def _duration(value: object) -> int:
    """Nanoseconds; 0 for a value that says nothing, which is also how kube-proxy asks for its default."""
    try:
        return parse_proxy_duration(value) if isinstance(value, str) else 0
    except ValueError:
        return 0
