"""The difference that `render --check` shows."""

from __future__ import annotations

from genlb.report.difference import LARGEST, unified
from genlb.report.style import COLOURED, PLAIN


def test_a_changed_line_is_shown_with_its_surroundings() -> None:
    told = unified("node/a.yaml", "a: 1\nb: 2\n", "a: 1\nb: 3\n", PLAIN)

    assert told.split("\n") == [
        "--- a/node/a.yaml",
        "+++ b/node/a.yaml",
        "@@ -1,2 +1,2 @@",
        " a: 1",
        "-b: 2",
        "+b: 3",
    ]


def test_a_missing_last_line_break_is_seen() -> None:
    assert "-" in unified("x", "a: 1\n", "a: 1", PLAIN).split("\n")


def test_a_long_difference_is_cut_and_says_so() -> None:
    told = unified("x", "", "\n".join(str(number) for number in range(500)), PLAIN, longest=10).split("\n")

    assert len(told) == 11
    assert told[-1] == "… 493 more lines"


def test_a_very_long_line_is_cut() -> None:
    told = unified("x", "", "y" * 10_000, PLAIN)

    assert max(map(len, told.split("\n"))) < 260


def test_files_of_absurd_size_are_not_compared_by_line() -> None:
    assert unified("x", "a\n" * LARGEST, "", PLAIN) == "x: too large to show the difference"


def test_hostile_content_and_secrets_are_not_repeated() -> None:
    told = unified("x", "", "a: \x1b[2J\npassword: hunter2", PLAIN)

    assert "+a: \\x1b[2J" in told
    assert "+password: ***" in told


def test_added_and_removed_lines_have_their_colours() -> None:
    told = unified("x", "a", "b", COLOURED)

    assert "\x1b[31m-a\x1b[0m" in told
    assert "\x1b[32m+b\x1b[0m" in told
