"""A fix replaces exactly one value; every other character of the file stays what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Fix, Span, Wording
from genlb.yamltext import MappingNode, ScalarNode, SequenceNode, read
from genlb.yamltext.edit import edited

FILE = "clusters/fra1/cluster.yaml"


def value(text: str, key: str = "a") -> Span:
    root = read(text.encode(), FILE).root
    assert isinstance(root, MappingNode)
    return root.entries[key].span


@pytest.mark.parametrize(
    ("before", "fix", "after"),
    [
        ("a: 1.30  # x\n", ("", Wording.QUOTED), 'a: "1.30"  # x\n'),
        ('a: "64600"\n', ("64600", Wording.YAML), "a: 64600\n"),
        ("a: 'true' # x\n", ("true", Wording.YAML), "a: true # x\n"),
        ("a: enabled\n", ("Enabled", Wording.TEXT), "a: Enabled\n"),
        ('a: "enabled"\n', ("Enabled", Wording.TEXT), 'a: "Enabled"\n'),
        ("a: 'enabled'\n", ("Enabled", Wording.TEXT), "a: 'Enabled'\n"),
        ("a: 'x'\n", ("it's", Wording.TEXT), "a: 'it''s'\n"),
        ("a: x\n", ("it's: so", Wording.TEXT), 'a: "it\'s: so"\n'),
        ("a: 10.0.0.7/24\n", ("10.0.0.0/24", Wording.TEXT), "a: 10.0.0.0/24\n"),
        ("a: fd00::7/64\n", ("fd00::/64", Wording.TEXT), 'a: "fd00::/64"\n'),
        ("a: v1.35\n", ("1.35", Wording.TEXT), 'a: "1.35"\n'),
        ("a: x\n", ("yes", Wording.TEXT), 'a: "yes"\n'),
        ("a: x", ("y2", Wording.TEXT), "a: y2"),
        ("a: 'x\\'\n", ("a\tb", Wording.TEXT), 'a: "a\\tb"\n'),
    ],
)
def test_the_value_is_replaced_in_its_own_style(before: str, fix: tuple[str, Wording], after: str) -> None:
    text, made = edited(before, [Fix(value(before), *fix)])

    assert text == after
    assert len(made) == 1


@pytest.mark.parametrize("before", ["a: &x 1.30\nb: *x\n", "a: !!str 1.30\n", "a: |\n  1.30\n", "a: >-\n  1.30\n"])
def test_a_value_with_an_anchor_a_tag_or_several_lines_is_left_alone(before: str) -> None:
    assert edited(before, [Fix(value(before), "", Wording.QUOTED)]) == (before, ())


def test_an_alias_is_replaced_where_it_stands_and_not_where_it_points_to() -> None:
    before = "a: &x enabled\nb: *x\n"

    text, _ = edited(before, [Fix(value(before, "b"), "Enabled")])

    assert text == "a: &x enabled\nb: Enabled\n"


def test_an_empty_value_is_no_place_for_text() -> None:
    assert edited("a:\nb: 1\n", [Fix(value("a:\nb: 1\n"), "x")]) == ("a:\nb: 1\n", ())


def test_several_fixes_are_made_at_once_and_the_same_one_once() -> None:
    before = "a: [x, y]  # both\n"
    root = read(before.encode(), FILE).root
    assert isinstance(root, MappingNode)
    listed = root.entries["a"]
    assert isinstance(listed, SequenceNode)
    first, second = (Fix(item.span, f"x{index}") for index, item in enumerate(listed.items, start=1))

    text, made = edited(before, [second, first, second])

    assert text == "a: [x1, x2]  # both\n"
    assert [(edit.span.column, edit.before, edit.after) for edit in made] == [(5, "x", "x1"), (8, "y", "x2")]


def test_of_two_fixes_that_overlap_the_first_one_is_made() -> None:
    before = "a: [x, y]\n"
    whole, inner = Span(FILE, 1, 4, 1, 10), Span(FILE, 1, 5, 1, 6)

    text, made = edited(before, [Fix(inner, "z"), Fix(whole, "[]", Wording.YAML)])

    assert (text, len(made)) == ("a: []\n", 1)


def test_a_fix_that_changes_nothing_is_none() -> None:
    assert edited("a: x\n", [Fix(value("a: x\n"), "x")]) == ("a: x\n", ())


def test_a_fix_for_a_place_that_the_text_does_not_have_is_not_made() -> None:
    spans = [Span(FILE, 9, 1, 9, 2), Span(FILE, 1, 90, 1, 91)]

    assert edited("a: x\n", [Fix(span, "z") for span in spans]) == ("a: x\n", ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_characters_beyond_ascii_stay(end: str) -> None:
    before = end.join(["# Zürich 😀", "k: '😀'", "a: enabled  # 日本", "z: 1", ""])

    text, _ = edited(before, [Fix(value(before), "Enabled")])

    assert text == before.replace("enabled", "Enabled")


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30),
    st.sampled_from(["x", "'x'", '"x"']),
)
def test_whatever_text_a_fix_puts_in_is_read_as_that_text(text: str, before: str) -> None:
    for frame in ("a: {}  # c\nb: 1\n", "a: [{}, z]\n", "a: {{k: {}}}\n"):
        old = frame.format(before)
        start = old.index(before) + 1
        new, _ = edited(old, [Fix(Span(FILE, 1, start, 1, start + len(before)), text)])
        document = read(new.encode(), FILE)

        assert isinstance(document.root, MappingNode)
        node = document.root.entries["a"]
        if isinstance(node, SequenceNode):
            node = node.items[0]
        if isinstance(node, MappingNode):
            node = node.entries["k"]
        assert isinstance(node, ScalarNode)
        assert node.value == text
