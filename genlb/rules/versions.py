"""Rules about releases: fields that a release lacks, and bugs of single releases that cost traffic."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Span
from genlb.network.versions import FACTS, Component, Feature, supports, window
from genlb.rules.catalogue import ERROR, INFO, WARNING, Finding, View, rule
from genlb.spec.model import Announce, Dataplane, Switch

NEEDS_NEWER = rule(
    "GLB701",
    ERROR,
    "A field needs a newer release",
    why="The API of that release has no such field, so it cannot be rendered: the cluster would behave as if nobody had"
    " written it, with routes and AS numbers that nobody meant.",
    fix="Upgrade, or remove the field.",
    research="CA007",
)


@NEEDS_NEWER.check
def needs_newer(view: View) -> Iterator[Finding]:
    """What the spec asks for and the release cannot do."""
    bgp, versions = view.spec.bgp, view.spec.versions
    if bgp.advertise.aggregation is Switch.DISABLED and not supports(versions, Feature.AGGREGATION):
        yield _too_old(view, Feature.AGGREGATION, view.at("bgp", "advertise", "aggregation"), "advertise.aggregation")
    if supports(versions, Feature.LOCAL_AS_NUMBER):
        return
    for number, rack in enumerate(bgp.racks):
        if rack.node_as_number is not None and rack.node_as_number != bgp.as_number:
            place = view.at("bgp", "racks", number, "nodeASNumber")
            yield _too_old(view, Feature.LOCAL_AS_NUMBER, place, f'nodeASNumber of rack "{rack.name}"')


def _too_old(view: View, feature: Feature, place: Span, what: str) -> Finding:
    fact = FACTS[feature]
    release = fact.component.of(view.spec.versions)
    return Finding(place, f"{what}: {fact.reason}; versions.{fact.component.value} is {release}")


def _bug(view: View, feature: Feature) -> Iterator[Finding]:
    """At the release, where it has a bug and a newer one of its line has not."""
    fact = FACTS[feature]
    release = fact.component.of(view.spec.versions)
    cure = None if fact.holds(release) else fact.cure(release)
    if cure is not None:
        name = fact.component.value
        place = view.at("versions", name)
        yield Finding(place, f"versions.{name} is {release}: {fact.reason}", f"upgrade to {cure}")


NOT_READY = rule(
    "GLB704",
    WARNING,
    "This Calico announces VIPs from nodes that cannot serve them",
    why="With externalTrafficPolicy: Local the router sends connections to every node that announces the VIP: one whose"
    " only endpoint is not ready, or is terminating, drops them, at each rollout anew.",
    fix="Upgrade Calico to a release that has the fix.",
    research="W-VERSION-READINESS",
)


@NOT_READY.check
def not_ready(view: View) -> Iterator[Finding]:
    """Only where there is a release to upgrade to, and a pool that BGP announces."""
    if view.decisions.announced_by(Announce.BGP):
        yield from _bug(view, Feature.READY_ENDPOINTS)


NEVER_ANNOUNCED = rule(
    "GLB705",
    WARNING,
    "This Calico does not announce single addresses",
    why="An advertised /32 or /128 is announced only for a Service that asks for it by spec.loadBalancerIP. With"
    " MetalLB nobody has to: the VIP is assigned, and no router learns it.",
    fix="Upgrade Calico to a release that has the fix, or advertise a shorter prefix.",
    research="calico 7, projectcalico/calico#11917",
)


@NEVER_ANNOUNCED.check
def never_announced(view: View) -> Iterator[Finding]:
    """Where a single address is advertised."""
    if any(network.prefixlen == network.max_prefixlen for network in view.decisions.advertised):
        yield from _bug(view, Feature.SINGLE_ADDRESS_ROUTES)


CONTROLLER_PROBES = rule(
    "GLB707",
    WARNING,
    "This MetalLB restarts its controller again and again",
    why="The probes of its chart ask the node for the controller's health, and only a speaker on the same node answers"
    " there. genlb has the controller run alone: the kubelet kills it, and no Service gets an address meanwhile.",
    fix="Use MetalLB 0.16.1.",
    research="metallb_vip 1.9",
)


@CONTROLLER_PROBES.check
def controller_probes(view: View) -> Iterator[Finding]:
    """One release."""
    yield from _bug(view, Feature.CONTROLLER_PROBES)


EARLY_NFTABLES = rule(
    "GLB708",
    WARNING,
    "Calico's nftables dataplane is a preview in this release",
    why="Calico's dataplane and kube-proxy's mode must use the same packet filter, and before 3.31 Calico offers its"
    " nftables dataplane as a technical preview, switched off by default.",
    fix="Upgrade Calico, or use kubeProxy.mode: iptables.",
    research="KP007",
)


@EARLY_NFTABLES.check
def early_nftables(view: View) -> Iterator[Finding]:
    """Said, or following from kube-proxy's mode."""
    feature = Feature.CALICO_NFTABLES
    if view.decisions.dataplane is Dataplane.NFTABLES and not supports(view.spec.versions, feature):
        release = view.spec.versions.calico
        place = view.at("versions", Component.CALICO.value)
        yield Finding(place, f"versions.calico is {release}, with nftables: {FACTS[feature].reason}")


TOO_OLD = rule(
    "GLB702",
    ERROR,
    "A release below the support window",
    why="genlb does not know what fields and defaults that release has, so what it renders might be refused.",
    fix="Upgrade the component, or use an older genlb.",
    research="SY021",
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
