"""Scalars of a spec. Pool addresses follow MetalLB's grammar, but for what MetalLB takes and nobody can mean."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.spec.values import AddressBlock, Duration, Version, parse_address, parse_network


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("10.0.0.0/24", ["10.0.0.0/24"]),
        ("2001:db8::/120", ["2001:db8::/120"]),
        ("10.0.0.7/24", ["10.0.0.0/24"]),  # host bits are cleared; GLB204 tells
        ("10.0.0.1-10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.1-10.0.0.2", ["10.0.0.1/32", "10.0.0.2/32"]),
        ("10.0.0.1 - 10.0.0.2", ["10.0.0.1/32", "10.0.0.2/32"]),
        ("10.0.0.0-10.0.0.255", ["10.0.0.0/24"]),
        ("fd00::-fd00::ff", ["fd00::/120"]),
    ],
)
def test_pool_addresses_are_exact_cidrs(text: str, networks: list[str]) -> None:
    assert [str(network) for network in AddressBlock.parse(text).networks()] == networks


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        " 10.0.0.0/24",
        "10.0.0.0/24 ",
        "10.0.0.9-10.0.0.1",
        "10.0.0.1-10.0.0.9/24",
        "10.0.0.1-9",
        "10.0.0.1-2001:db8::1",
        "2001:db8::1-10.0.0.1",
        "10.00.0.0/24",
        "fe80::1%eth0/64",
        "fe80::1%eth0-fe80::2%eth0",
        "::ffff:10.0.0.1-::ffff:10.0.0.9",
        "::ffff:10.0.0.0/120",
        "10.0.0.0/024",
        "10.0.0.0/+24",
        "10.0.0.0/２4",  # noqa: RUF001 - a fullwidth digit is what this is about
        "10.0.0.0/255.255.255.0",
        "10.0.0.0/33",
        "",
        "-",
        "/",
        "10.0.0.1-10.0.0.2-10.0.0.3",
        "10.0.0.1\t-10.0.0.2",
    ],
)
def test_what_metallb_would_refuse_or_misread_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        AddressBlock.parse(text)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**16))
def test_a_range_is_its_networks_and_nothing_else(start: int, length: int) -> None:
    last = min(start + length, 2**32 - 1)
    block = AddressBlock(parse_address(f"{dotted(start)}"), parse_address(dotted(last)))
    networks = block.networks()

    assert sum(network.num_addresses for network in networks) == last - start + 1
    assert (int(networks[0][0]), int(networks[-1][-1])) == (start, last)
    assert AddressBlock.parse(str(block)) == block


def dotted(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0s", "0s"),
        ("500ms", "500ms"),
        ("10s", "10s"),
        ("120s", "2m0s"),
        ("2m0s", "2m0s"),
        ("1h", "1h0m0s"),
        ("1500ms", "1.5s"),
        ("1m500ms", "1m0.5s"),
    ],
)
def test_durations_are_written_as_go_writes_them(text: str, canonical: str) -> None:
    assert str(Duration.parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "10", "s", "10 s", "-10s", "1.5s", "10S", "10s\n", "１0s", "1d", "9999999s", "1s1s1s1s1s"],  # noqa: RUF001
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is written like"):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["1", "v1.35", "1.35.0-rc1", "1.035", "1.35.", "1.35\n", "１.35", "1.35.1.2", ""])  # noqa: RUF001
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="a version is written like"):
        Version.parse(text)


def test_versions_compare_by_number() -> None:
    assert Version.parse("1.9") < Version.parse("1.35") < Version.parse("1.35.1")
    assert Version.parse("1.35") == Version.parse("1.35.0")
    assert [str(Version.parse(text)) for text in ("1.35", "3.32.1")] == ["1.35", "3.32.1"]


@pytest.mark.parametrize("parse", [parse_address, parse_network, AddressBlock.parse, Duration.parse, Version.parse])
@given(text=st.text(max_size=40))
def test_any_text_is_a_value_or_a_value_error(parse: Callable[[str], object], text: str) -> None:
    with contextlib.suppress(ValueError):
        parse(text)
