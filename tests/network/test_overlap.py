from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.overlap import Claim, claim, meetings, overlaps
from genlb.spec.values import Address, AddressBlock, Network


def claims(owners: int) -> st.SearchStrategy[list[Claim[int]]]:
    """Claims on few addresses, so that they meet; the tag tells equal ones apart."""
    bounds = st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))
    one = st.tuples(st.sampled_from([4, 6]), bounds, st.integers(1, owners))
    return st.lists(one, max_size=25).map(
        lambda drawn: [
            Claim(version, first, last, owner, tag) for tag, (version, (first, last), owner) in enumerate(drawn)
        ]
    )


def meet(one: Claim[int], other: Claim[int]) -> bool:
    """The definition, two claims at a time."""
    return (
        one.owner != other.owner
        and one.version == other.version
        and one.first <= other.last
        and other.first <= one.last
    )


def order(found: Sequence[Claim[int]]) -> list[Claim[int]]:
    return sorted(found, key=lambda claim: (claim.first, -claim.last))


@pytest.mark.parametrize(
    ("what", "first", "last"),
    [
        (AddressBlock.parse("10.0.0.1-10.0.0.9"), "10.0.0.1", "10.0.0.9"),
        (ip_network("10.0.0.0/30"), "10.0.0.0", "10.0.0.3"),
        (ip_address("fd00::1"), "fd00::1", "fd00::1"),
    ],
)
def test_a_claim_reaches_from_the_first_address_to_the_last(
    what: AddressBlock | Network | Address, first: str, last: str
) -> None:
    made = claim(what, "owner", "tag")

    assert (ip_address(first), ip_address(last)) == (
        type(ip_address(first))(made.first),
        type(ip_address(last))(made.last),
    )
    assert made[3:] == ("owner", "tag")


@given(claims(owners=4))
def test_the_sweep_tells_each_claim_that_meets_an_earlier_one_exactly_once(drawn: list[Claim[int]]) -> None:
    ordered = order(drawn)
    expected = [
        later for index, later in enumerate(ordered) if any(meet(earlier, later) for earlier in ordered[:index])
    ]

    assert [later for _, later in overlaps(drawn)] == expected


@given(claims(owners=4))
def test_the_sweep_tells_pairs_that_overlap_and_nothing_else(drawn: list[Claim[int]]) -> None:
    assert all(meet(one, other) for one, other in overlaps(drawn))


@given(claims(owners=25))
def test_the_sweep_finds_nothing_exactly_when_no_two_claims_meet(drawn: list[Claim[int]]) -> None:
    quadratic = any(meet(one, other) for one in drawn for other in drawn)

    assert bool(list(overlaps(drawn))) is quadratic


@given(claims(owners=3), claims(owners=3))
def test_meetings_tell_each_claim_that_meets_an_earlier_one_of_the_other_side_exactly_once(
    ours: list[Claim[int]], theirs: list[Claim[int]]
) -> None:
    sides = order([*ours, *(one._replace(tag=one.tag + 100) for one in theirs)])
    expected = {
        later.tag
        for index, later in enumerate(sides)
        if any(meet(earlier, later) and (earlier.tag < 100) != (later.tag < 100) for earlier in sides[:index])
    }

    found = list(meetings(ours, [one._replace(tag=one.tag + 100) for one in theirs]))

    assert all(meet(one, other) and one.tag < 100 <= other.tag for one, other in found)
    assert len(found) == len(expected)
    assert expected <= {one.tag for pair in found for one in pair}


def test_of_two_claims_that_begin_alike_the_one_inside_is_told_as_the_later_one() -> None:
    inside, around = Claim(4, 1, 2, "a", "inside"), Claim(4, 1, 9, "b", "around")

    assert list(overlaps([inside, around])) == [(around, inside)]


def test_an_owner_meets_the_furthest_claim_of_the_others_even_behind_a_further_one_of_its_own() -> None:
    own, far, near = Claim(4, 0, 100, "a", "own"), Claim(4, 1, 50, "b", "far"), Claim(4, 2, 3, "c", "near")
    later = Claim(4, 40, 45, "a", "later")

    assert (far, later) in list(overlaps([own, far, near, later]))


def test_many_claims_on_one_address_are_as_many_findings_and_not_all_pairs() -> None:
    drawn = [Claim(4, 1, 1, owner, owner) for owner in range(1000)]

    assert len(list(overlaps(drawn))) == 999
