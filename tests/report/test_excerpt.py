"""Marks stand under what they mean, whatever the line is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.report.excerpt import WIDEST, excerpt
from genlb.report.visible import visible, width


def test_marks_stand_under_the_span() -> None:
    assert excerpt("kind: Clustr", 6, 12) == ("kind: Clustr", "      ^^^^^^")


def test_a_tab_is_four_columns() -> None:
    assert excerpt("\tkind: x", 1, 5) == ("    kind: x", "    ^^^^")
    assert excerpt("\tkind: x", 0, 1) == ("    kind: x", "^^^^")


def test_wide_characters_are_two_columns_and_combining_ones_none() -> None:
    assert excerpt("名前: x", 4, 5) == ("名前: x", "      ^")
    assert excerpt("名前: x", 0, 2) == ("名前: x", "^^^^")
    assert excerpt("e\u0301: x", 4, 5) == ("e\u0301: x", "   ^")


def test_a_place_behind_the_line_is_marked_behind_it() -> None:
    assert excerpt("kind:", 5, 5) == ("kind:", "     ^")
    assert excerpt("kind:", 90, 99) == ("kind:", "     ^")
    assert excerpt("", 0, 0) == ("", "^")


def test_a_long_line_is_cut_around_the_marks() -> None:
    line = "a" * 5000 + "WRONG" + "b" * 5000
    shown, marks = excerpt(line, 5000, 5005)

    assert shown == "…" + "a" * 40 + "WRONG" + "b" * (WIDEST - 45) + "…"
    assert marks == " " * 41 + "^^^^^"


def test_marks_of_a_long_span_end_with_the_line_shown() -> None:
    shown, marks = excerpt("x" * 10_000, 0, 10_000)

    assert shown == "x" * WIDEST + "…"
    assert marks == "^" * WIDEST


def test_a_hidden_range_is_three_stars() -> None:
    assert excerpt("password: hunter2 # x", 10, 17, hidden=[(10, 17)]) == ("password: *** # x", " " * 10 + "^^^")


@given(st.text(max_size=300), st.integers(0, 320), st.integers(0, 40), st.integers(6, 130))
def test_marks_never_leave_what_is_shown(line: str, start: int, length: int, widest: int) -> None:
    shown, marks = excerpt(line, start, start + length, widest=widest)

    assert marks.strip(" ").strip("^") == ""
    assert marks.count("^") >= 1
    assert width(shown) <= widest + 2
    assert len(marks) <= max(widest, 12) + 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text äöü", "plain text äöü"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\u200b", "\\u200b"),
        ("\x85\x9b", "\\x85\\x9b"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("a\tb", "a    b"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_steers_a_terminal_is_spelt_out(text: str, shown: str) -> None:
    assert visible(text) == shown
