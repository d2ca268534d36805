"""Quantities as the API server keeps them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.render.quantity import canonical_quantity

UNITS = {"n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "": Fraction(1)}
UNITS |= {suffix: Fraction(1000**power) for power, suffix in enumerate("kMGTPE", 1)}
UNITS |= {f"{suffix}i": Fraction(1024**power) for power, suffix in enumerate("KMGTPE", 1)}


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10m", "10m"),
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.0", "1"),
        (".5", "500m"),
        ("1500m", "1500m"),
        ("1500", "1500"),
        ("2000", "2k"),
        ("48Mi", "48Mi"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("0.9765625Ki", "1k"),
        ("0.0001Ki", "103m"),
        ("1.0001Ki", "1024103m"),
        ("1e3", "1e3"),
        ("1000e3", "1e6"),
        ("10E2", "1e3"),
        ("5e-1", "500e-3"),
        ("1E", "1E"),
        ("0Mi", "0"),
        ("0.1n", "1m"),
        ("1500u", "2m"),
    ],
)
def test_a_quantity_gets_the_api_servers_spelling(text: str, canonical: str) -> None:
    assert canonical_quantity(text) == canonical


@pytest.mark.parametrize("text", ["", ".", "Mi", "ten", "1 Mi", "1mi", "1K", "-1", "1e999999999", "\u0661", "1Mi\n"])
def test_what_is_no_quantity_stays_for_a_rule_to_refuse(text: str) -> None:
    assert canonical_quantity(text) == text


@given(whole=st.integers(0, 10**12), part=st.integers(0, 999), unit=st.sampled_from(sorted(UNITS)))
def test_the_value_stays_but_is_rounded_up_to_a_thousandth(whole: int, part: int, unit: str) -> None:
    text = f"{whole}.{part:03}{unit}"

    written = value(canonical_quantity(text))

    assert 0 <= written - value(text) < UNITS["m"]


@given(whole=st.integers(0, 10**12), part=st.integers(0, 999), unit=st.sampled_from(sorted(UNITS)))
def test_twice_is_once(whole: int, part: int, unit: str) -> None:
    once = canonical_quantity(f"{whole}.{part:03}{unit}")

    assert canonical_quantity(once) == once


def value(text: str) -> Fraction:
    number = text.rstrip("numkMGTPEKi")
    return Fraction(number) * UNITS[text.removeprefix(number)]
