"""Which objects belong to which unit, in the order in which they are applied. A new kind of output is a new row."""

from __future__ import annotations

from collections.abc import Callable

from genlb.manifest import Manifest
from genlb.render.bgp_configuration import bgp_configurations
from genlb.render.bgp_filter import bgp_filters
from genlb.render.bgp_peer import bgp_peers
from genlb.render.context import Context, Unit
from genlb.render.ip_address_pool import ip_address_pools
from genlb.render.kube_proxy import kube_proxy_config_maps, kube_proxy_daemon_sets
from genlb.render.namespace import namespaces
from genlb.render.rbac import cluster_role_bindings, cluster_roles, role_bindings, roles, service_accounts
from genlb.render.sysctl import sysctl_config_maps, sysctl_daemon_sets
from genlb.render.vip import vip_config_maps, vip_daemon_sets

_PRODUCERS: dict[Unit, tuple[Callable[[Context], list[Manifest]], ...]] = {
    Unit.NODE: (
        namespaces,
        service_accounts,
        cluster_roles,
        cluster_role_bindings,
        roles,
        role_bindings,
        sysctl_config_maps,
        sysctl_daemon_sets,
        kube_proxy_config_maps,
        kube_proxy_daemon_sets,
        vip_config_maps,
        vip_daemon_sets,
    ),
    Unit.ROUTING: (ip_address_pools, bgp_filters, bgp_peers),
    Unit.ADVERTISE: (bgp_configurations,),
}


def produce(unit: Unit, context: Context) -> list[Manifest]:
    """The objects of ``unit``, as yet without anything of a GitOps engine."""
    return [manifest for producer in _PRODUCERS[unit] for manifest in producer(context)]
