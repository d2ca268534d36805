"""API objects and agent.json for tests, as the API server and render write them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from genlb.agent.config import Announce, Pool, SysctlConfig, VipConfig, sysctl_config, vip_config
from genlb.agent.vip.node.marks import Marks
from genlb.agent.vip.services.facts import Facts, Node, Service, Slice
from genlb.agent.vip.services.pools import Pools
from genlb.agent.vip.services.reading import node_from, service_from, slice_from
from genlb.render.sysctl import sysctl_config as rendered_sysctl
from genlb.render.vip import vip_config as rendered_vip
from genlb.spec import model
from tests.builders import a_cluster, a_pool, networks
from tests.render.skeletons import a_node_context

BGP_POOL = Pool("public", Announce.BGP, networks("10.208.1.0/24", "fd00:10:208:1::/112"))
L2_POOL = Pool("local", Announce.L2, networks("10.20.1.192/28"))
POOLS = Pools((BGP_POOL, L2_POOL))


def agent_json(daemon: str = "vip", cluster: model.Cluster | None = None, **changes: Any) -> str:
    """The file that render writes for a cluster with a routed and an on-link pool; None takes a key away."""
    cluster = cluster or a_cluster(pools=(a_pool("public", "10.208.1.0/24"), a_pool("local", "10.20.1.192/28")))
    rendered = {"vip": rendered_vip, "sysctl": rendered_sysctl}[daemon](a_node_context(cluster))
    return json.dumps({key: value for key, value in {**rendered, **changes}.items() if value is not ...})


def a_vip_config(cluster: model.Cluster | None = None, **changes: Any) -> VipConfig:
    """What the binder reads in ``agent_json``."""
    return vip_config(agent_json("vip", cluster, **changes))


def a_sysctl_config(cluster: model.Cluster | None = None, **changes: Any) -> SysctlConfig:
    """What the sysctl daemon reads in ``agent_json``."""
    return sysctl_config(agent_json("sysctl", cluster, **changes))


def service_object(name: str, *ingress: Any, ports: Iterable[Any] = (80,), **spec: Any) -> dict[str, Any]:
    """A Service of type LoadBalancer; an ingress is an address, or the whole entry."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-{name}",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Cluster",
            "ports": [port if isinstance(port, dict) else {"port": port, "protocol": "TCP"} for port in ports],
            **spec,
        },
        "status": {
            "loadBalancer": {
                "ingress": [{"ip": entry, "ipMode": "VIP"} if isinstance(entry, str) else entry for entry in ingress]
            }
        },
    }


def slice_object(service: str, *nodes: str, name: str = "", **conditions: bool) -> dict[str, Any]:
    """An EndpointSlice of a Service in namespace ``shop``, with one endpoint on each of ``nodes``."""
    return {
        "metadata": {
            "name": name or f"{service}-x7k2p",
            "namespace": "shop",
            "labels": {"kubernetes.io/service-name": service},
        },
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": ["10.244.0.7"], "nodeName": node, "conditions": {"ready": True, **conditions}}
            for node in nodes
        ],
    }


def node_object(name: str, *addresses: str, ready: str = "True", **labels: str) -> dict[str, Any]:
    """A Node."""
    return {
        "metadata": {"name": name, "labels": {key.replace("__", "/"): value for key, value in labels.items()}},
        "status": {
            "addresses": [{"type": "InternalIP", "address": text} for text in addresses]
            + [{"type": "Hostname", "address": name}],
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def no_marks() -> Marks:
    """What a kernel that keeps marks itself never asks for: nothing could be written there."""
    return Marks("/proc/no-such-folder/vip-addresses.json", _refuse_to_hear)


def _refuse_to_hear(problem: str) -> None:
    raise AssertionError(problem)


def facts(
    services: Iterable[Any] = (),
    slices: Iterable[Any] = (),
    nodes: Iterable[Any] = (),
    *,
    reserved: Iterable[str] = (),
    lists: tuple[int, ...] = (),
) -> Facts:
    """What the daemon keeps of these objects, after ``lists`` complete lists of each kind."""
    kept: list[Service | None] = [service_from(item) for item in services]
    pieces: list[Slice | None] = [slice_from(item) for item in slices]
    machines: list[Node | None] = [node_from(item) for item in nodes]
    return Facts(
        services={service.key: service for service in kept if service},
        slices={str(index): piece for index, piece in enumerate(pieces) if piece},
        nodes={node.name: node for node in machines if node},
        reserved=frozenset(reserved),
        lists=lists,
    )
