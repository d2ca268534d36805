"""kube-proxy's own configuration as it was captured from a cluster, with the place of every value.

What follows from it is asked here: which pods kube-proxy takes for local, on which addresses it opens NodePorts. A
value that kube-proxy would refuse is left out of those answers; ``genlb.network.proxy_fields`` tells about it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from genlb.errors import Span
from genlb.network.families import family_of
from genlb.spec.model import Family, ProxyMode
from genlb.spec.values import Network
from genlb.yamltext.node import MappingNode, Node, SequenceNode, plain

API_VERSION = "kubeproxy.config.k8s.io/v1alpha1"
KIND = "KubeProxyConfiguration"

CLUSTER_CIDR = "ClusterCIDR"
"""The default of ``detectLocalMode``: a pod is whoever has an address inside ``clusterCIDR``."""

INTERFACE_NAME_PREFIX = "InterfaceNamePrefix"

ALL_ADDRESSES = "all"
NODE_PORT_KEYWORDS = frozenset({"primary", "localhost", ALL_ADDRESSES})
"""What ``nodePortAddresses`` may hold besides CIDRs."""

_MODES = {mode.value: mode for mode in ProxyMode}


class CidrEntry(NamedTuple):
    """One CIDR of a list; ``number`` is its place in the list, from 0."""

    number: int
    network: Network


class BaseConfig:
    """The KubeProxyConfiguration that ``kubeProxy.baseConfig`` names; ``data`` holds it as plain data."""

    __slots__ = ("_root", "data", "file")

    def __init__(self, file: str, root: MappingNode) -> None:
        self.file = file
        self._root = root
        self.data: dict[str, Any] = plain(root)

    @property
    def root(self) -> MappingNode:
        """The whole file."""
        return self._root

    @property
    def is_proxy_config(self) -> bool:
        """Whether it says of itself what kube-proxy accepts; nothing else in it is worth judging otherwise."""
        return self.data.get("apiVersion") == API_VERSION and self.data.get("kind") == KIND

    def get(self, *path: str) -> Any:
        """The value at ``path``, None when it is not said."""
        value: Any = self.data
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def span(self, *path: str | int) -> Span:
        """Where the value at ``path`` stands; where it is absent, the key of the section that it belongs into."""
        node: Node = self._root
        place = Span.whole(self.file)
        for depth, step in enumerate(path, start=1):
            child = _child(node, step)
            if child is None:
                return place
            key = node.keys.get(step) if isinstance(node, MappingNode) and isinstance(step, str) else None
            place = child.span if depth == len(path) or key is None else key
            node = child
        return place

    def key(self, *path: str) -> Span:
        """Where the last key of ``path`` stands."""
        node: Node | None = self._root
        for step in path[:-1]:
            node = _child(node, step) if node else None
        if isinstance(node, MappingNode) and path[-1] in node.keys:
            return node.keys[path[-1]]
        return self.span(*path)


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, MappingNode) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def mode_of(base: BaseConfig) -> ProxyMode:
    """The mode that the configuration asks for; kube-proxy's default where it says nothing, or nothing usable."""
    return _MODES.get(str(base.get("mode")), ProxyMode.IPTABLES)


def has_gate(base: BaseConfig | None, name: str) -> bool:
    """Whether the configuration turns the feature gate ``name`` on. Beside a file, kube-proxy ignores the flag."""
    return base is not None and base.get("featureGates", name) is True


def detect_local_mode(base: BaseConfig) -> str:
    """How kube-proxy tells whether traffic comes from a pod of its own node's cluster."""
    return str(base.get("detectLocalMode") or CLUSTER_CIDR)


def cluster_cidrs(base: BaseConfig) -> tuple[Network, ...]:
    """The CIDRs of ``clusterCIDR`` that kube-proxy uses: the first of each family."""
    first: dict[int, Network] = {}
    for text in str(base.get("clusterCIDR") or "").split(","):
        network = _network(text)
        if network is not None:
            first.setdefault(network.version, network)
    return tuple(first.values())


def node_port_entries(base: BaseConfig) -> tuple[CidrEntry, ...]:
    """The CIDRs among ``nodePortAddresses``; keywords (``primary``) are none."""
    return _entries(base.get("nodePortAddresses"))


def excluded_entries(base: BaseConfig) -> tuple[CidrEntry, ...]:
    """The CIDRs whose IPVS virtual servers kube-proxy never removes."""
    return _entries(base.get("ipvs", "excludeCIDRs"))


def node_ports_everywhere(base: BaseConfig, family: Family) -> bool:
    """Whether an iptables kube-proxy serves NodePorts on every local address of ``family``.

    It does unless ``nodePortAddresses`` narrows that family down: by a keyword for the node's own addresses, or a CIDR.
    """
    listed = base.get("nodePortAddresses")
    if not isinstance(listed, list) or ALL_ADDRESSES in listed:
        return True
    networks = [entry.network for entry in node_port_entries(base) if family_of(entry.network) is family]
    if any(network.prefixlen == 0 for network in networks):
        return True
    return not networks and not NODE_PORT_KEYWORDS.intersection(map(str, listed))


def _entries(listed: object) -> tuple[CidrEntry, ...]:
    networks = map(_network, listed) if isinstance(listed, list) else ()
    return tuple(CidrEntry(number, network) for number, network in enumerate(networks) if network is not None)


def _network(text: object) -> Network | None:
    from genlb.network.proxy_values import parse_proxy_network  # a cluster without a captured file never pays for it

    try:
        return parse_proxy_network(text) if isinstance(text, str) else None
    except ValueError:
        return None
