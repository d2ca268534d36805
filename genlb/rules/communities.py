"""BGP communities: their values, and the routes that do not carry them."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Related
from genlb.network.overlap import Claim, claim, meetings
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.places import Place, load_balancer_cidrs
from genlb.rules.reading import UNUSED
from genlb.spec.model import Announce, LoadBalancerIPs, Switch

VALUE = rule(
    "GLB318",
    ERROR,
    "A community value that is too large",
    why="A community is two numbers of 16 bits, a large community three of 32 bits. Calico refuses anything else,"
    " or BIRD does on every node at once.",
    fix="Write 65001:100 with numbers up to 65535, or a large community such as 4200000001:1:100.",
    research="calico 1",
)

_LARGEST = {2: 65_535, 3: 4_294_967_295}
_KINDS = {2: "a community of two numbers", 3: "a large community"}


@VALUE.check
def community_values(view: View) -> Iterator[Finding]:
    """Each number against the width that its kind has."""
    for index, community in enumerate(view.spec.bgp.communities):
        numbers = community.value.split(":")
        largest = _LARGEST[len(numbers)]
        if any(int(number) > largest for number in numbers):
            yield Finding(
                view.at("bgp", "communities", index, "value"),
                f'community "{community.name}" is {community.value}: {_KINDS[len(numbers)]} holds {largest} at most',
            )


ON_L2 = rule(
    "GLB319",
    WARNING,
    "Communities on a pool that BGP does not announce",
    why="Communities travel with BGP routes. The network learns a pool that is announced by L2 through ARP and NDP, and"
    " no router ever sees them.",
    fix="Remove the communities, or announce the pool by BGP.",
)


@ON_L2.check
def communities_on_l2_pools(view: View) -> Iterator[Finding]:
    """Pools that L2 announces and that name communities."""
    for index, decided in enumerate(view.decisions.pools):
        if decided.announce is Announce.L2 and decided.pool.communities:
            yield Finding(
                view.at("pools", index, "communities"),
                f'pool "{decided.pool.name}" is announced by L2: its communities are not used',
            )


WIDER = rule(
    "GLB322",
    WARNING,
    "The route of the aggregate carries no communities",
    why="Calico adds a pool's communities to routes inside the pool's own CIDRs. The aggregate that it announces for a"
    " wider CIDR is not inside, and goes out without: filters and policies that look for the community miss it.",
    fix="Advertise the pool's own CIDRs (loadBalancerIPs: FromPools), or make the pool one CIDR as wide.",
    research="calico 2",
)


@WIDER.check
def wider_than_the_communities(view: View) -> Iterator[Finding]:
    """Listed CIDRs that hold part of a pool with communities and reach beyond its CIDR."""
    advertise = view.spec.bgp.advertise
    if advertise.load_balancer_ips is not LoadBalancerIPs.EXPLICIT or advertise.aggregation is Switch.DISABLED:
        return
    told: set[Place] = set()
    listed = [place.claimed_by("listed") for place in load_balancer_cidrs(view.spec)]
    for ours, theirs in meetings(listed, _with_communities(view)):
        inside = theirs.first <= ours.first and ours.last <= theirs.last
        if not inside and ours.tag not in told:
            told.add(ours.tag)
            pool = theirs.tag.name
            yield Finding(
                view.at(*ours.tag.path),
                f'{ours.tag.item} reaches beyond {theirs.tag.item} of pool "{pool}": its route has none of the pool\'s'
                " communities",
                related=(Related(view.at(*theirs.tag.path), f'the communities of pool "{pool}"'),),
            )


def _with_communities(view: View) -> Iterator[Claim[Place]]:
    for index, decided in enumerate(view.decisions.pools):
        if decided.announce is Announce.BGP and decided.pool.communities:
            for network in decided.networks:
                place = Place(("pools", index, "communities"), network, "{0}", decided.pool.name)
                yield claim(network, "pool", place)


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
