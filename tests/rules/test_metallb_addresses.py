"""MetalLB's own vectors: what it refuses, genlb refuses; what it reads otherwise than people do, genlb tells.

The tables are those of MetalLB's address parser, its overlap check and ``avoidBuggyIPs`` (MetalLB 0.16). GLB213 is no
verdict on the spelling: the range is read as MetalLB reads it, and makes a single address.
"""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Severity
from genlb.spec.values import AddressBlock
from tests.rules.judged import a_document, dual_stack, ids, judged

ACCEPTED = [
    (["10.208.0.0/24"], {"GLB205"}),
    (["2001:db8::/120"], {"GLB205"}),
    (["10.208.0.0/24", "2001:db8::/120"], set()),
    (["10.208.0.1-10.208.0.9"], {"GLB205", "GLB213"}),
    (["10.208.0.1 - 10.208.0.9"], {"GLB205", "GLB213"}),
    (["10.208.0.8-10.208.0.15", "10.208.0.16-10.208.0.31", "2001:db8::/120"], set()),
    (["10.208.0.1/32", "2001:db8::/120"], {"GLB213"}),
    (["10.208.0.0/24", "2001:DB8:0::/120"], set()),
    # Host bits: MetalLB clears them silently.
    (["10.208.0.7/24", "2001:db8::/120"], {"GLB204"}),
    (["10.208.0.0/24", "2001:db8::7/120"], {"GLB204"}),
]

UNREADABLE = [
    "10.208.0.1",
    " 10.208.0.0/24",
    "10.208.0.0/24 ",
    "10.208.0.9-10.208.0.1",
    "10.208.0.1-10.208.0.9/24",
    "10.208.0.1-9",
    "2001:db8::1-10.208.0.1",
    "10.00.0.0/24",
    "fe80::1%eth0/64",
    "10.208.0.0/33",
    "10.208.0.0/",
    "/24",
    "10.208.0.0/255.255.255.0",
    "10.208.0/24",
    "10.208.0.1-",
    "-10.208.0.9",
    "10.208.0.1--10.208.0.9",
    "10.208.0.0/24,10.209.0.0/24",
    "",
    "public",
]

READ_AS_SOMETHING_ELSE = [
    "10.208.0.1-2001:db8::1",  # passes MetalLB's parser and yields no address
    "::ffff:10.208.0.1-::ffff:10.208.0.9",  # becomes IPv4
    "::ffff:10.208.0.0/120",
]

USELESS = ["0.0.0.0/8", "127.0.0.0/8", "224.0.1.0/24", "169.254.3.0/24", "240.0.0.0/24", "0.0.0.0/0"]
USELESS_IPV6 = ["::1/128", "fe80::/64", "ff02::/112", "::/120", "::/0"]


def with_addresses(*addresses: str) -> dict[str, object]:
    return dual_stack(pools=[{"name": "public", "addresses": list(addresses)}])


@pytest.mark.parametrize(("addresses", "told"), ACCEPTED)
def test_what_metallb_accepts_is_no_error(addresses: list[str], told: set[str]) -> None:
    document = with_addresses(*addresses)

    assert ids(document) == told
    assert Severity.ERROR not in {diagnostic.severity for diagnostic in judged(document)}


@pytest.mark.parametrize("address", [*UNREADABLE, *READ_AS_SOMETHING_ELSE])
def test_what_metallb_refuses_or_reads_as_something_else_is_an_error(address: str) -> None:
    assert ids(with_addresses(address)) == {"GLB206"}


@pytest.mark.parametrize("address", [*USELESS, *USELESS_IPV6])
def test_special_purpose_ranges_are_an_error_though_metallb_takes_them(address: str) -> None:
    assert "GLB207" in ids(with_addresses(address))


@pytest.mark.parametrize("pool", [{"name": "public", "addresses": []}, {"name": "public"}])
def test_a_pool_without_addresses_is_an_error(pool: dict[str, object]) -> None:
    assert ids(a_document(pools=[pool])) == {"GLB104"}


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.208.0.0/24", "10.208.0.0/24"],
        ["10.208.0.0/24", "10.208.0.128/25"],
        ["10.208.0.0/25", "10.208.0.0/24"],
        ["10.208.0.0/24", "10.208.0.16-10.208.1.15"],
        ["10.208.0.0-10.208.0.15", "10.208.0.15-10.208.0.16"],
    ],
)
def test_entries_of_one_pool_that_overlap_are_an_error(addresses: list[str]) -> None:
    document = a_document(
        pools=[{"name": "public", "addresses": addresses}], bgp={"advertise": {"aggregation": "Disabled"}}
    )

    assert ids(document) == {"GLB206"}


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("10.208.0.0-10.208.0.15", "10.208.0.16-10.208.0.31", set()),
        ("10.208.0.0/25", "10.208.0.128/25", set()),
        ("10.208.0.0/24", "10.208.0.0/24", {"GLB201"}),
        ("10.208.0.128/25", "10.208.0.0/24", {"GLB201"}),
        ("10.208.0.0-10.208.0.16", "10.208.0.16-10.208.0.31", {"GLB201"}),
    ],
)
def test_pools_may_touch_and_not_overlap(first: str, second: str, told: set[str]) -> None:
    pools = [{"name": "one", "addresses": [first]}, {"name": "two", "addresses": [second]}]

    assert ids(a_document(pools=pools, bgp={"advertise": {"aggregation": "Disabled"}})) == told


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("10.208.0.0/32", False),
        ("10.208.0.255/32", False),
        ("10.208.0.255-10.208.1.0", False),
        ("10.208.0.254/31", True),
        ("10.208.0.254-10.208.1.0", True),
        ("10.208.0.8/29", True),  # the edges of a /29 are given out: only the last octet counts
        ("10.208.0.8/32", True),
        ("10.208.0.15/32", True),
        ("10.208.0.0/24", True),
        ("10.208.0.0/31", True),
    ],
)
def test_avoid_buggy_ips_skips_addresses_that_end_in_0_or_255(address: str, *, usable: bool) -> None:
    pools = [{"name": "public", "addresses": [address], "avoidBuggyIPs": True}]
    found = ids(a_document(pools=pools, bgp={"advertise": {"aggregation": "Disabled"}}))

    assert found == (set() if usable else {"GLB206"})


@pytest.mark.parametrize("addresses", [["fd00:10:208:1::/128"], ["fd00:10:208:1::/128", "10.208.0.0/24"]])
def test_avoid_buggy_ips_leaves_ipv6_alone(addresses: list[str]) -> None:
    pools = [{"name": "public", "addresses": addresses, "avoidBuggyIPs": True, "families": None}]
    document = dual_stack(pools=pools)

    assert "GLB206" not in ids(document)


@given(st.integers(0, 600), st.integers(0, 4))
def test_a_pool_is_useless_exactly_when_all_its_last_octets_are_0_or_255(start: int, length: int) -> None:
    first = int(ip_address("10.208.0.0")) + start
    block = AddressBlock(ip_address(first), ip_address(first + length))
    useless = all(address % 256 in {0, 255} for address in range(first, first + length + 1))

    pools = [{"name": "public", "addresses": [f"{block.first}-{block.last}"], "avoidBuggyIPs": True}]
    document = a_document(pools=pools, bgp={"advertise": {"aggregation": "Disabled"}})

    assert ("GLB206" in ids(document)) is useless
