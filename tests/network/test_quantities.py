"""Quantities compare by what they amount to, however they are written."""

from __future__ import annotations

import pytest

from genlb.network.quantities import ONE, amount


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1000m"),
        ("1Ki", "1024"),
        ("0.5Gi", "512Mi"),
        ("1e3", "1k"),
        ("1E", "1e18"),
        ("100m", "0.1"),
        ("1u", "1e-6"),
    ],
)
def test_two_spellings_of_one_amount_are_equal(one: str, other: str) -> None:
    assert amount(one) == amount(other)


@pytest.mark.parametrize(("less", "more"), [("1G", "1Gi"), ("999m", "1"), ("1n", "1u"), ("0", "1e-99")])
def test_a_smaller_amount_is_less(less: str, more: str) -> None:
    assert amount(less) < amount(more)


@pytest.mark.parametrize(("quantity", "whole"), [("2", True), ("1000m", True), ("1.5", False), ("1m", False)])
def test_whole_amounts_are_multiples_of_one(quantity: str, whole: bool) -> None:  # noqa: FBT001 -- a parameter
    assert (amount(quantity) % ONE == 0) is whole


@pytest.mark.parametrize("text", ["", "1x", "-1", "1e999", "1 Gi", "Gi", ".5"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        amount(text)
