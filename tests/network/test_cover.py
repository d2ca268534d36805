from __future__ import annotations

from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.cover import Cover
from genlb.spec.values import AddressBlock

START = int(ip_address("10.0.0.0"))
RANGES = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def block(first: int, last: int) -> AddressBlock:
    return AddressBlock(ip_address(START + first), ip_address(START + last))


@given(st.lists(RANGES, max_size=8), RANGES)
def test_gaps_are_the_addresses_that_nothing_covers(drawn: list[tuple[int, int]], wanted: tuple[int, int]) -> None:
    covered = {address for first, last in drawn for address in range(first, last + 1)}
    cover = Cover(block(*one) for one in drawn)

    gaps = cover.gaps(block(*wanted))
    inside = [address - START for gap in gaps for address in range(int(gap.first), int(gap.last) + 1)]

    assert inside == [address for address in range(wanted[0], wanted[1] + 1) if address not in covered]
    assert cover.holds(block(*wanted)) is (gaps == ())


@given(st.lists(RANGES, max_size=8), RANGES)
def test_gaps_do_not_touch_each_other(drawn: list[tuple[int, int]], wanted: tuple[int, int]) -> None:
    gaps = Cover(block(*one) for one in drawn).gaps(block(*wanted))

    assert all(int(one.last) + 1 < int(other.first) for one, other in pairwise(gaps))


@pytest.mark.parametrize(
    ("wanted", "gaps"),
    [
        ("10.0.0.0/24", ["10.0.0.128/25"]),
        ("10.0.0.0-10.0.0.9", []),
        ("9.255.255.254-10.0.0.200", ["9.255.255.254/31", "10.0.0.128-10.0.0.200"]),
        ("10.0.1.0/24", ["10.0.1.0/24"]),
        ("fd00::/126", ["fd00::2/127"]),
        ("fd01::/126", ["fd01::/126"]),
    ],
)
def test_gaps_in_what_cidrs_and_addresses_cover(wanted: str, gaps: list[str]) -> None:
    items = [*map(ip_network, ("10.0.0.0/26", "10.0.0.64/26")), ip_address("fd00::"), ip_address("fd00::1")]

    assert list(map(str, Cover(items).gaps(AddressBlock.parse(wanted)))) == gaps
