"""Which value of a spec made a field of a rendered object: for whoever mends a difference there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from genlb.drift.cluster_rules import cluster_key
from genlb.drift.embedded import PROXY_KEY
from genlb.drift.kinds import CALICO, METALLB
from genlb.drift.path import Item, Member, Path
from genlb.manifest import ResourceKey
from genlb.network.decisions import Decisions
from genlb.spec.model import Cluster, LoadBalancerIPs, Patch

SpecPath: TypeAlias = tuple[str | int, ...]
"""From ``spec`` down, as ``("pools", 0, "addresses")``."""

_CONFIGURATION: Mapping[object, SpecPath] = {
    "asNumber": ("bgp", "asNumber"),
    "communities": ("bgp", "communities"),
    "nodeMeshMaxRestartTime": ("bgp", "maxRestartTime"),
    "nodeMeshPassword": ("bgp", "password"),
    "nodeToNodeMeshEnabled": ("bgp", "nodeToNodeMesh"),
    "prefixAdvertisements": ("bgp", "communities"),
    "serviceClusterIPs": ("bgp", "advertise", "clusterIPs"),
    "serviceExternalIPs": ("bgp", "advertise", "externalCIDRs"),
    "serviceLoadBalancerAggregation": ("bgp", "advertise", "aggregation"),
}
_OF_ALL_PEERS: Mapping[object, SpecPath] = {
    "maxRestartTime": ("bgp", "maxRestartTime"),
    "password": ("bgp", "password"),
}
_OF_RACK: Mapping[object, SpecPath] = {
    "localASNumber": ("nodeASNumber",),
    "nodeSelector": ("name",),
    "numAllowedLocalASNumbers": ("numAllowedLocalASNumbers",),
}
_OF_ROUTER: Mapping[object, SpecPath] = {
    "asNumber": ("asNumber",),
    "peerIP": ("addresses",),
    "reachableBy": ("reachableBy",),
}
_OF_POOL: Mapping[object, SpecPath] = {
    "addresses": ("addresses",),
    "autoAssign": ("autoAssign",),
    "avoidBuggyIPs": ("avoidBuggyIPs",),
    "serviceAllocation": ("allocateTo",),
}
_PROXY: Mapping[Path, SpecPath] = {
    ("ipvs", "scheduler"): ("kubeProxy", "ipvs", "scheduler"),
    ("ipvs", "strictARP"): ("kubeProxy", "strictARP"),
    ("mode",): ("kubeProxy", "mode"),
}


class _Spec(NamedTuple):
    cluster: Cluster
    decisions: Decisions


def origin_of(
    key: ResourceKey, path: Path, embedded: Path, *, cluster: Cluster, decisions: Decisions
) -> SpecPath | None:
    """The value that made what stands at ``path``, or the whole object with none; None where no single value did."""
    if key == cluster_key(cluster.name):
        return tuple(step for step in path[1:] if isinstance(step, str)) or None
    for index, patch in enumerate(cluster.spec.patches):
        if _is_patched(patch, key, path):
            return ("patches", index)
    if key == PROXY_KEY:
        return _PROXY.get(embedded, ("kubeProxy", "baseConfig")) if embedded else None
    find = _FINDERS.get((key.group, key.kind))
    if find is None or path[:1] not in {(), ("spec",)}:
        return None
    return find(key.name, path[1:] or ("",), _Spec(cluster, decisions))


def _is_patched(patch: Patch, key: ResourceKey, path: Path) -> bool:
    """Whether the patch says something at ``path``, or around it."""
    if (patch.kind, patch.name) != (key.kind, key.name) or patch.namespace not in {None, key.namespace}:
        return False
    said: Any = patch.merge
    for step in path:
        if not isinstance(said, Mapping):
            return True
        if step not in said:
            return False
        said = said[step]
    return bool(path)


def _of_configuration(_: str, path: Path, spec: _Spec) -> SpecPath | None:
    if path[0] != "serviceLoadBalancerIPs":
        return _CONFIGURATION.get(path[0])
    if spec.cluster.spec.bgp.advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT:
        return ("bgp", "advertise", "loadBalancerCIDRs")
    last = path[-1]
    if isinstance(last, Item):
        for index, pool in enumerate(spec.decisions.pools):
            if last.key[0][1] in {str(network) for network in pool.networks}:
                return ("pools", index, "addresses")
    return ("bgp", "advertise")


def _of_peer(name: str, path: Path, spec: _Spec) -> SpecPath | None:
    peer = next((peer for peer in spec.decisions.peers if peer.name == name), None)
    if peer is None:
        return None
    if path[0] in _OF_ALL_PEERS:
        return _OF_ALL_PEERS[path[0]]
    racks = spec.cluster.spec.bgp.racks
    rack: SpecPath = ("bgp", "racks", racks.index(peer.rack))
    if path[0] in _OF_RACK:
        return (*rack, *_OF_RACK[path[0]])
    return (*rack, "routers", peer.rack.routers.index(peer.router), *_OF_ROUTER.get(path[0], ()))


def _of_pool(name: str, path: Path, spec: _Spec) -> SpecPath | None:
    for index, pool in enumerate(spec.cluster.spec.pools):
        if pool.name == name:
            said: SpecPath = ("pools", index, *_OF_POOL.get(path[0], ()))
            written = [str(block) for block in pool.addresses]
            block = str(path[-1].value) if isinstance(path[-1], Member) else ""
            return (*said, written.index(block)) if said[-1] == "addresses" and block in written else said
    return None


_FINDERS: Mapping[tuple[str, str], Callable[[str, Path, _Spec], SpecPath | None]] = {
    (CALICO, "BGPConfiguration"): _of_configuration,
    (CALICO, "BGPPeer"): _of_peer,
    (METALLB, "IPAddressPool"): _of_pool,
}
