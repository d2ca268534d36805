"""What YAML allows and genlb does not, or not silently: told with its place, while the rest is read."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.errors import Severity
from genlb.yamltext import plain
from tests.yamltext.corpus import FILE, only, places, reading


def data(text: str) -> Any:
    """What could be read."""
    node = reading(text).root
    return None if node is None else plain(node)


def test_a_sound_text_is_read_in_file_order() -> None:
    document = reading("b: 1\na: {d: [x, y z], c: 'q'}\n")

    assert document.diagnostics == ()
    assert data("b: 1\na: {d: [x, y z], c: 'q'}\n") == {"b": 1, "a": {"d": ["x", "y z"], "c": "q"}}
    assert list(data("b: 1\na: 2\n")) == ["b", "a"]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "\ufeff"])
def test_a_text_without_any_document_has_no_root(text: str) -> None:
    document = reading(text)

    assert (document.root, document.diagnostics) == (None, ())


@pytest.mark.parametrize("text", ["---\na: 1\n", "a: 1\n...\n", "%YAML 1.2\n---\na: 1\n"])
def test_markers_of_the_one_document_are_allowed(text: str) -> None:
    assert (data(text), places(text)) == ({"a": 1}, [])


def test_the_first_of_duplicate_keys_is_kept_and_every_other_told() -> None:
    text = "a: 1\nb: {c: 2, c: 3}\na: 4\n'a': 5\n"

    assert data(text) == {"a": 1, "b": {"c": 2}}
    assert places(text) == [("GLB102", 2, 11), ("GLB102", 3, 1), ("GLB102", 4, 1)]


def test_a_duplicate_key_points_at_both_places() -> None:
    diagnostic = only("spec:\n  pools: []\n  other: 1\n  pools: [x]\n")

    assert diagnostic.severity is Severity.ERROR
    assert diagnostic.message == "the key pools stands twice in this map"
    assert diagnostic.span == (FILE, 4, 3, 4, 8)
    assert [(related.span, related.note) for related in diagnostic.related] == [((FILE, 2, 3, 2, 8), "the first one")]
    assert diagnostic.why
    assert diagnostic.help


def test_the_same_key_in_two_maps_is_no_duplicate() -> None:
    assert places("- a: 1\n- a: 2\n") == []


def test_merge_keys_are_refused_and_left_out() -> None:
    text = "base: &b {x: 1}\nuse:\n  <<: *b\n  y: z\n"

    assert places(text) == [("GLB101", 3, 3), ("GLB105", 4, 3)]
    assert only("a: &b {}\nc: {<<: *b}\n").message == "merge keys (<<) are not read"
    assert data("base: &b {x: 1}\nuse: {<<: *b, z: 2}\n") == {"base": {"x": 1}, "use": {"z": 2}}


def test_a_quoted_merge_sign_is_an_ordinary_key() -> None:
    assert (data('"<<": 1\n'), places('"<<": 1\n')) == ({"<<": 1}, [])


@pytest.mark.parametrize(
    ("text", "shown", "value"),
    [
        ("a: !!str 1\n", "!!str", 1),
        ("a: !!int '1'\n", "!!int", "1"),
        ("a: !!python/object/apply:os.system [ls]\n", "!!python/object/apply:os.system", ["ls"]),
        ("a: !secret x\n", "!secret", "x"),
        ("a: ! x\n", "!", "x"),
        ("a: !!binary aGk=\n", "!!binary", "aGk="),
        ("a: !!map {}\n", "!!map", {}),
        ("a: !!seq []\n", "!!seq", []),
    ],
)
def test_every_tag_is_refused_and_the_value_read_without_it(text: str, shown: str, value: object) -> None:
    diagnostic = only(text)

    assert (diagnostic.rule, diagnostic.span.line, diagnostic.span.column) == ("GLB101", 1, 4)
    assert diagnostic.message == f"the tag {shown} is not read"
    assert diagnostic.help
    assert data(text) == {"a": value}


@pytest.mark.parametrize("text", ["%YAML 1.1\n---\na: 1\n", "%TAG ! tag:example.com,2030:\n---\na: 1\n"])
def test_directives_are_refused(text: str) -> None:
    assert (places(text), data(text)) == ([("GLB101", 1, 1)], {"a": 1})


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\n---\nb: 2\n", 2), ("---\na: 1\n---\n", 3), ("a: 1\n--- b\n--- c\n", 2), ("a: 1\n--- [\n", 2)],
)
def test_a_second_document_is_refused_where_it_starts(text: str, line: int) -> None:
    assert places(text) == [("GLB101", line, 1)]
    assert data(text) == {"a": 1}
    assert only(text).message == "a second document starts here, and one file holds one"


@pytest.mark.parametrize(
    ("key", "rule", "column", "kept", "message"),
    [
        ("1", "GLB101", 1, "1", "the key 1 is not text"),
        ("1.5", "GLB101", 1, "1.5", "the key 1.5 is not text"),
        ("true", "GLB101", 1, "true", "the key true is not text"),
        ("~", "GLB101", 1, "~", "the key ~ is not text"),
        ("null", "GLB101", 1, "null", "the key null is not text"),
        ("? ", "GLB101", 2, "", "a key is missing here"),
        ("yes", "GLB105", 1, "yes", "yes is read as true by YAML 1.1 and as text by YAML 1.2"),
        ("010", "GLB105", 1, "010", "010 is read as the number 8 by YAML 1.1 and as the number 10 by YAML 1.2"),
    ],
)
def test_a_key_that_is_not_text_is_told_once_and_kept_as_written(
    key: str, rule: str, column: int, kept: str, message: str
) -> None:
    text = f"{key}\n: x\n" if key.startswith("?") else f"{key}: x\n"
    diagnostic = only(text)

    assert (diagnostic.rule, diagnostic.span.line, diagnostic.span.column) == (rule, 1, column)
    assert diagnostic.message == message
    assert diagnostic.help
    assert data(text) == {kept: "x"}


@pytest.mark.parametrize(
    ("text", "column"), [("{[a]: b, c: d}\n", 2), ("{{a: b}: b, c: d}\n", 2), ("? [a]\n: b\nc: d\n", 3)]
)
def test_a_list_or_map_as_key_is_refused_and_left_out(text: str, column: int) -> None:
    assert places(text) == [("GLB101", 1, column)]
    assert data(text) == {"c": "d"}


def test_aliases_repeat_what_their_anchor_holds() -> None:
    text = "a: &x {k: [v]}\nb: *x\n&key c: &y 1\nd: [*x, *y]\n*key : 2\n"

    assert places(text) == [("GLB102", 5, 1)]
    assert data(text) == {"a": {"k": ["v"]}, "b": {"k": ["v"]}, "c": 1, "d": [{"k": ["v"]}, 1]}


def test_an_alias_may_be_a_key_when_it_is_text() -> None:
    assert data("a: &x name\n*x : 1\n") == {"a": "name", "name": 1}
    assert only("a: &x 1\n*x : 1\n").message == "the key 1 is not text"
    assert data("a: &x 1\nb: &y 2\n*x : 1\n*y : 2\n") == {"a": 1, "b": 2, "1": 1, "2": 2}
    assert places("a: &x [1]\n*x : 1\n") == [("GLB101", 2, 1)]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: *x\nb: &x 1\n", 1, 4, "the alias *x repeats nothing: no anchor &x is above it"),
        ("a: &x [*x]\n", 1, 8, "the alias *x stands inside the value that it repeats"),
        ("a: &x {b: {c: *x}}\n", 1, 15, "the alias *x stands inside the value that it repeats"),
    ],
)
def test_an_alias_without_a_value_ends_the_reading(text: str, line: int, column: int, message: str) -> None:
    diagnostic = only(text)

    assert (diagnostic.rule, diagnostic.span.line, diagnostic.span.column) == ("GLB101", line, column)
    assert diagnostic.message == message
    assert reading(text).root is None


def test_all_mistakes_are_told_at_once_in_the_order_of_the_text() -> None:
    text = "a: yes\na: !x 1\n2: {b: 1, b: 2}\n<<: {}\nc: [1\n"

    assert places(text) == [
        ("GLB105", 1, 4),
        ("GLB101", 2, 4),
        ("GLB102", 2, 1),
        ("GLB101", 3, 1),
        ("GLB102", 3, 11),
        ("GLB101", 4, 1),
        ("GLB101", 5, 4),
    ]
    assert reading(text).root is None


def test_a_file_with_a_million_mistakes_is_told_the_first_thousand() -> None:
    assert len(reading("[" + "y," * 5000 + "]").diagnostics) == 1000


def test_what_a_message_shows_of_the_text_is_short_and_visible() -> None:
    diagnostic = only('"\\e[31m' + "k" * 500 + '": 1\n"\\e[31m' + "k" * 500 + '": 2\n')

    assert "\x1b" not in diagnostic.message
    assert len(diagnostic.message) < 120
