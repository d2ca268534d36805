"""Which CIDRs Calico announces."""

from __future__ import annotations

from collections.abc import Sequence

from genlb.network.decisions import PoolDecision
from genlb.spec.model import Advertise, Announce, LoadBalancerIPs, Spec, Switch
from genlb.spec.values import Network


def advertised(advertise: Advertise, pools: Sequence[PoolDecision]) -> tuple[Network, ...]:
    """The CIDRs of LoadBalancer VIPs (``serviceLoadBalancerIPs``): those of the BGP pools, or those the spec lists.

    An L2 pool's CIDR must stay out: announced, it would draw a piece of the node subnet away from its own rack.
    """
    if advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT:
        return tuple(dict.fromkeys(advertise.load_balancer_cidrs))
    networks = (network for pool in pools if pool.announce is Announce.BGP for network in pool.networks)
    return tuple(dict.fromkeys(networks))


def cluster_ips(spec: Spec) -> tuple[Network, ...]:
    """The CIDRs of ``serviceClusterIPs``; none unless the spec has ClusterIPs announced."""
    return spec.network.service_cidrs if spec.bgp.advertise.cluster_ips is Switch.ENABLED else ()


def service_networks(spec: Spec, vips: Sequence[Network]) -> tuple[Network, ...]:
    """Every CIDR inside which Calico announces Services: ``vips`` (the advertised CIDRs), external IPs, ClusterIPs."""
    return tuple(dict.fromkeys((*vips, *spec.bgp.advertise.external_cidrs, *cluster_ips(spec))))
