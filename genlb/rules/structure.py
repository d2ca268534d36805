"""Contradictions between fields: what makes a spec unrenderable although each value is fine by itself."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Span
from genlb.network.decisions import Reach
from genlb.network.families import families_of
from genlb.network.lease import lease_timing
from genlb.network.reach import touched
from genlb.network.sysctls import path_of
from genlb.network.versions import FACTS, Component, Feature, supports, window
from genlb.rules.catalogue import ERROR, INFO, Finding, View, rule
from genlb.rules.reading import NAME, UNUSED, WRONG_VALUE
from genlb.spec.model import (
    Announce,
    DaemonState,
    Engine,
    LoadBalancerIPs,
    ManagedBy,
    Ownership,
    RpFilter,
)

INT32_MAX = 2_147_483_647


@WRONG_VALUE.check
def what_other_fields_require(view: View) -> Iterator[Finding]:
    """Fields that are required because of what another one says."""
    spec = view.spec
    proxy, gitops, advertise = spec.kube_proxy, spec.gitops, spec.bgp.advertise
    daemons = (spec.sysctls.state, spec.vip_binder.state)
    image = spec.agents.image
    if image is None and any(state is not DaemonState.DISABLED for state in daemons):
        yield Finding(
            view.at("agents"),
            "agents.image is missing, and a daemon is not Disabled",
            "name the image once in _defaults.yaml: agents: {image: {repository: ghcr.io/genlb/genlb, tag: v0.1.0}}",
        )
    if image is not None and image.tag is None and image.digest is None:
        yield Finding(view.at("agents", "image"), "agents.image has neither a tag nor a digest", "add digest or tag")
    if proxy.ownership is Ownership.MERGE and proxy.base_config is None:
        yield Finding(
            view.at("kubeProxy", "ownership"),
            "kubeProxy.ownership is Merge, but kubeProxy.baseConfig names no captured config.conf to merge into",
            "add baseConfig: kube-proxy.base.yaml with the cluster's own config.conf, or use ownership: Observe",
        )
    if gitops.engine is Engine.ARGO_CD and gitops.repo_url is None:
        yield Finding(
            view.at("gitops", "engine"),
            "gitops.engine is ArgoCD, but gitops.repoURL does not say where the Applications find these files",
            "add repoURL: https://git.example.com/platform/lb.git",
        )
    if gitops.engine is Engine.FLUX and gitops.repo_url is None and gitops.flux.source_ref is None:
        yield Finding(
            view.at("gitops", "engine"),
            "gitops.engine is Flux, but neither gitops.flux.sourceRef nor gitops.repoURL names a source",
            "add flux: {sourceRef: {name: flux-system}}, or repoURL to have a GitRepository rendered",
        )
    if len(spec.bgp.racks) > 1 and spec.bgp.rack_label is None:
        yield Finding(
            view.at("bgp", "racks"),
            f"{len(spec.bgp.racks)} racks, but bgp.rackLabel does not say which node stands in which",
            "add bgp.rackLabel: topology.genlb.io/rack and put that label on every node",
        )
    if advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT and not advertise.load_balancer_cidrs:
        yield Finding(
            view.at("bgp", "advertise", "loadBalancerIPs"),
            "advertise.loadBalancerIPs is Explicit, but loadBalancerCIDRs is empty: no VIP would be announced",
            "list the CIDRs in advertise.loadBalancerCIDRs, or use FromPools",
        )


COVERAGE = rule(
    "GLB203",
    ERROR,
    "Pools and advertised CIDRs do not match",
    why="A pool outside every advertised CIDR hands out VIPs that no router learns; an advertised CIDR outside every"
    " pool attracts traffic to addresses that no Service has.",
    fix="Use loadBalancerIPs: FromPools, or make loadBalancerCIDRs cover exactly the BGP pools.",
    research="generator_ux GLB203, CA001, CA002",
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


FAMILIES = rule(
    "GLB212",
    ERROR,
    "A pool's families contradict its addresses or the cluster",
    why="Services get addresses of the families that the cluster's serviceCIDRs have; a pool of another family is never"
    " used, and a family without an address leaves Services half pending.",
    fix="List addresses of each family that the pool shall serve, and no other.",
)


@FAMILIES.check
def pool_families(view: View) -> Iterator[Finding]:
    """``families`` against ``addresses``, and both against the cluster."""
    cluster = view.decisions.families
    for index, pool in enumerate(view.spec.pools):
        has = families_of(pool.addresses)
        for entry, block in enumerate(pool.addresses):
            if families_of([block])[0] not in cluster:
                yield Finding(
                    view.at("pools", index, "addresses", entry),
                    f'pool "{pool.name}" has {block}, but the cluster has no {families_of([block])[0].value}:'
                    " its serviceCIDRs are all of the other family",
                )
        if pool.families is not None and set(pool.families) != set(has):
            said, real = (", ".join(sorted(f.value for f in group)) for group in (pool.families, has))
            yield Finding(
                view.at("pools", index, "families"),
                f'pool "{pool.name}" says families {said}, but its addresses are {real}',
            )


@NAME.check
def peer_names(view: View) -> Iterator[Finding]:
    """Router names, and the BGPPeer names made from them, are unique in a cluster."""
    seen: dict[str, str] = {}
    for number, rack in enumerate(view.spec.bgp.racks):
        for index, router in enumerate(rack.routers):
            place = view.at("bgp", "racks", number, "routers", index, "name")
            first = seen.setdefault(router.name, rack.name)
            if first != rack.name:
                yield Finding(place, f'router "{router.name}" is in rack "{first}" already: router names are unique')
    owners: dict[str, str] = {}
    for peer in view.decisions.peers:
        owner = owners.setdefault(peer.name, peer.router.name)
        # One router with two addresses of a family is GLB312's, two of one name are told above.
        if owner != peer.router.name:
            yield Finding(
                _router(view, peer.router.name),
                f'the BGP sessions of routers "{owner}" and "{peer.router.name}" would both be called "{peer.name}"',
                "change routers[].peerNames or the router's name",
            )


def _router(view: View, name: str) -> Span:
    for number, rack in enumerate(view.spec.bgp.racks):
        for index, router in enumerate(rack.routers):
            if router.name == name:
                return view.at("bgp", "racks", number, "routers", index, "name")
    return view.at("bgp", "racks")


ROUTER_ADDRESSES = rule(
    "GLB312",
    ERROR,
    "A router has two addresses of one family",
    why="Each rack, router and family makes one BGP session; a second address of the same family would be a second"
    " session under the same name.",
    fix="Declare the second address as a router of its own.",
)


@ROUTER_ADDRESSES.check
def one_address_per_family(view: View) -> Iterator[Finding]:
    """At most one IPv4 and one IPv6 address."""
    for number, rack in enumerate(view.spec.bgp.racks):
        for index, router in enumerate(rack.routers):
            versions = [address.version for address in router.addresses]
            for entry, version in enumerate(versions):
                if version in versions[:entry]:
                    yield Finding(
                        view.at("bgp", "racks", number, "routers", index, "addresses", entry),
                        f'router "{router.name}" has a second IPv{version} address, {router.addresses[entry]}',
                    )


AS_NUMBER_INT32 = rule(
    "GLB314",
    ERROR,
    "An AS number that the API server refuses",
    why="Calico's CRDs declare AS numbers as int32, and Kubernetes holds them to it from 1.36 on: larger 4-byte AS"
    " numbers are refused when the object is applied.",
    fix="Use an AS number up to 2147483647, such as a private one from 64512 to 65534.",
    research="E-ASN-INT32",
)


@AS_NUMBER_INT32.check
def as_numbers_beyond_int32(view: View) -> Iterator[Finding]:
    """Every AS number that ends in an object, on releases that enforce the limit."""
    if not supports(view.spec.versions, Feature.AS_NUMBER_INT32):
        return
    bgp = view.spec.bgp
    found: list[tuple[int, tuple[str | int, ...]]] = [(bgp.as_number, ("bgp", "asNumber"))]
    for number, rack in enumerate(bgp.racks):
        place = ("bgp", "racks", number)
        if rack.node_as_number is not None:
            found.append((rack.node_as_number, (*place, "nodeASNumber")))
        for index, router in enumerate(rack.routers):
            found.append((router.as_number, (*place, "routers", index, "asNumber")))
    for value, path in found:
        if value > INT32_MAX:
            yield Finding(view.at(*path), f"AS number {value}: {FACTS[Feature.AS_NUMBER_INT32].reason}")


ON_LINK = rule(
    "GLB211",
    ERROR,
    "An on-link pool that nobody answers for",
    why="Addresses inside a node subnet are on-link for routers and neighbours: they ask ARP for the VIP itself, a BGP"
    " route of the same length loses to the connected one, and nobody answers unless one elected node does (L2).",
    fix="Take addresses outside the node subnets (routed, BGP), or announce: L2 with vipBinder Enabled.",
    research="CA003, W-VIP-ON-LINK, netlab 1",
)


@ON_LINK.check
def on_link_pools(view: View) -> Iterator[Finding]:
    """Partly on-link, on-link by BGP, on-link without a binder or an interface to answer on."""
    binder = view.spec.vip_binder
    nodes = view.spec.network.node_cidrs
    for index, decided in enumerate(view.decisions.pools):
        name = decided.pool.name
        if decided.reach is Reach.ROUTED:
            if decided.announce is Announce.L2:
                yield Finding(
                    view.at("pools", index, "announce"),
                    f'pool "{name}" is announced by L2, but lies in no node subnet: no router asks ARP for it',
                    "use announce: BGP (or leave it Auto)",
                )
            continue
        subnets = ", ".join(
            str(cidr) for cidr in nodes if any(cidr in touched(b, nodes) for b in decided.pool.addresses)
        )
        if decided.reach is Reach.MIXED:
            yield Finding(
                view.at("pools", index, "addresses"),
                f'pool "{name}" is partly inside the node subnet {subnets} and partly outside:'
                " half of its VIPs would need ARP, half a route",
                "split it into two pools",
            )
        elif decided.announce is Announce.BGP:
            yield Finding(
                view.at("pools", index, "announce"),
                f'pool "{name}" lies in the node subnet {subnets}, but is announced by BGP:'
                " its neighbours ask ARP for it and get no answer",
            )
        elif binder.state is DaemonState.DISABLED:
            yield Finding(
                view.at("pools", index, "addresses"),
                f'pool "{name}" lies in the node subnet {subnets}, and vipBinder is Disabled: nobody answers ARP',
            )
        elif not binder.l2.interfaces:
            yield Finding(
                view.at("pools", index, "addresses"),
                f'pool "{name}" lies in the node subnet {subnets}, but vipBinder.l2.interfaces names no interface to'
                " answer ARP on",
                "add vipBinder: {l2: {interfaces: [bond0]}}, the NIC of that subnet",
            )


PROXY_OWNER = rule(
    "GLB405",
    ERROR,
    "kube-proxy's configuration is not genlb's to merge",
    why="k3s, RKE2 and Talos start kube-proxy from their own settings and have no ConfigMap kube-system/kube-proxy;"
    " what genlb wrote would be read by nobody.",
    fix="Set the value where that distribution keeps it, and say ownership: Observe or None here.",
    research="KP017",
)


@PROXY_OWNER.check
def merge_without_config_map(view: View) -> Iterator[Finding]:
    """Merge needs the ConfigMap that kubeadm and kubespray make."""
    proxy = view.spec.kube_proxy
    if proxy.ownership is Ownership.MERGE and proxy.managed_by not in {ManagedBy.KUBEADM, ManagedBy.KUBESPRAY}:
        yield Finding(
            view.at("kubeProxy", "ownership"),
            f"kubeProxy.ownership is Merge, but kube-proxy is managed by {proxy.managed_by.value}: no ConfigMap",
        )


INTERFACES = rule(
    "GLB501",
    ERROR,
    "rpFilter: Disabled without the interfaces it is for",
    why="The kernel uses the larger of conf/all and conf/<interface>: all=0 changes nothing where an interface has 1.",
    fix="Name the interfaces (sysctls.interfaces: [bond0]), or use rpFilter: Loose, which all=2 settles by itself.",
    research="SY002",
)


@INTERFACES.check
def disabled_without_interfaces(view: View) -> Iterator[Finding]:
    """Off needs both values."""
    sysctls = view.spec.sysctls
    active = sysctls.state is not DaemonState.DISABLED
    if active and sysctls.rp_filter is RpFilter.DISABLED and not view.decisions.sysctls.interfaces:
        yield Finding(
            view.at("sysctls", "rpFilter"),
            "sysctls.rpFilter is Disabled, but no interface is named whose own value it shall clear",
        )


SYSCTL_PATH = rule(
    "GLB506",
    ERROR,
    "A sysctl key that does not name one setting",
    why="Keys become paths below /proc/sys: one that climbs out of it, or two spellings of one path, would write"
    " something else than what was reviewed.",
    fix='Write the path, such as "net/ipv4/conf/eth0.100/rp_filter", once.',
    research="SY011",
)


@SYSCTL_PATH.check
def sysctl_paths(view: View) -> Iterator[Finding]:
    """No way out of /proc/sys, no path twice, no line break in a value."""
    first: dict[str, str] = {}
    for key, value in view.spec.sysctls.extra.items():
        path = path_of(key)
        place = view.at("sysctls", "extra", key)
        if any(part in {"", ".", ".."} for part in path.split("/")):
            yield Finding(place, f'"{key}" is no path below /proc/sys')
        if first.setdefault(path, key) != key:
            yield Finding(place, f'"{key}" and "{first[path]}" are the same setting')
        if not value.isprintable():
            yield Finding(place, f'the value of "{key}" holds a character that cannot be printed')


LEASE = rule(
    "GLB513",
    ERROR,
    "L2 leases too short to survive one lost renewal",
    why="An owner gives its address up before its lease ends. Two renewals and their time-outs must fit into the rest,"
    " or one slow answer of the API server takes the VIP off the network.",
    fix="Use leaseDuration: 10s with renewInterval: 2s, or a renewInterval of at most a fifth of the lease.",
    research="metallb_vip 5.5",
)


@LEASE.check
def lease_too_short(view: View) -> Iterator[Finding]:
    """Only while a pool is announced by L2: nobody else has an election."""
    l2 = view.spec.vip_binder.l2
    timing = lease_timing(l2)
    if view.decisions.announced_by(Announce.L2) and not timing.holds:
        yield Finding(
            view.at("vipBinder", "l2", "leaseDuration"),
            f"leaseDuration {l2.lease_duration} keeps an address for {timing.lifetime} on its own,"
            f" too short for two renewals every {l2.renew_interval}",
        )


SECRET = rule(
    "GLB310",
    ERROR,
    "A secret stands in the spec",
    why="Specs are committed, rendered and shown in reports; a credential in one of them is a credential in all.",
    fix="Refer to a Secret instead; Argo CD and Flux keep repository credentials in Secrets of their own.",
)


@SECRET.check
def credentials_in_url(view: View) -> Iterator[Finding]:
    """``https://user:password@host``; a bare user name (``ssh://git@host``) is no secret."""
    url = view.spec.gitops.repo_url or ""
    scheme, _, rest = url.partition("://")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    if at and (":" in user or scheme in {"http", "https"}):
        yield Finding(view.at("gitops", "repoURL"), "gitops.repoURL holds credentials")


