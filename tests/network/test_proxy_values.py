"""Values as Go reads them; the expected ones are what the real kube-proxy 1.37.2 accepted and refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.proxy_values import (
    check_proxy_endpoint,
    parse_proxy_address,
    parse_proxy_duration,
    parse_proxy_network,
)
from genlb.spec.values import Duration

SECOND = 1_000_000_000


def is_refused(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("-0", 0),
        ("0s", 0),
        ("30s", 30 * SECOND),
        ("+5s", 5 * SECOND),
        ("-5s", -5 * SECOND),
        ("1m30s", 90 * SECOND),
        ("1.5h30m", 7200 * SECOND),
        (".5s", SECOND // 2),
        ("5.s", 5 * SECOND),
        ("1\u00b5s", 1_000),
        ("1\u03bcs", 1_000),
        ("0.1ns", 0),
        ("2562047h47m16.854775807s", 2**63 - 1),
        ("-2562047h47m16.854775808s", -(2**63)),
    ],
)
def test_a_duration_is_what_go_takes_it_for(text: str, expected: int) -> None:
    assert parse_proxy_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "5", ".", ".s", "5S", " 5s", "5s ", "5d", "s", "1h-5m", "2562047h47m16.854775808s", "9" * 5000 + "s", "٣s"],
)
def test_what_go_takes_for_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is"):
        parse_proxy_duration(text)


@given(st.integers(min_value=0, max_value=10**12).map(Duration))
def test_every_duration_of_a_spec_means_the_same_to_kube_proxy(duration: Duration) -> None:
    assert parse_proxy_duration(str(duration)) == duration.milliseconds * 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("010.0.0.0004", "10.0.0.4"),
        ("::", "::"),
        ("::1.2.3.4", "::102:304"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
    ],
)
def test_an_address_is_read_in_go_s_tolerant_way(text: str, expected: str) -> None:
    assert str(parse_proxy_address(text)) == expected


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.256", "::1%lo", "[::1]", " 1.2.3.4", "localhost", "1" * 5000])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert is_refused(parse_proxy_address, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.5/8", "10.0.0.0/8"),
        ("10.0.0.5/08", "10.0.0.0/8"),
        ("010.0.0.5/32", "10.0.0.5/32"),
        ("fd00::1/64", "fd00::/64"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/8", "0.0.0.0/0"),
    ],
)
def test_a_network_loses_its_host_bits(text: str, expected: str) -> None:
    assert str(parse_proxy_network(text)) == expected


@pytest.mark.parametrize(
    "text", ["10.0.0.0", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/33", "fe80::1%eth0/64", "x/8", " fd00::/64", "primary"]
)
def test_what_is_no_network_is_refused(text: str) -> None:
    assert is_refused(parse_proxy_network, text)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0:10256",
        "1.2.3.4",
        "::1",
        "[::1]:80",
        "[1.2.3.4]:80",
        "1.2.3.4:080",
        "1.2.3.4:+80",
        "::1:80",
        "1.2.3.4:65535",
    ],
)
def test_an_endpoint_may_leave_its_port_out(text: str) -> None:
    check_proxy_endpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        ":10256",
        "[::1]",
        "1.2.3.4:",
        "1.2.3.4:0",
        "1.2.3.4:65536",
        "1.2.3.4:-80",
        "1.2.3.4:8_0",
        "1.2.3.4:http",
        "localhost:80",
        "[1.2.3.4:80",
        "1.2.3.4]:80",
        "1.2.3.4:" + "9" * 5000,
    ],
)
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    assert is_refused(check_proxy_endpoint, text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for parse in (parse_proxy_duration, parse_proxy_address, parse_proxy_network, check_proxy_endpoint):
        assert is_refused(parse, text) in {True, False}
