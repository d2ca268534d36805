"""Which sysctls are written, and which values in effect no writing cures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.agent.sysctl.plan import Found, Write, declared, drop_in, effective, is_same, plan, watched

ALL, BOND, CALI = (f"net/ipv4/conf/{name}/rp_filter" for name in ("all", "bond0", "cali1"))


def test_values_for_interfaces_are_declared_for_those_that_match() -> None:
    paths = declared({ALL: "2"}, ["bond*", "eth0.100"], {"rp_filter": "2"}, ["lo", "bond0", "eth0.100", "all", "cali1"])

    assert paths == {ALL: "2", BOND: "2", "net/ipv4/conf/eth0.100/rp_filter": "2"}


def test_a_star_is_neither_all_nor_default() -> None:
    assert declared({}, ["*"], {"rp_filter": "0"}, ["all", "default"]) == {}


def test_a_path_that_is_named_stays_as_it_is_named() -> None:
    assert declared({BOND: "1"}, ["bond0"], {"rp_filter": "2"}, ["bond0"]) == {BOND: "1"}


def test_only_what_differs_is_written() -> None:
    outcome = plan({ALL: "2", BOND: "2"}, {ALL: Found("2\n"), BOND: Found("1\n")})

    assert outcome == ((Write(BOND, "2", "1\n"),), (), {}, {})


def test_a_missing_key_and_an_unreadable_one_are_told_apart() -> None:
    outcome = plan({ALL: "2", BOND: "2"}, {ALL: Found(None), BOND: Found(None, "Input/output error")})

    assert (outcome.writes, outcome.missing, outcome.unreadable) == ((), (ALL,), {BOND: "Input/output error"})


@pytest.mark.parametrize(
    ("found", "value", "same"),
    [("1\n", "1", True), ("4096\t87380\t6291456\n", "4096 87380 6291456", True), ("0\n", "1", False), ("", "1", False)],
)
def test_a_value_is_the_same_however_it_is_spaced(found: str, value: str, same: bool) -> None:  # noqa: FBT001 -- a case
    assert is_same(found, value) is same


@pytest.mark.parametrize(
    ("key", "for_all", "own", "in_effect"),
    [
        ("rp_filter", "0", "1", "1"),
        ("rp_filter", "2", "1", "2"),
        ("rp_filter", "1", "2", "2"),
        ("arp_ignore", "1", "0", "1"),
        ("arp_announce", "0", "2", "2"),
        ("accept_local", "1", "0", "0"),
        ("rp_filter", "x", "1", "1"),
    ],
)
def test_the_larger_of_all_and_the_interface_is_in_effect(key: str, for_all: str, own: str, in_effect: str) -> None:
    assert effective(key, for_all, own) == in_effect


def test_an_interface_that_all_overrules_is_told() -> None:
    found = {BOND: Found("1\n"), ALL: Found("2\n")}

    assert plan({BOND: "1"}, found).overruled == {BOND: ("1", "2")}
    assert plan({BOND: "1", ALL: "1"}, found).overruled == {}


def test_the_other_half_of_a_larger_value_is_watched() -> None:
    assert watched([BOND, "net/ipv4/conf/bond0/accept_local", ALL, "net/ipv4/ip_forward"]) == {ALL}


def test_the_drop_in_says_the_same_with_patterns() -> None:
    text = drop_in({ALL: "2", "net/ipv4/tcp_rmem": "4096 87380 6291456"}, ["eth0.100", "bond*"], {"rp_filter": "2"})

    assert text.splitlines()[1:] == [
        "-net/ipv4/conf/all/rp_filter = 2",
        "-net/ipv4/conf/bond*/rp_filter = 2",
        "-net/ipv4/conf/eth0.100/rp_filter = 2",
        "-net/ipv4/tcp_rmem = 4096 87380 6291456",
    ]


VALUES = st.dictionaries(st.sampled_from([ALL, BOND, CALI, "net/ipv4/ip_forward"]), st.sampled_from(["0", "1", "2"]))


@given(VALUES, VALUES)
def test_after_the_writes_nothing_is_left_to_write_and_only_declared_paths_were(
    values: dict[str, str], before: dict[str, str]
) -> None:
    found = {path: Found(value + "\n") for path, value in before.items()}

    writes = plan(values, found).writes
    found |= {write.path: Found(write.value + "\n") for write in writes}

    assert {write.path for write in writes} <= set(values)
    assert plan(values, found).writes == ()
