"""Hostile text costs no time and no memory, and never the interpreter: it is refused at its place."""

from __future__ import annotations

import pytest

from genlb.errors import InvalidInput
from genlb.yamltext import LIMITS, Limits, load, load_all, read
from tests.yamltext.corpus import FILE, only, places, reading

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_the_limits_are_those_of_files_that_people_write() -> None:
    assert (LIMITS.size, LIMITS.depth, LIMITS.nodes) == (4 * 1024 * 1024, 100, 200_000)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("[" * 100_000, 101),
        ("{a: " * 100_000, 401),
        ("- " * 100_000, 201),
        ("? " * 100_000, 201),
        ("[" * 101 + "]" * 101, 101),
        ("- " * 101 + "a", 201),
    ],
)
def test_deep_nesting_is_refused_where_it_becomes_too_deep(text: str, column: int) -> None:
    diagnostic = only(text)

    assert (diagnostic.rule, diagnostic.span.line, diagnostic.span.column) == ("GLB101", 1, column)
    assert diagnostic.message == "more than 100 lists and maps inside each other"
    assert reading(text).root is None


@pytest.mark.parametrize(
    "text", ["[" * 100 + "]" * 100, "- " * 100 + "a", "".join(" " * n + "a:\n" for n in range(100))]
)
def test_a_hundred_levels_are_read(text: str) -> None:
    assert places(text) == []


def test_an_alias_bomb_is_refused_where_it_goes_off() -> None:
    diagnostic = only(BOMB)

    assert (diagnostic.rule, diagnostic.span.line) == ("GLB101", 6)
    assert diagnostic.message == "more than 200000 values, with aliases written out"


def test_aliases_count_with_all_that_they_repeat() -> None:
    text = b"a: &x [1, 2]\nb: [*x, *x]\n"  # 1 map, 1 + 2, 1 + 2 * (1 + 2)

    assert read(text, FILE, limits=Limits(nodes=11)).diagnostics == ()
    (diagnostic,) = read(text, FILE, limits=Limits(nodes=10)).diagnostics
    assert diagnostic.span == (FILE, 2, 9, 2, 11)


def test_aliases_may_not_nest_deeper_than_brackets_may() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 99))

    assert places(chain) == []
    assert places(chain + "last: [*a98]\n") == [("GLB101", 100, 8)]


def test_a_value_with_an_anchor_inside_another_counts_its_own_levels() -> None:
    limits = Limits(depth=4)

    assert read(b"- &a [[&b [x]]]\n- [[*b]]\n", FILE, limits=limits).diagnostics == ()
    assert [d.span[1:3] for d in read(b"- &a [[&b [x]]]\n- [[[*b]]]\n", FILE, limits=limits).diagnostics] == [(2, 6)]
    assert [d.span[1:3] for d in read(b"- &a [[&b [x]]]\n- [[*a]]\n", FILE, limits=limits).diagnostics] == [(2, 5)]
    assert [d.span[1:3] for d in read(b"- &a [[[x]], &b x]\n- [*a]\n", FILE, limits=limits).diagnostics] == [(2, 4)]
    assert read(b"- [[[x]]]\n- &b [x]\n- [[*b]]\n", FILE, limits=limits).diagnostics == ()


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
def test_a_flood_of_tag_directives_is_refused_before_it_is_parsed(line_end: str) -> None:
    lines = [f"%TAG !t{number}! x" for number in range(200_000)]

    assert places(line_end.join(lines)) == [("GLB101", 65, 1)]
    assert places(line_end.join([*lines[:64], "---", "a"])) == [("GLB101", 1, 1)]
    assert places(line_end.join(["a: |", *(f"  {line}" for line in lines)])) == []


def test_too_many_values_are_refused_where_they_become_too_many() -> None:
    (diagnostic,) = read(b"[a, b, c, d]", FILE, limits=Limits(nodes=4)).diagnostics

    assert diagnostic.span == (FILE, 1, 11, 1, 12)
    assert diagnostic.message == "more than 4 values, with aliases written out"
    assert read(b"[a, b, c]", FILE, limits=Limits(nodes=4)).diagnostics == ()


def test_a_large_file_is_refused_as_a_whole() -> None:
    (diagnostic,) = read(b"a: 1\n\xff", FILE, limits=Limits(size=5)).diagnostics

    assert diagnostic.span == (FILE, 1, 1, 1, 1)
    assert diagnostic.message == "the file has 6 bytes, more than 5"
    assert read(b"a: 1\n", FILE, limits=Limits(size=5)).diagnostics == ()


def test_the_limits_hold_for_foreign_text_too() -> None:
    for text in (b"[" * 101 + b"]" * 101, b'{"a":' * 5000 + b"1" + b"}" * 5000, BOMB.encode()):
        with pytest.raises(InvalidInput):
            load(text, FILE)
        with pytest.raises(InvalidInput):
            load_all(text, FILE)


def test_all_documents_of_a_stream_share_the_limits() -> None:
    text = b"[a, b]\n---\n[c, d]\n"

    assert load_all(text, FILE, limits=Limits(nodes=6)) == [["a", "b"], ["c", "d"]]
    with pytest.raises(InvalidInput, match="more than 5 values"):
        load_all(text, FILE, limits=Limits(nodes=5))