COMMUNITY = rule(
    "GLB306",
    ERROR,
    "A pool names a community that is not defined",
    why="Calico refuses, or silently drops, a community name that bgp.communities does not define.",
    fix="Define it under bgp.communities, or correct the name.",
)


@COMMUNITY.check
def undefined_communities(view: View) -> Iterator[Finding]:
    """Names in pools that bgp.communities lacks."""
    defined = [community.name for community in view.spec.bgp.communities]
    for index, pool in enumerate(view.spec.pools):
        for entry, name in enumerate(pool.communities):
            if name not in defined:
                known = f"defined are {', '.join(defined)}" if defined else "bgp.communities is empty"
                yield Finding(
                    view.at("pools", index, "communities", entry),
                    f'pool "{pool.name}" names the community "{name}", which is not defined: {known}',
                )


@UNUSED.check
def unused_communities(view: View) -> Iterator[Finding]:
    """Communities that no BGP pool names are not rendered."""
    used = {name for decided in view.decisions.announced_by(Announce.BGP) for name in decided.pool.communities}
    for index, community in enumerate(view.spec.bgp.communities):
        if community.name not in used:
            yield Finding(
                view.at("bgp", "communities", index),
                f'no BGP pool uses the community "{community.name}": it is not rendered',
            )


TOO_OLD = rule(
    "GLB702",
    ERROR,
    "A release below the support window",
    why="genlb does not know what fields and defaults that release has, so what it renders might be refused.",
    fix="Upgrade the component, or use an older genlb.",
)
TOO_NEW = rule(
    "GLB703",
    INFO,
    "A release newer than genlb knows",
    why="genlb renders for the newest release that it knows; what came later is not used.",
    fix="Look for a newer genlb.",
)


@TOO_OLD.check
def below_the_window(view: View) -> Iterator[Finding]:
    """Older than the oldest release in the table."""
    for component in Component:
        release = component.of(view.spec.versions)
        known = window(component)
        if known.below(release):
            yield Finding(
                view.at("versions", component.value),
                f"{component.value} {release} is older than {known.oldest}, the oldest release that genlb supports",
            )


@TOO_NEW.check
def above_the_window(view: View) -> Iterator[Finding]:
    """Newer than the newest release in the table."""
    for component in Component:
        release = component.of(view.spec.versions)
        known = window(component)
        if known.above(release):
            yield Finding(
                view.at("versions", component.value),
                f"{component.value} {release} is newer than {known.newest}, the newest release that genlb knows",
            )
