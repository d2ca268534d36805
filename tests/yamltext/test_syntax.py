"""A text that is no YAML is told once, at the cause, in words that say how to mend it."""

from __future__ import annotations

import pytest
from yaml.error import Mark
from yaml.parser import ParserError

from genlb.errors import Severity
from genlb.yamltext.syntax import explain
from tests.yamltext.corpus import FILE, only, reading

TABS = "YAML does not allow tabs for indentation: use spaces"

MISTAKES = {
    "tab before a key": ("a:\n\tb: 1\n", 2, 1, TABS),
    "tab on the first line": ("\ta: 1\n", 1, 1, TABS),
    "tab after spaces": ("a:\n  b: 1\n  \tc: 2\n", 3, 3, TABS),
    "tab after a value": ("a: b\n\tc: d\n", 2, 1, TABS),
    "tab after a dash": ("-\t- a\n", 1, 2, TABS),
    "tab in a block": ("a: |\n \t\n\tfoo\n", 2, 2, TABS),
    "tab that the parser takes for space": ("a:\n  b: 1\n \t c: 2\n", 3, 2, TABS),
    "tab that looks like a continued value": ("a: b\n \tc: d\n", 2, 2, TABS),
    "at sign": ("a: @x\n", 1, 4, "a value cannot start with @"),
    "backquote": ("a: `x`\n", 1, 4, "a value cannot start with `"),
    "percent": ("- a\n- %x\n", 2, 3, "a value cannot start with %"),
    "wildcard": ("a: *.example.com\n", 1, 4, "* starts the name of an alias or anchor, and no name follows"),
    "anchor without name": ("a: &\n", 1, 4, "& starts the name of an alias or anchor, and no name follows"),
    "no colon": ("spec:\n  x: 1\n  as 64600\ny: 1\n", 3, 3, "a colon is missing: this line is no 'key: value'"),
    "no colon at the end": ("a: 1\nb\n", 2, 1, "a colon is missing: this line is no 'key: value'"),
    "no space after the colon": ("a:1\nb: 2\n", 2, 2, "no value can start at this colon"),
    "two values": ("a: b: c\n", 1, 5, "no value can start at this colon"),
    "indented too far": ("a: 1\n b: 2\n", 2, 3, "no value can start at this colon"),
    "map on the marker's line": ("--- a: 1\n", 1, 6, "no value can start at this colon"),
    "list behind a key": ("a: - b\n", 1, 4, "no list can start here"),
    "key behind a key": ("a: ? b\n", 1, 4, "no key can start here"),
    "double quote open": ('a: "x\nb: c\n', 1, 4, "this quote is never closed"),
    "single quote open": ("a: 'x\nb: c", 1, 4, "this quote is never closed"),
    "quote over a marker": ("a: 'x\n---\n'", 1, 4, "this quote is never closed"),
    "unknown escape": ('a: "\\q"\n', 1, 5, "this escape does not exist"),
    "Windows path": ('path: "C:\\genlb"\n', 1, 10, "this escape does not exist"),
    "short escape": ('a: "x\\x1"\n', 1, 6, "hexadecimal digits are missing in this escape"),
    "half a pair": (
        'a: "ab\\ud83d\\ude00"\n',
        1,
        7,
        "this escape names no character: it is half a surrogate pair or beyond U+10FFFF",
    ),
    "list open": ("a: [1, 2\nb: 3\n", 1, 4, "this [ is never closed, or a comma is missing"),
    "map open": ("a: {x: 1\n", 1, 4, "this { is never closed, or a comma is missing"),
    "nothing in an open list": ("a: [\n\n", 1, 5, "the text ends inside a [ or { that is never closed"),
    "comma at the end": ("a: [1,\n", 1, 7, "the text ends inside a [ or { that is never closed"),
    "no comma": ('a: ["b" "c"]\n', 1, 4, "this [ is never closed, or a comma is missing"),
    "text after a quote": ("a: 'b' c\n", 1, 8, "this belongs to no key of the map above"),
    "list in a map": ("a: c\n- b\n", 2, 1, "this belongs to no key of the map above"),
    "block too short": ("a: |\n  x\n y\n", 3, 2, "this belongs to no key of the map above"),
    "map in a list": ("- a\nb: c\n", 2, 1, "this belongs to no item of the list above"),
    "closing bracket": ("a: ]\n", 1, 4, "a value is missing before ]"),
    "text beside a block": ("a: |x\n  y\n", 1, 4, "| starts a block of text, and its line holds something else"),
    "indent of a block": ("a: >0\n  y\n", 1, 4, "> starts a block of text, and its line holds something else"),
    "tag open": ("a: !<x\n", 1, 4, "tags are not read"),
    "unknown tag handle": ("a: !foo!bar x\n", 1, 4, "tags are not read"),
    "unknown directive": ("%FOO x\n---\na\n", 1, 1, "this line that starts with % is not read"),
    "YAML 2": ("%YAML 2.0\n---\na\n", 1, 1, "this line that starts with % is not read"),
    "text behind the end": ("a\n...\nb\n", 3, 1, "the document ends before this"),
    "quoted key without space": ('"a":b\n', 1, 4, "the document ends before this"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_plain_words_at_its_cause(name: str) -> None:
    text, line, column, message = MISTAKES[name]
    diagnostic = only(text)

    assert (diagnostic.rule, diagnostic.severity) == ("GLB101", Severity.ERROR)
    assert (diagnostic.span.file, diagnostic.span.line, diagnostic.span.column) == (FILE, line, column)
    assert diagnostic.message == message
    assert diagnostic.help
    assert reading(text).root is None


@pytest.mark.parametrize(
    ("text", "line", "column", "note"),
    [
        ("a: [1,\n  2\nb: 3\n", 3, 2, "noticed here"),
        ('a: "x\nb: c', 2, 5, "noticed here"),
        ("- a\n- b\nc: d\n", 1, 1, "it starts here"),
    ],
)
def test_the_other_end_is_shown_when_it_is_on_another_line(text: str, line: int, column: int, note: str) -> None:
    (related,) = only(text).related

    assert (related.span.line, related.span.column, related.note) == (line, column, note)


def test_nothing_else_is_shown_when_both_ends_are_on_one_line() -> None:
    assert only("a: {x: 1\n").related == ()


def test_what_is_missing_at_the_end_is_never_placed_behind_the_text() -> None:
    (related,) = only('a: "x\n\nb: c\n\n\n').related

    assert (related.span.line, related.span.column) == (3, 5)


@pytest.mark.parametrize("brackets", ["[", "{"])
def test_mistakes_behind_characters_beyond_the_basic_plane_are_placed_by_code_points(brackets: str) -> None:
    assert only(f"😀é: 日本 {brackets}\n# ok\n日: : x\n").span[1:3] == (3, 4)


def test_a_complaint_that_no_row_knows_is_passed_on_as_it_is() -> None:
    mark = Mark("", 3, 0, 3, None, 0)

    diagnostic = explain(ParserError(None, None, "found {something} new", mark), "a: b\n", FILE)

    assert diagnostic.span == (FILE, 1, 4, 1, 5)
    assert diagnostic.message == "this is not YAML: found {something} new"
    assert diagnostic.help
