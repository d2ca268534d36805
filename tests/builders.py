"""Clusters for tests, built without YAML: a small one, DESIGN's complete one, and either with changes.

Changes are keywords named as in ``genlb.spec.model``; a dict changes fields inside a section instead of replacing it::

    a_cluster(kube_proxy={"mode": ProxyMode.IPVS}, pools=(a_pool("public", "10.208.1.0/24"),))
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

from genlb.manifest import Manifest
from genlb.network import decide
from genlb.render.context import Context
from genlb.spec import model
from genlb.spec.values import Address, AddressBlock, Duration, Network, Version

_Section = TypeVar("_Section")


def a_cluster(name: str = "fra1-prod", *, labels: Mapping[str, str] | None = None, **changes: Any) -> model.Cluster:
    """The smallest useful IPv4 cluster: iptables, no routers, one routed pool ``public``; everything else default."""
    spec = model.Spec(
        versions=versions(),
        network=model.ClusterNetwork(
            pod_cidrs=networks("10.244.0.0/16"),
            service_cidrs=networks("10.96.0.0/16"),
            node_cidrs=networks("10.20.1.0/24"),
        ),
        bgp=model.Bgp(as_number=64600),
        pools=(a_pool("public", "10.208.1.0/24"),),
        kube_proxy=model.KubeProxy(mode=model.ProxyMode.IPTABLES),
        agents=model.Agents(image=model.Image(repository="registry.example.com/genlb/genlb", tag="v0.1.0")),
    )
    return _cluster(name, labels or {}, changed(spec, changes))


def a_full_cluster(name: str = "fra1-prod", **changes: Any) -> model.Cluster:
    """The design's complete example: dual-stack, ipvs, two racks with two ToRs each, pools ``public`` and ``dns``."""
    spec = model.Spec(
        versions=versions(),
        routing_domain="fra-dc1",
        access=model.Access(context="fra1-prod", uid="3f1c7a52-8f0e-4b7e-9a53-1de0a5f9b7c1"),
        network=model.ClusterNetwork(
            pod_cidrs=networks("10.244.0.0/16", "fd00:10:244::/56"),
            service_cidrs=networks("10.96.0.0/16", "fd00:10:96::/112"),
            node_cidrs=networks("10.20.1.0/24", "10.20.2.0/24", "fd00:20:1::/64", "fd00:20:2::/64"),
        ),
        bgp=_full_bgp(),
        pools=_full_pools(),
        kube_proxy=model.KubeProxy(
            mode=model.ProxyMode.IPVS,
            strict_arp=True,
            ownership=model.Ownership.MERGE,
            ipvs=model.Ipvs(scheduler="rr"),
            base_config="kube-proxy.base.yaml",
            restart=model.Restart.ANNOTATE,
        ),
        agents=model.Agents(
            image=model.Image(repository="registry.example.com/genlb/genlb", tag="v0.1.0", digest="sha256:" + "0" * 64)
        ),
        sysctls=model.Sysctls(interfaces=("bond0",), persist=True, extra={"net.ipv4.fib_multipath_hash_policy": "1"}),
        vip_binder=model.VipBinder(l2=model.L2(interfaces=("bond0",))),
        gitops=_full_gitops(),
    )
    return _cluster(name, {"env": "prod", "region": "eu-central"}, changed(spec, changes))


def a_pool(name: str, *addresses: str, **changes: Any) -> model.Pool:
    """A pool of these CIDRs and ranges."""
    return model.Pool(name=name, addresses=tuple(AddressBlock.parse(text) for text in addresses), **changes)


def a_rack(name: str, *routers: model.Router, **changes: Any) -> model.Rack:
    """A rack with these routers."""
    return model.Rack(name=name, routers=routers, **changes)


def a_router(name: str, as_number: int, *addresses: str, **changes: Any) -> model.Router:
    """A router with one address, or one of each family."""
    return model.Router(name=name, as_number=as_number, addresses=_addresses(*addresses), **changes)


def networks(*texts: str) -> tuple[Network, ...]:
    """These CIDRs."""
    return tuple(ip_network(text) for text in texts)


def versions(kubernetes: str = "1.35", calico: str = "3.32.1", metallb: str = "0.16.1") -> model.Versions:
    """These releases; by default those of the design's example."""
    return model.Versions(
        kubernetes=Version.parse(kubernetes), calico=Version.parse(calico), metallb=Version.parse(metallb)
    )


def changed(section: _Section, changes: Mapping[str, Any]) -> _Section:
    """``section`` with ``changes``; a dict for a field that holds a section goes into that section."""
    fields = {
        name: changed(getattr(section, name), value)
        if isinstance(value, dict) and dataclasses.is_dataclass(getattr(section, name))
        else value
        for name, value in changes.items()
    }
    return dataclasses.replace(section, **fields)  # type: ignore[type-var]  # a dataclass by construction


def a_context(
    cluster: model.Cluster | None = None,
    *,
    base_config: Mapping[str, Any] | None = None,
    template: Callable[[str], Manifest] | None = None,
) -> Context:
    """``cluster`` on its way to manifests. Without ``template``, asking for a skeleton is an error."""
    cluster = cluster or a_cluster()
    return Context(
        cluster=cluster,
        decisions=decide(cluster),
        base_config=base_config,
        template=template or _no_template,
        folder=f"clusters/{cluster.name}",
    )


def _cluster(name: str, labels: Mapping[str, str], spec: model.Spec) -> model.Cluster:
    return model.Cluster(metadata=model.Metadata(name=name, labels=labels), spec=spec)


def _full_bgp() -> model.Bgp:
    return model.Bgp(
        as_number=64600,
        node_to_node_mesh=model.Switch.DISABLED,
        dataplane=model.Dataplane.IPTABLES,
        rack_label="topology.genlb.io/rack",
        racks=(
            a_rack(
                "r1",
                a_router("r1-tor-a", 65101, "10.20.1.2", "fd00:20:1::2"),
                a_router("r1-tor-b", 65101, "10.20.1.3", "fd00:20:1::3"),
                node_as_number=64601,
            ),
            a_rack(
                "r2",
                a_router("r2-tor-a", 65102, "10.20.2.2", "fd00:20:2::2"),
                a_router("r2-tor-b", 65102, "10.20.2.3", "fd00:20:2::3"),
                node_as_number=64602,
            ),
        ),
        password=model.SecretKey(secret_name="bgp-secrets", key="tor-password"),  # noqa: S106  # a reference
        max_restart_time=Duration.parse("2m0s"),
        communities=(model.Community(name="public", value="65001:100"),),
    )


def _full_pools() -> tuple[model.Pool, ...]:
    return (
        a_pool(
            "public",
            "10.208.1.0/24",
            "fd00:10:208:1::/112",
            auto_assign=False,
            avoid_buggy_ips=True,
            communities=("public",),
        ),
        a_pool(
            "dns",
            "10.208.3.0/28",
            "10.208.3.32-10.208.3.39",
            families=(model.Family.IPV4,),
            allocate_to=model.Allocation(priority=10, namespaces=("dns-system",)),
        ),
    )


def _full_gitops() -> model.Gitops:
    return model.Gitops(
        engine=model.Engine.ARGO_CD,
        repo_url="https://git.example.com/platform/lb.git",
        target_revision="main",
        destination=model.Destination(name="fra1-prod"),
    )


def _addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(ip_address(text) for text in texts)


def _no_template(name: str) -> Manifest:
    raise LookupError(f"this test gave no template {name}")
