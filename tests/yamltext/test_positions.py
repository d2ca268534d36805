"""Every node and key knows its place: lines and columns from 1, columns in code points, the end exclusive."""

from __future__ import annotations

import pytest

from genlb.errors import Span
from genlb.yamltext import MappingNode, Node, ScalarNode, SequenceNode
from tests.yamltext.corpus import FILE, SPEC, reading


def root(text: str) -> Node:
    """The root of a text without any mistake."""
    document = reading(text)
    assert document.diagnostics == ()
    assert document.root is not None
    return document.root


def at(node: Node, *path: str | int) -> Node:
    """What stands at ``path`` inside ``node``."""
    for step in path:
        if isinstance(step, str):
            assert isinstance(node, MappingNode)
            node = node.entries[step]
        else:
            assert isinstance(node, SequenceNode)
            node = node.items[step]
    return node


def span(*numbers: int) -> Span:
    line, column, end_line, end_column = numbers
    return Span(FILE, line, column, end_line, end_column)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("kind",), span(3, 7, 3, 14)),
        (("metadata",), span(5, 3, 6, 42)),
        (("metadata", "name"), span(5, 9, 5, 18)),
        (("metadata", "labels"), span(6, 11, 6, 42)),
        (("metadata", "labels", "region"), span(6, 31, 6, 41)),
        (("spec", "network", "podCIDRs"), span(9, 15, 9, 52)),
        (("spec", "network", "podCIDRs", 0), span(9, 16, 9, 31)),
        (("spec", "network", "podCIDRs", 1), span(9, 33, 9, 51)),
        (("spec", "bgp", "asNumber"), span(11, 15, 11, 20)),
        (("spec", "bgp"), span(11, 5, 19, 17)),
        (("spec", "bgp", "racks"), span(13, 7, 19, 17)),
        (("spec", "bgp", "racks", 0, "routers", 0), span(15, 13, 18, 15)),
        (("spec", "bgp", "racks", 0, "routers", 0, "addresses"), span(15, 58, 18, 14)),
        (("spec", "pools"), span(21, 3, 32, 14)),
        (("spec", "pools", 0), span(21, 5, 26, 12)),
        (("spec", "pools", 0, "note"), span(23, 11, 26, 12)),
        (("spec", "pools", 1, "note"), span(29, 11, 31, 11)),
        (("spec", "pools", 1, "priority"), span(32, 14, 32, 14)),
    ],
)
def test_a_value_in_a_spec_stands_where_a_person_sees_it(path: tuple[str | int, ...], expected: Span) -> None:
    assert at(root(SPEC), *path).span == expected


def test_keys_know_their_place_too() -> None:
    pool = at(root(SPEC), "spec", "pools", 0)

    assert isinstance(pool, MappingNode)
    assert pool.keys == {"name": span(21, 5, 21, 9), "autoAssign": span(22, 5, 22, 15), "note": span(23, 5, 23, 9)}
    assert list(pool.keys) == list(pool.entries)


def test_columns_count_code_points() -> None:
    document = root("😀é: [日本, '😀'] # 😀\n")

    assert isinstance(document, MappingNode)
    assert document.keys["😀é"] == span(1, 1, 1, 3)
    assert at(document, "😀é").span == span(1, 5, 1, 14)
    assert at(document, "😀é", 1).span == span(1, 10, 1, 13)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_as_one(line_end: str) -> None:
    document = root(line_end.join(["a: 1", "", "b: |", "  x", "", "c: 2", ""]))

    assert at(document, "b").span == span(3, 4, 4, 4)
    assert at(document, "c").span == span(6, 4, 6, 5)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert at(root("\ufeffa: b"), "a").span == span(1, 4, 1, 5)


def test_a_text_without_a_last_line_break_ends_at_its_last_character() -> None:
    assert root("a: [b]").span == span(1, 1, 1, 7)
    assert root("a:\n  - b").span == span(1, 1, 2, 6)
    assert root("a: |\n  b").span == span(1, 1, 2, 4)


def test_blank_lines_and_comments_behind_a_collection_are_not_part_of_it() -> None:
    document = root("a:\n  - b  # c\n\n\n# d\ne: f\n\n\n")

    assert document.span == span(1, 1, 6, 5)
    assert at(document, "a").span == span(2, 3, 2, 6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: |\n  x\n\n\nb: 1\n", span(1, 4, 2, 4)),
        ("a: |+\n  x\n\n\nb: 1\n", span(1, 4, 2, 4)),
        ("a: |\n  x\n# c\nb: 1\n", span(1, 4, 2, 4)),
        ("a: >\n  x\n\n  y\n\n", span(1, 4, 4, 4)),
        ("a: |\nb: 1\n", span(1, 4, 1, 5)),
        ("a: |-", span(1, 4, 1, 6)),
    ],
)
def test_a_block_of_text_ends_with_its_last_line_that_is_not_blank(text: str, expected: Span) -> None:
    assert at(root(text), "a").span == expected


def test_a_plain_scalar_of_several_lines_ends_with_its_last_word() -> None:
    document = root("a: b\n  c   # d\n")

    node = at(document, "a")
    assert isinstance(node, ScalarNode)
    assert (node.value, node.span) == ("b c", span(1, 4, 2, 4))


@pytest.mark.parametrize("text", ["a:\n", "a:   # c\n", "{a: }", "{a:   , b: c}", "a: \n\n\nb: c\n"])
def test_a_value_that_is_missing_stands_behind_the_colon(text: str) -> None:
    column = text.index(":") + 2

    assert at(root(text), "a").span == span(1, column, 1, column)


def test_an_anchor_belongs_to_its_value() -> None:
    document = root("a:  &x\nb: &y c\n")

    assert at(document, "a").span == span(1, 5, 1, 7)
    assert at(document, "b").span == span(2, 4, 2, 8)


def test_an_alias_is_a_value_of_its_own_place() -> None:
    document = root("a: &x\n  k: v\nb: [*x, *x]\n")

    assert at(document, "a").span == span(1, 4, 2, 7)
    assert at(document, "b", 0).span == span(3, 5, 3, 7)
    assert at(document, "b", 1).span == span(3, 9, 3, 11)
    assert at(document, "b").span == span(3, 4, 3, 12)
    assert at(document, "b", 1, "k").span == span(2, 6, 2, 7)
