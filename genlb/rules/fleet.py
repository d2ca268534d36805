"""Rules about a whole fleet: what no cluster can see in its own spec.

A fleet is judged from one small entry for each cluster, made while its spec is at hand: two thousand clusters fit into
memory, and all overlaps among them are found by one sweep. Which cluster is told about a clash follows from the names,
not from the order in which they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from genlb.errors import Diagnostic, Related, Severity, Span
from genlb.network.overlap import Claim, claim, meetings, overlaps
from genlb.rules.catalogue import ERROR, INFO, WARNING, Finding, Rule, View, rule
from genlb.rules.places import (
    Place,
    blocks,
    external_cidrs,
    load_balancer_cidrs,
    nodes,
    pods,
    relation,
    seats,
    services,
)
from genlb.spec.model import Announce, LoadBalancerIPs, Switch
from genlb.spec.values import Address

CLAIMED = rule(
    "GLB208",
    ERROR,
    "Two clusters claim the same addresses",
    why="Clusters of one routing domain announce to the same routers. Of two routes for a VIP a router takes either, or"
    " both in turn: connections end in the cluster that has no such Service.",
    fix="Give each cluster ranges of its own, or clusters whose routers never meet a routingDomain of their own.",
    research="generator_ux GLB208, CA004, CA005",
)
HIJACKED = rule(
    "GLB219",
    ERROR,
    "A cluster announces addresses of another one's nodes or pods",
    why="Routers follow the longest route: what is for those nodes goes to the cluster that announces a VIP there. And"
    " a cluster whose own pods have the address never asks a router for it.",
    fix="Take pools from ranges that no cluster of the routing domain uses for anything else.",
    research="CA004",
)
TWO_AS_NUMBERS = rule(
    "GLB323",
    WARNING,
    "One router, two AS numbers",
    why="A router answers with one AS number: the session of the cluster that expects the other never comes up.",
    fix="Correct the AS number, or the address.",
)
SAME_AS = rule(
    "GLB324",
    INFO,
    "Two clusters of one AS behind one router",
    why="The router passes the routes of one cluster on with the common AS number in their path, and the nodes of the"
    " other drop them as a loop: they reach its VIPs by their default route, or not at all.",
    fix="Give each cluster an AS number of its own, or its racks numAllowedLocalASNumbers: 1.",
    research="generator_ux GLB304",
)


class Spot(NamedTuple):
    """Something in a file: its place, and what it is."""

    span: Span
    what: Place


class Neighbour(NamedTuple):
    """An address of a router as one cluster declares it.

    ``drops`` says that the nodes, of AS ``node_as``, take no route from it with their own AS number in the path.
    """

    address: Address
    as_number: int
    node_as: int
    drops: bool
    span: Span


class FleetEntry(NamedTuple):
    """What the fleet's rules need of one cluster.

    ``claims`` is all that it hands out or announces, ``announced`` the part that it announces to routers, ``plan`` the
    addresses of its nodes and pods.
    """

    name: str
    routing_domain: str
    claims: tuple[Claim[Spot], ...]
    announced: tuple[Claim[Spot], ...]
    plan: tuple[Claim[Spot], ...]
    neighbours: tuple[Neighbour, ...]


def fleet_entry(view: View) -> FleetEntry:
    """The entry of one cluster."""
    spec, decisions, name = view.spec, view.decisions, view.loaded.name
    advertise = spec.bgp.advertise
    explicit = advertise.load_balancer_ips is LoadBalancerIPs.EXPLICIT
    listed = load_balancer_cidrs(spec) if explicit else ()
    of_services = services(spec) if advertise.cluster_ips is Switch.ENABLED else ()
    beside_pools = _claims(view, chain(listed, external_cidrs(spec), of_services))
    of_pools = _claims(view, blocks(spec))
    by_bgp = [one for one in of_pools if decisions.pools[int(one.tag.what.path[1])].announce is Announce.BGP]
    return FleetEntry(
        name,
        spec.routing_domain,
        claims=(*of_pools, *beside_pools),
        announced=(*beside_pools, *(() if explicit else by_bgp)),
        plan=tuple(_claims(view, chain(nodes(spec), pods(spec)))),
        neighbours=tuple(_neighbours(view)),
    )


def judge_fleet(entries: Iterable[FleetEntry]) -> Iterator[Diagnostic]:
    """Every finding of every rule about clusters of one routing domain."""
    domains: dict[str, list[FleetEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.name):
        domains.setdefault(entry.routing_domain, []).append(entry)
    for domain in domains.values():
        if len(domain) > 1:
            yield from _claimed_twice(domain)
            yield from _announced_plans(domain)
            yield from _shared_routers(domain)


def _claimed_twice(domain: list[FleetEntry]) -> Iterator[Diagnostic]:
    for pair in overlaps(one for entry in domain for one in entry.claims):
        first, second = sorted(pair, key=lambda one: (str(one.owner), one.tag.span))
        shared = f"{second.tag.what} is claimed by cluster {first.owner} too: {first.tag.what}"
        yield _told(CLAIMED, second, shared, _there(first))


def _announced_plans(domain: list[FleetEntry]) -> Iterator[Diagnostic]:
    announced = (one for entry in domain for one in entry.announced)
    told: set[Claim[Spot]] = set()
    for ours, theirs in meetings(announced, (one for entry in domain for one in entry.plan)):
        if ours not in told:
            told.add(ours)
            message = f"{ours.tag.what} {relation(ours, theirs)} {theirs.tag.what} of cluster {theirs.owner}"
            # What it costs depends on who asks: the other cluster's own pods, or (for nodes) everybody.
            severity = ERROR if theirs.tag.what.path[1] == "nodeCIDRs" else WARNING
            yield _told(HIJACKED, ours, message, _there(theirs), severity)


def _shared_routers(domain: list[FleetEntry]) -> Iterator[Diagnostic]:
    first: dict[Address, tuple[str, Neighbour]] = {}
    of_as: dict[tuple[Address, int], tuple[str, Neighbour]] = {}
    for entry in domain:
        for ours in entry.neighbours:
            name, theirs = first.setdefault(ours.address, (entry.name, ours))
            if name != entry.name and theirs.as_number != ours.as_number:
                message = f"{ours.address} is AS {ours.as_number} here and AS {theirs.as_number} in cluster {name}"
                related = Related(theirs.span, f"AS {theirs.as_number}")
                yield TWO_AS_NUMBERS.diagnostic(Finding(ours.span, message, related=(related,)), cluster=entry.name)
            if not ours.drops:
                continue
            name, theirs = of_as.setdefault((ours.address, ours.node_as), (entry.name, ours))
            if name != entry.name:
                message = f"clusters {name} and {entry.name} are both AS {ours.node_as} behind router {ours.address}"
                related = Related(theirs.span, f"cluster {name}")
                yield SAME_AS.diagnostic(Finding(ours.span, message, related=(related,)), cluster=entry.name)


def _claims(view: View, places: Iterable[Place]) -> list[Claim[Spot]]:
    name = view.loaded.name
    return [claim(place.item, name, Spot(view.at(*place.path), place)) for place in places]


def _neighbours(view: View) -> Iterator[Neighbour]:
    for rack, router, path in seats(view.spec):
        node_as = rack.node_as_number or view.spec.bgp.as_number
        drops = router.as_number != node_as and not rack.num_allowed_local_as_numbers
        for entry, address in enumerate(router.addresses):
            yield Neighbour(address, router.as_number, node_as, drops, view.at(*path, "addresses", entry))


def _told(
    rule: Rule, ours: Claim[Spot], message: str, related: Related, severity: Severity | None = None
) -> Diagnostic:
    finding = Finding(ours.tag.span, message, related=(related,), severity=severity)
    return rule.diagnostic(finding, cluster=str(ours.owner))


def _there(theirs: Claim[Spot]) -> Related:
    return Related(theirs.tag.span, f"{theirs.tag.what} of cluster {theirs.owner}")
