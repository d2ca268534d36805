"""What is announced: the listed CIDRs against the pools, routes of single addresses, communities."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Related, Span
from genlb.network.cover import Cover
from genlb.network.overlap import claim
from genlb.network.versions import Feature, supports
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.places import Place, blocks, load_balancer_cidrs
from genlb.rules.words import first_few
from genlb.spec.model import Announce, Bind, DaemonState, Dataplane, LoadBalancerIPs, ProxyMode, Switch
from genlb.spec.values import Network

COVERAGE = rule(
    "GLB203",
    ERROR,
    "Pools and advertised CIDRs do not match",
    why="A pool outside every advertised CIDR hands out VIPs that no router learns; an advertised CIDR outside every"
    " pool attracts traffic to addresses that no Service has.",
    fix="Use loadBalancerIPs: FromPools, or make loadBalancerCIDRs cover exactly the BGP pools.",
    research="generator_ux GLB203, CA001, CA002, E-POOL-NOT-COVERED",
)


@COVERAGE.check
def cidrs_beside_from_pools(view: View) -> Iterator[Finding]:
    """A list that would be ignored."""
    advertise = view.spec.bgp.advertise
    if advertise.load_balancer_ips is LoadBalancerIPs.FROM_POOLS and advertise.load_balancer_cidrs:
        yield Finding(
            view.at("bgp", "advertise", "loadBalancerCIDRs"),
            "advertise.loadBalancerCIDRs is set beside loadBalancerIPs: FromPools, which takes the pools' CIDRs",
            "remove loadBalancerCIDRs, or say loadBalancerIPs: Explicit",
        )


@COVERAGE.check
def uncovered_pools(view: View) -> Iterator[Finding]:
    """Addresses of BGP pools that the listed CIDRs leave out."""
    if view.spec.bgp.advertise.load_balancer_ips is not LoadBalancerIPs.EXPLICIT:
        return
    listed = Cover(view.spec.bgp.advertise.load_balancer_cidrs)
    for place in _announced_blocks(view):
        if gaps := listed.gaps(place.item):
            missing = first_few([network for gap in gaps for network in gap.networks()])
            part = "" if gaps == (place.item,) else f": {first_few(gaps)} of it"
            yield Finding(
                view.at(*place.path),
                f"{place} lies in no CIDR of loadBalancerCIDRs{part}",
                f"add {missing} to loadBalancerCIDRs, or say loadBalancerIPs: FromPools",
            )


@COVERAGE.check
def cidrs_beyond_pools(view: View) -> Iterator[Finding]:
    """Listed CIDRs without any address of a BGP pool, and (a warning) those larger than their pools."""
    if view.spec.bgp.advertise.load_balancer_ips is not LoadBalancerIPs.EXPLICIT:
        return
    pools = Cover(place.item for place in _announced_blocks(view))
    for place in load_balancer_cidrs(view.spec):
        gaps = pools.gaps(place.item)
        if gaps and claim(gaps[0], "", place) == place.claimed_by(""):
            yield Finding(
                view.at(*place.path),
                f"{place.item} is advertised, but no BGP pool has an address in it",
                f"remove {place.item} from loadBalancerCIDRs, or add the pool that it is for",
            )
        elif gaps:
            yield Finding(
                view.at(*place.path),
                f"{place.item} is advertised, but a part of it is in no BGP pool: {first_few(gaps)}",
                "advertise what the pools have, no more",
                severity=WARNING,
            )


def _announced_blocks(view: View) -> Iterator[Place]:
    pools = view.decisions.pools
    return (place for place in blocks(view.spec) if pools[int(place.path[1])].announce is Announce.BGP)


CLUSTER_IPS = rule(
    "GLB315",
    WARNING,
    "A route for every ClusterIP",
    why="With aggregation Disabled Calico announces each ClusterIP of each Service with endpoints by a /32 of its own,"
    " beside the service CIDR: thousands of routes that nobody asked for, and a change of them with every rollout.",
    fix="Set advertise.clusterIPs: Disabled, or aggregation: Enabled.",
    research="W-AGGR-CLUSTERIP",
)


@CLUSTER_IPS.check
def a_route_for_every_cluster_ip(view: View) -> Iterator[Finding]:
    """Both switches together."""
    advertise = view.spec.bgp.advertise
    if _routes_are_single(view) and advertise.cluster_ips is Switch.ENABLED:
        place = view.at("bgp", "advertise", "clusterIPs")
        yield Finding(place, "aggregation is Disabled and clusterIPs is Enabled: each ClusterIP becomes a route")


def _routes_are_single(view: View) -> bool:
    """Whether Calico announces single addresses; a release without the field (GLB701) aggregates."""
    disabled = view.spec.bgp.advertise.aggregation is Switch.DISABLED
    return disabled and supports(view.spec.versions, Feature.AGGREGATION)


BLACKHOLE = rule(
    "GLB316",
    WARNING,
    "Nodes cannot reach the VIPs that they announce",
    why="For each single address that Calico announces it puts a blackhole route into the kernel of the node. Packets"
    " from outside and from pods are translated before they meet it; a process of the host itself (kubelet, a registry"
    ' mirror) gets "Invalid argument" unless the VIP is local on the node.',
    fix="Let the binder make VIPs local (vipBinder.state: Enabled, routed.bind: Auto), or announce aggregates only.",
    research="CA006, W-BLACKHOLE-HOST",
)


@BLACKHOLE.check
def blackholes_without_a_binder(view: View) -> Iterator[Finding]:
    """Single routes, no ipvs (which holds every VIP itself), no BPF (which translates before the route), no binder."""
    spec, decisions = view.spec, view.decisions
    binder = spec.vip_binder
    binds = binder.state is DaemonState.ENABLED and decisions.bind is Bind.ANY_IP
    if binds or spec.kube_proxy.mode is ProxyMode.IPVS or decisions.dataplane is Dataplane.BPF:
        return
    if _routes_are_single(view) and decisions.advertised:
        place, what = view.at("bgp", "advertise", "aggregation"), "aggregation is Disabled"
    elif single := next((one for one in decisions.advertised if one.prefixlen == one.max_prefixlen), None):
        place, what = _place_of(view, single), f"{single} is a single address"
    else:
        return
    enabled = binder.state is DaemonState.ENABLED
    who = f"vipBinder.routed.bind is {decisions.bind.value}" if enabled else f"vipBinder.state is {binder.state.value}"
    cause = view.at("vipBinder", "routed", "bind") if enabled else view.at("vipBinder", "state")
    yield Finding(place, f"{what}, and {who}: nothing makes the VIPs local", related=(Related(cause, who),))


def _place_of(view: View, single: Network) -> Span:
    """Where the list entry or the pool's block stands that becomes this route."""
    explicit = view.spec.bgp.advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT
    places = load_balancer_cidrs(view.spec) if explicit else _announced_blocks(view)
    return next(view.at(*place.path) for place in places if Cover([place.item]).holds(single))
