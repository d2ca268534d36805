"""What holds for every cluster, however odd."""

from __future__ import annotations

from hypothesis import given

from genlb.network import decide
from genlb.network.decisions import Decisions
from genlb.spec.model import Announce, Bind, Cluster, Family
from tests.builders import a_cluster, a_full_cluster
from tests.network.strategies import clusters


def test_the_families_of_a_cluster_are_those_of_its_service_cidrs() -> None:
    assert decide(a_cluster()).families == (Family.IPV4,)
    assert decide(a_full_cluster()).families == (Family.IPV4, Family.IPV6)


def test_l2_interfaces_are_those_of_the_binder() -> None:
    assert decide(a_full_cluster()).l2_interfaces == ("bond0",)


def test_announced_by_tells_the_pools_apart() -> None:
    names = {announce: pool_names(decide(a_full_cluster()), announce) for announce in (Announce.BGP, Announce.L2)}

    assert names == {Announce.BGP: ["public", "dns"], Announce.L2: []}


def pool_names(decisions: Decisions, announce: Announce) -> list[str]:
    return [decision.pool.name for decision in decisions.announced_by(announce)]


@given(clusters())
def test_nothing_stays_auto(cluster: Cluster) -> None:
    decisions = decide(cluster)

    assert all(pool.announce is not Announce.AUTO for pool in decisions.pools)
    assert decisions.bind is not Bind.AUTO


@given(clusters())
def test_every_answer_comes_with_its_reason(cluster: Cluster) -> None:
    decisions = decide(cluster)

    reasons = [pool.reason for pool in decisions.pools]
    assert all([*reasons, decisions.bind_reason, decisions.dataplane_reason, decisions.sysctls.rp_filter_reason])


@given(clusters())
def test_every_cidr_of_a_bgp_pool_is_advertised(cluster: Cluster) -> None:
    decisions = decide(cluster)

    announced = {network for pool in decisions.announced_by(Announce.BGP) for network in pool.networks}
    assert announced == set(decisions.advertised)


@given(clusters())
def test_no_address_of_an_l2_pool_is_advertised(cluster: Cluster) -> None:
    decisions = decide(cluster)

    on_link = [network for pool in decisions.announced_by(Announce.L2) for network in pool.networks]
    assert not any(network.overlaps(advertised) for network in on_link for advertised in decisions.advertised)


@given(clusters())
def test_peer_names_are_unique(cluster: Cluster) -> None:
    names = [peer.name for peer in decide(cluster).peers]

    assert len(names) == len(set(names))
