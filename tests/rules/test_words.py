"""How findings name what they are about."""

from __future__ import annotations

import pytest

from genlb.network.overlap import claim
from genlb.rules.places import relation
from genlb.rules.words import first_few
from genlb.spec.values import AddressBlock


@pytest.mark.parametrize(
    ("items", "told"),
    [("a", "a"), ("ab", "a, b"), ("abc", "a, b, c"), ("abcd", "a, b, c and 1 more"), ("abcdef", "a, b, c and 3 more")],
)
def test_of_a_long_list_the_first_three_and_a_number(items: str, told: str) -> None:
    assert first_few(items) == told


@pytest.mark.parametrize(
    ("ours", "theirs", "verb"),
    [
        ("10.0.0.4-10.0.0.7", "10.0.0.4/30", "is"),
        ("10.0.0.4/31", "10.0.0.4/30", "lies in"),
        ("10.0.0.6/31", "10.0.0.4/30", "lies in"),
        ("10.0.0.4/30", "10.0.0.4/31", "takes in"),
        ("10.0.0.4/30", "10.0.0.6/31", "takes in"),
        ("10.0.0.2-10.0.0.5", "10.0.0.4/30", "overlaps"),
        ("10.0.0.6-10.0.0.9", "10.0.0.4/30", "overlaps"),
    ],
)
def test_how_two_ranges_lie_to_each_other(ours: str, theirs: str, verb: str) -> None:
    assert relation(*(claim(AddressBlock.parse(text), "", text) for text in (ours, theirs))) == verb
