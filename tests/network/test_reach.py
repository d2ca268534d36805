from __future__ import annotations

import pytest

from genlb.network.decisions import Reach
from genlb.network.reach import reach_of, touched
from genlb.spec.values import AddressBlock
from tests.builders import networks

NODE_CIDRS = networks("10.20.1.0/24", "10.20.2.0/24", "fd00:20:1::/64")


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["10.208.1.0/24"], Reach.ROUTED),
        (["10.20.1.128/28"], Reach.ON_LINK),
        (["10.20.1.0/24"], Reach.ON_LINK),
        (["10.20.1.200-10.20.1.210"], Reach.ON_LINK),
        # Next door is not inside.
        (["10.20.0.0/24"], Reach.ROUTED),
        (["10.20.3.0/24"], Reach.ROUTED),
        # A block over two neighbouring node CIDRs has no address outside of them.
        (["10.20.1.250-10.20.2.5"], Reach.ON_LINK),
        # A block that sticks out, below and above.
        (["10.20.0.250-10.20.1.5"], Reach.MIXED),
        (["10.20.2.250-10.20.3.5"], Reach.MIXED),
        (["10.20.2.255-10.20.3.0"], Reach.MIXED),
        (["10.20.0.255-10.20.1.0"], Reach.MIXED),
        (["10.20.0.0/16"], Reach.MIXED),
        # One block of each kind.
        (["10.20.1.128/28", "10.208.1.0/24"], Reach.MIXED),
        (["10.208.1.0/24", "10.209.1.0/24"], Reach.ROUTED),
        (["10.20.1.128/28", "10.20.2.128/28"], Reach.ON_LINK),
        # Families do not meet, though their numbers do.
        (["fd00:20:1::100-fd00:20:1::1ff"], Reach.ON_LINK),
        (["fd00:20:2::/112"], Reach.ROUTED),
        (["::a14:100/120"], Reach.ROUTED),
        (["10.20.1.128/28", "fd00:10:208:1::/112"], Reach.MIXED),
    ],
)
def test_a_pool_is_on_link_where_node_cidrs_hold_all_of_it(addresses: list[str], expected: Reach) -> None:
    blocks = [AddressBlock.parse(text) for text in addresses]

    assert reach_of(blocks, NODE_CIDRS) is expected


def test_the_order_of_node_cidrs_does_not_matter() -> None:
    block = AddressBlock.parse("10.20.1.250-10.20.2.5")

    assert reach_of([block], NODE_CIDRS[::-1]) is Reach.ON_LINK


def test_a_gap_between_node_cidrs_is_not_on_link() -> None:
    block = AddressBlock.parse("10.20.1.250-10.20.3.5")

    assert reach_of([block], networks("10.20.1.0/24", "10.20.3.0/24")) is Reach.MIXED


def test_a_node_cidr_inside_another_hides_nothing_of_it() -> None:
    block = AddressBlock.parse("10.20.1.10-10.20.1.200")

    assert reach_of([block], networks("10.20.1.0/24", "10.20.1.0/28")) is Reach.ON_LINK


def test_touched_names_the_node_cidrs_that_share_an_address() -> None:
    block = AddressBlock.parse("10.20.1.255-10.20.2.0")

    assert touched(block, NODE_CIDRS) == networks("10.20.1.0/24", "10.20.2.0/24")


def test_touched_is_empty_for_a_routed_block() -> None:
    assert touched(AddressBlock.parse("10.208.1.0/24"), NODE_CIDRS) == ()
