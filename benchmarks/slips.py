"""Mistakes that people make, by the invariant that they are about: what the aimed half of the mutants is made of.

A slip writes one thing below ``spec``. Whether it breaks its invariant depends on the rest of the plan (strictARP may
be off where the sysctl daemon holds arp_ignore), which is for the independent judge to say.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, TypeAlias

Spec: TypeAlias = dict[str, Any]
Step: TypeAlias = str | int
Values: TypeAlias = Callable[[Spec], tuple[Any, ...]]

GONE = object()
"""In place of a value: the field is taken out."""

ANY = "*"
"""In a path: one of the entries of a list."""


class Slip(NamedTuple):
    """``path`` below ``spec``, ``ANY`` for some entry of a list, and what may be written there."""

    path: tuple[Step, ...]
    values: Values

    def make(self, spec: Spec, random: Random) -> str | None:
        """Make the mistake; the path where, or None where there is no such place. Maps on the way are made."""
        parent: Any = spec
        told: list[str] = []
        for step in self.path[:-1]:
            at = _entry(parent, step, random)
            if at is None:
                return None
            parent = parent.setdefault(at, {}) if isinstance(parent, dict) else parent[at]
            told.append(str(at))
        at = _entry(parent, self.path[-1], random)
        value = random.choice(self.values(spec))
        if at is None or (value is GONE and at not in parent):
            return None
        if value is GONE:
            del parent[at]
        else:
            parent[at] = copy.deepcopy(value)
        return ".".join([*told, str(at)])


def _entry(parent: Any, step: Step, random: Random) -> Step | None:
    """The key or index that ``step`` means in ``parent``; None where there is none."""
    if isinstance(parent, dict):
        return None if step is ANY else step
    if not isinstance(parent, list):
        return None
    index = random.randrange(len(parent)) if step is ANY and parent else step
    return index if isinstance(index, int) and index < len(parent) else None


def _slip(path: str, *values: Any) -> Slip:
    """``path`` with dots between its steps; numbers are indices."""
    return Slip(_steps(path), lambda _: values)


def _from(path: str, values: Callable[[Spec], list[Any]]) -> Slip:
    """As `_slip`, with values that the plan itself has; where it has none, the field goes."""
    return Slip(_steps(path), lambda spec: tuple(values(spec)) or (GONE,))


def _steps(path: str) -> tuple[Step, ...]:
    return tuple(int(step) if step.isdigit() else ANY if step == ANY else step for step in path.split("."))


def _pool_addresses(spec: Spec) -> list[Any]:
    return [[address] for pool in spec["pools"] for address in pool["addresses"]]


def _router_addresses(spec: Spec) -> list[Any]:
    return [router["addresses"] for rack in spec["bgp"]["racks"] for router in rack["routers"]]


def _vips_of_routers(spec: Spec) -> list[Any]:
    every = [address for addresses in _router_addresses(spec) for address in addresses]
    return [[f"{address}/{128 if ':' in address else 32}"] for address in every]


def _names_of(section: str) -> Callable[[Spec], list[Any]]:
    return lambda spec: [entry["name"] for entry in spec.get(section) or spec["bgp"].get(section, [])]


def _router_names(spec: Spec) -> list[Any]:
    return [router["name"] for rack in spec["bgp"]["racks"] for router in rack["routers"]]


def _fewer_routers(spec: Spec) -> list[Any]:
    return [rack["routers"][:1] for rack in spec["bgp"]["racks"]]


def _routers_of_one_family(spec: Spec) -> list[Any]:
    return [
        [
            {**router, "addresses": router["addresses"][side : side + 1] or router["addresses"]}
            for router in rack["routers"]
        ]
        for rack in spec["bgp"]["racks"]
        for side in (0, 1)
    ]


def _node_as_numbers(spec: Spec) -> list[Any]:
    return [rack["nodeASNumber"] for rack in spec["bgp"]["racks"] if "nodeASNumber" in rack]


def _fewer_advertised(spec: Spec) -> list[Any]:
    listed = spec["bgp"].get("advertise", {}).get("loadBalancerCIDRs", [])
    return [listed[:place] + listed[place + 1 :] for place in range(len(listed))]


_ROUTER = "bgp.racks.*.routers.*"
_PEER_PATCH = {"kind": "BGPPeer", "name": "genlb-r0-tor-a-v4"}
_VIP = "agents.resources.vip"

SLIPS: dict[str, tuple[Slip, ...]] = {
    "no address is in two pools, or twice in one": (
        _from("pools.*.addresses", _pool_addresses),
        _slip("pools.*.addresses", ["10.208.0.0/24", "10.208.0.128-10.208.1.3"], ["fd00:10:208::/64"]),
    ),
    "no VIP is a pod's, a Service's or a router's address": (
        _from("pools.*.addresses", _vips_of_routers),
        _slip("pools.*.addresses.0", "10.96.7.0/24", "10.244.7.0/24", "fd00:10:96::/120", "fd00:10:244::/64"),
        _slip("network.serviceCIDRs.0", "10.208.0.0/16", "10.128.0.0/9"),
    ),
    "no VIP is a special-purpose address": (
        _slip("pools.*.addresses.0", "127.0.0.0/24", "224.1.0.0/24", "169.254.7.0/24", "0.0.0.0/24", "240.0.0.1/32"),
        _slip("pools.*.addresses.0", "fe80::/64", "ff02::1:0/112", "::1/128"),
    ),
    "pods, Services and nodes keep apart": (
        _slip("network.podCIDRs.0", "10.96.0.0/12", "10.20.0.0/16", "10.0.0.0/8", "fd00:10::/32"),
        _slip("network.serviceCIDRs.0", "10.244.64.0/18", "10.20.0.0/24", "fd00:10:244::/108"),
        _slip("network.nodeCIDRs.0", "10.244.0.0/24", "10.96.3.0/24", "fd00:10:244::/64"),
    ),
    "every BGP VIP is advertised, and nothing else": (
        _from("bgp.advertise.loadBalancerCIDRs", _fewer_advertised),
        _slip("bgp.advertise", {"loadBalancerIPs": "Explicit", "loadBalancerCIDRs": ["10.208.0.0/24"]}),
        _slip("bgp.advertise", {"loadBalancerIPs": "Explicit", "loadBalancerCIDRs": ["10.200.0.0/13", "192.0.2.0/24"]}),
        _slip("bgp.advertise", {"loadBalancerCIDRs": ["10.208.0.0/24"]}),
    ),
    "an on-link pool is answered for, a routed one routed": (
        _slip("pools.*.announce", "BGP", "L2"),
        _slip("vipBinder.state", "Disabled"),
        _slip("vipBinder.l2", {}, {"interfaces": []}),
        _slip("pools.*.addresses.0", "10.20.0.128-10.20.20.3", "10.20.0.0/19"),
        _slip("network.nodeCIDRs.0", "10.20.0.0/27", "fd00:20:0::/120", "10.208.0.0/25"),
    ),
    "nodes reach their routers": (
        _slip(f"{_ROUTER}.addresses.0", "10.99.0.1", "fd00:99::1"),
        _slip(f"{_ROUTER}.reachableBy", "10.99.0.1", "fd00:99::1", "10.20.0.1", GONE),
        _slip("network.nodeCIDRs.0", "10.21.0.0/24", "fd00:21::/64"),
    ),
    "every rack has a session of each announced family": (
        _from("bgp.racks.*.routers", _routers_of_one_family),
        _slip("bgp.racks.*.routers", []),
        _slip("bgp.racks", []),
    ),
    "every rack has more than one router": (_from("bgp.racks.*.routers", _fewer_routers),),
    "an address is one router's, one of each family": (
        _from(f"{_ROUTER}.addresses", _router_addresses),
        _slip(f"{_ROUTER}.addresses", ["10.20.0.2", "10.20.0.3"], ["fd00:20:0::2", "fd00:20:0::3"]),
    ),
    "no rack drops another one's routes": (
        _from("bgp.racks.*.nodeASNumber", _node_as_numbers),
        _slip("bgp.racks.*.nodeASNumber", GONE, 64600),
        _slip("bgp.racks.*.numAllowedLocalASNumbers", GONE, 0),
        _slip("bgp.nodeToNodeMesh", "Disabled"),
    ),
    "AS numbers are usable": (
        _slip("bgp.asNumber", 23456, 65535, 4294967295, 2**31),
        _slip("bgp.racks.*.nodeASNumber", 23456, 65535, 2**31),
        _slip(f"{_ROUTER}.asNumber", 23456, 65535, 4294967295, 2**31),
    ),
    "communities are defined, fit and are carried": (
        _slip("pools.*.communities", ["nowhere"], ["public"], ["public", "blue"]),
        _slip("bgp.communities", [{"name": "public", "value": "65001:65536"}], [], GONE),
        _slip("bgp.communities.*.value", "65536:1", "65001:1:4294967296"),
        _slip("pools.*.announce", "L2"),
    ),
    "a pool has the families it says, or the cluster's": (
        _slip("pools.*.families", ["IPv4"], ["IPv6"], ["IPv4", "IPv6"], GONE),
        _slip("pools.*.addresses", ["10.208.77.0/24"], ["fd00:10:208:77::/112"]),
    ),
    "names are unique": (
        _from("pools.*.name", _names_of("pools")),
        _from("bgp.racks.*.name", _names_of("racks")),
        _from(f"{_ROUTER}.name", _router_names),
        _from("bgp.communities.*.name", _names_of("communities")),
    ),
    "a pool has a usable address": (
        _slip("pools.*.addresses.0", "10.208.77.0/32", "10.208.77.255-10.208.78.0", "10.208.77.255/32"),
        _from("pools.*.avoidBuggyIPs", lambda _: [True]),
    ),
    "MetalLB takes the allocation": (
        _slip("pools.*.allocateTo.namespaces", ["web", "web"], ["a", "b", "a"]),
        _slip("pools.*.allocateTo.serviceSelectors", [{"matchLabels": {"a": "b"}}, {"matchLabels": {"a": "b"}}]),
        _slip(
            "pools.*.allocateTo.namespaceSelectors",
            [{"matchExpressions": [{"key": "env", "operator": "In"}]}],
            [{"matchExpressions": [{"key": "env", "operator": "Exists", "values": ["a"]}]}],
            [{"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["a", "a"]}]}],
        ),
    ),
    "kube-proxy starts, on the backend that Calico uses": (
        _slip("kubeProxy.mode", "ipvs", "iptables", "nftables"),
        _slip("bgp.dataplane", "Iptables", "Nftables"),
        _slip("versions.kubernetes", "1.30", "1.40", "1.42", "1.43"),
    ),
    "one node answers ARP for a VIP": (
        _slip("kubeProxy.strictARP", GONE),
        _slip("kubeProxy.mode", "ipvs"),
        _slip("sysctls.state", "Disabled", "Cleanup"),
        _slip("pools.*.announce", "L2"),
    ),
    "Calico knows the field": (
        _slip("versions.calico", "3.29.7", "3.30.7"),
        _slip("bgp.advertise.aggregation", "Disabled"),
        _slip("bgp.racks.*.nodeASNumber", 64601, 64699),
    ),
    "rp_filter is off where it should be": (
        _slip("sysctls.rpFilter", "Disabled"),
        _slip("sysctls.interfaces", [], GONE),
        _slip("vipBinder.l2", GONE),
    ),
    "nodes learn each other's routes": (
        _slip("bgp.nodeToNodeMesh", "Disabled"),
        _slip("bgp.racks.*.routers", []),
        _slip("bgp.racks", [], GONE),
    ),
    "what other fields ask for is there": (
        _slip("gitops.repoURL", GONE),
        _slip("gitops.engine", "ArgoCD", "Flux"),
        _slip("gitops.flux", {}, GONE),
        _slip("bgp.rackLabel", GONE),
        _slip("agents.image", GONE, {"repository": "registry.example.com/genlb/genlb"}),
        _slip("agents.image.digest", GONE),
    ),
    "Kubernetes takes the tolerations": (
        _slip("agents.tolerations", [{}], [{"operator": "Equal", "value": "lb"}], [{"effect": "NoSchedule"}]),
        _slip("agents.tolerations", [{"operator": "Exists"}, {"key": "a", "operator": "Exists", "value": "b"}]),
        _slip("agents.tolerations", [{"key": "a", "value": "b c"}], [{"key": "a", "value": "-b"}]),
        _slip("agents.tolerations.*.value", "lb", "l b"),
        _slip("agents.tolerations.*.operator", "Exists", "Equal", GONE),
        _slip("agents.tolerations.*.effect", "NoSchedule", GONE),
        _slip("agents.tolerations.*.tolerationSeconds", 60),
    ),
    "Kubernetes takes the resources": (
        _slip(f"{_VIP}.requests", {"cpu": "2", "memory": "1Gi"}, {"memory": "97Mi"}, {"memory": "0.1G"}, {"gpu": "1"}),
        _slip(f"{_VIP}.limits", {"cpu": "1m"}, {"memory": "1Mi"}, {"memory": "96m"}, {"memory": "48M"}, {"pods": "1"}),
        _slip("agents.resources.sysctl", {"requests": {"cpu": "0.5"}, "limits": {"cpu": "499m"}}),
        _slip(
            "agents.resources.sysctl", {"limits": {"example.com/nic": "1.5"}}, {"requests": {"example.com/nic": "1"}}
        ),
        _slip("agents.resources.sysctl.limits", {"hugepages-2Mi": "2Mi"}, {"memory": "1.5"}),
    ),
    "a patch meets its object, which keeps its protections": (
        _slip("patches.*.name", "default", "genlb-r9-tor-a-v4", "genlb"),
        _slip("patches.*.kind", "BGPFilter", "BGPConfiguration", "Deployment"),
        _slip(
            "patches.*.merge", {"spec": {"filters": []}}, {"spec": {"filters": None}}, {"spec": {"filters": ["mine"]}}
        ),
        _slip("patches.*.merge", {"metadata": {"name": "other"}}, {"kind": "Secret"}, {"metadata": None}),
        _slip("patches.*.merge", {"spec": {"ttlSecurty": 1}}, {"spec": {"asNumber": "64600"}}, {"spec": None}),
        _slip("patches", [{"kind": "BGPFilter", "name": "genlb-no-reexport", "merge": {"spec": {"exportV4": []}}}]),
        _slip(
            "patches", [{"kind": "BGPConfiguration", "name": "other", "merge": {"spec": {"logSeverityScreen": "Info"}}}]
        ),
        _slip("patches", [{**_PEER_PATCH, "merge": {"spec": {"filters": []}}}]),
    ),
}
"""At least one for each of `benchmarks.invariants.INVARIANTS`."""
