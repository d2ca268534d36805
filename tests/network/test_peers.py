from __future__ import annotations

from ipaddress import ip_address

import pytest

from genlb.network.decisions import PeerDecision
from genlb.network.peers import decide_peers
from genlb.spec.model import Bgp, Family, PeerNames, Rack, Router
from tests.builders import a_full_cluster, a_rack, a_router


def decided(*racks: Rack, as_number: int = 64600) -> tuple[PeerDecision, ...]:
    return decide_peers(Bgp(as_number=as_number, racks=racks))


def one(router: Router) -> PeerDecision:
    (peer,) = decided(a_rack("r1", router))
    return peer


def test_there_is_one_peer_per_rack_router_and_family_in_the_spec_s_order() -> None:
    peers = decide_peers(a_full_cluster().spec.bgp)

    assert [(peer.name, str(peer.address), peer.family) for peer in peers] == [
        ("genlb-r1-tor-a-v4", "10.20.1.2", Family.IPV4),
        ("genlb-r1-tor-a-v6", "fd00:20:1::2", Family.IPV6),
        ("genlb-r1-tor-b-v4", "10.20.1.3", Family.IPV4),
        ("genlb-r1-tor-b-v6", "fd00:20:1::3", Family.IPV6),
        ("genlb-r2-tor-a-v4", "10.20.2.2", Family.IPV4),
        ("genlb-r2-tor-a-v6", "fd00:20:2::2", Family.IPV6),
        ("genlb-r2-tor-b-v4", "10.20.2.3", Family.IPV4),
        ("genlb-r2-tor-b-v6", "fd00:20:2::3", Family.IPV6),
    ]


def test_a_peer_remembers_its_rack_and_router() -> None:
    rack = a_rack("r1", a_router("tor", 65101, "10.20.1.2"))

    (peer,) = decided(rack)

    assert (peer.rack, peer.router) == (rack, rack.routers[0])


def test_ipv4_comes_first_however_the_addresses_are_written() -> None:
    peers = decided(a_rack("r1", a_router("tor", 65101, "fd00:20:1::2", "10.20.1.2")))

    assert [peer.family for peer in peers] == [Family.IPV4, Family.IPV6]


def test_without_routers_there_is_no_peer() -> None:
    assert decided(a_rack("r1")) == ()


def test_adopted_names_are_kept_for_the_family_that_has_one() -> None:
    router = a_router("tor", 65101, "10.20.1.2", "fd00:20:1::2", peer_names=PeerNames(ipv6="rack1-tor6"))

    assert [peer.name for peer in decided(a_rack("r1", router))] == ["genlb-tor-v4", "rack1-tor6"]


def test_an_adopted_ipv4_name_is_kept() -> None:
    assert one(a_router("tor", 65101, "10.20.1.2", peer_names=PeerNames(ipv4="rack1-tor4"))).name == "rack1-tor4"


@pytest.mark.parametrize(("node_as_number", "expected"), [(None, 64600), (64601, 64601)])
def test_the_nodes_have_the_as_number_of_their_rack_or_else_of_the_cluster(
    node_as_number: int | None, expected: int
) -> None:
    (peer,) = decided(a_rack("r1", a_router("tor", 65101, "10.20.1.2"), node_as_number=node_as_number))

    assert peer.node_as_number == expected


@pytest.mark.parametrize(
    ("router_as_number", "node_as_number", "external"),
    [
        (65101, None, True),
        (64600, None, False),
        (64601, 64601, False),
        # The cluster's own number is a foreign one to a rack that has another.
        (64600, 64601, True),
    ],
)
def test_a_session_is_external_when_the_router_s_as_number_is_not_the_nodes(
    router_as_number: int, node_as_number: int | None, *, external: bool
) -> None:
    (peer,) = decided(a_rack("r1", a_router("tor", router_as_number, "10.20.1.2"), node_as_number=node_as_number))

    assert peer.external is external


def test_reachable_by_goes_with_the_session_of_its_family_alone() -> None:
    gateway = ip_address("10.20.1.1")

    peers = decided(a_rack("r1", a_router("tor", 65101, "10.20.9.2", "fd00:20:9::2", reachable_by=gateway)))

    assert [peer.reachable_by for peer in peers] == [gateway, None]
