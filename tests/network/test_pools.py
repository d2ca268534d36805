from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.decisions import PoolDecision, Reach
from genlb.network.pools import decide_pools
from genlb.spec.model import Announce, Family, Pool
from genlb.spec.values import Address, AddressBlock
from tests.builders import a_pool, networks

NODE_CIDRS = networks("10.20.1.0/24", "10.20.2.0/24", "fd00:20:1::/64")
BOTH = (Family.IPV4, Family.IPV6)


def decided(pool: Pool) -> PoolDecision:
    (decision,) = decide_pools([pool], NODE_CIDRS)
    return decision


def test_pools_keep_the_order_of_the_spec() -> None:
    pools = [a_pool("z", "10.208.1.0/24"), a_pool("a", "10.208.2.0/24")]

    assert [decision.pool for decision in decide_pools(pools, NODE_CIDRS)] == pools


def test_a_range_becomes_its_exact_cidrs_one_address_after_another() -> None:
    decision = decided(a_pool("dns", "10.208.3.32-10.208.3.41", "10.208.3.0/28"))

    assert decision.networks == networks("10.208.3.32/29", "10.208.3.40/31", "10.208.3.0/28")


def test_neighbouring_blocks_are_not_merged() -> None:
    decision = decided(a_pool("web", "10.208.0.0/25", "10.208.0.128/25"))

    assert decision.networks == networks("10.208.0.0/25", "10.208.0.128/25")


def test_a_range_is_not_rounded() -> None:
    decision = decided(a_pool("web", "10.208.0.1-10.208.0.3"))

    assert decision.networks == networks("10.208.0.1/32", "10.208.0.2/31")


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["10.208.1.0/24"], (Family.IPV4,)),
        (["fd00:10:208:1::/112"], (Family.IPV6,)),
        (["fd00:10:208:1::/112", "10.208.1.0/24"], BOTH),
    ],
)
def test_families_are_those_of_the_addresses(addresses: list[str], expected: tuple[Family, ...]) -> None:
    assert decided(a_pool("public", *addresses)).families == expected


@pytest.mark.parametrize(
    ("addresses", "reach", "announce"),
    [
        (["10.208.1.0/24"], Reach.ROUTED, Announce.BGP),
        (["10.20.1.128/28"], Reach.ON_LINK, Announce.L2),
        (["10.20.1.128/28", "10.208.1.0/24"], Reach.MIXED, Announce.BGP),
    ],
)
def test_auto_is_l2_for_a_pool_on_link_and_bgp_otherwise(
    addresses: list[str], reach: Reach, announce: Announce
) -> None:
    decision = decided(a_pool("public", *addresses))

    assert (decision.reach, decision.announce) == (reach, announce)


@pytest.mark.parametrize("announce", [Announce.BGP, Announce.L2])
@pytest.mark.parametrize("address", ["10.208.1.0/24", "10.20.1.128/28"])
def test_what_the_spec_says_about_announcing_holds(announce: Announce, address: str) -> None:
    decision = decided(a_pool("public", address, announce=announce))

    assert decision.announce is announce
    assert decision.reason == f"the spec says announce: {announce.value}"


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["10.208.1.0/24"], "10.208.1.0/24 lies outside every node CIDR"),
        (["10.208.1.0/24", "10.208.2.0/24"], "10.208.1.0/24, 10.208.2.0/24 lie outside every node CIDR"),
        (["10.20.1.128/28"], "10.20.1.128/28 lies inside node CIDR 10.20.1.0/24"),
        (["10.20.1.250-10.20.2.5"], "10.20.1.250-10.20.2.5 lies inside node CIDR 10.20.1.0/24, 10.20.2.0/24"),
        (["10.208.1.0/24", "10.20.2.8/29"], "10.20.2.8/29 meets node CIDR 10.20.2.0/24, yet the pool"),
    ],
)
def test_the_reason_names_the_blocks_and_the_node_cidr(addresses: list[str], expected: str) -> None:
    assert decided(a_pool("public", *addresses)).reason.startswith(expected)


@st.composite
def blocks(draw: st.DrawFn) -> AddressBlock:
    size = draw(st.integers(1, 2000))
    if draw(st.booleans()):
        start = draw(st.integers(0, 2**32 - size))
        return AddressBlock(IPv4Address(start), IPv4Address(start + size - 1))
    start = draw(st.integers(0, 2**128 - size))
    return AddressBlock(IPv6Address(start), IPv6Address(start + size - 1))


@given(blocks())
def test_the_exact_cidrs_of_a_range_cover_exactly_its_addresses(block: AddressBlock) -> None:
    pool = Pool(name="any", addresses=(block,))

    covered = [int(address) for network in decided(pool).networks for address in addresses_of(network)]

    assert covered == list(range(int(block.first), int(block.last) + 1))


@given(blocks())
def test_no_two_cidrs_of_a_range_could_be_one(block: AddressBlock) -> None:
    decision = decided(Pool(name="any", addresses=(block,)))

    assert not any(left.supernet() == right.supernet() for left, right in pairwise(decision.networks))


def addresses_of(network: IPv4Network | IPv6Network) -> list[Address]:
    return [network[index] for index in range(network.num_addresses)]
