"""Text that others wrote becomes plain data, or InvalidInput with located diagnostics."""

from __future__ import annotations

import pytest

from genlb.errors import InvalidInput
from genlb.yamltext import Limits, load, load_all
from tests.yamltext.corpus import FILE


def test_yaml_becomes_plain_data() -> None:
    assert load(b"a: [1, 2.5, x]\nb: {c: null, d: true}\n", FILE) == {"a": [1, 2.5, "x"], "b": {"c": None, "d": True}}


def test_disputed_scalars_of_others_have_their_yaml_1_2_value() -> None:
    assert load(b"[yes, 010, 65001:50, 1_000, 2024-01-01]", FILE) == ["yes", 10, "65001:50", "1_000", "2024-01-01"]


def test_no_text_is_no_data() -> None:
    assert load(b"", FILE) is None
    assert load_all(b"# nothing\n", FILE) == []


def test_a_stream_is_read_document_by_document() -> None:
    assert load_all(b"a: 1\n---\n- b\n--- c\n...\n---\n", FILE) == [{"a": 1}, ["b"], "c", None]
    assert load_all(b"a: 1\n", FILE) == [{"a": 1}]


def test_anchors_end_with_their_document() -> None:
    with pytest.raises(InvalidInput, match=r"no anchor &x is above it"):
        load_all(b"a: &x 1\n---\nb: *x\n", FILE)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (b"a: 1\na: 2\nb: {c: 1, c: 2}\n", [("GLB102", 2, 1), ("GLB102", 3, 11)]),
        (b"a: !x 1\n<<: {}\n1: x\n", [("GLB101", 1, 4), ("GLB101", 2, 1), ("GLB101", 3, 1)]),
        (b"a: 1\n---\nb: 2\n", [("GLB101", 2, 1)]),
        (b"a: 1\na: 2\nb: [\n", [("GLB101", 3, 5), ("GLB102", 2, 1)]),
        (b"a: \xff", [("GLB101", 1, 4)]),
        (b"a: \0", [("GLB101", 1, 4)]),
        (b"a:\n\tb: 1\n", [("GLB101", 2, 1)]),
        (b"a: *x\n", [("GLB101", 1, 4)]),
    ],
)
def test_foreign_text_is_read_as_strictly(text: bytes, places: list[tuple[str, int, int]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(text, FILE)

    found = {(d.rule, d.span.line, d.span.column) for d in caught.value.diagnostics}
    assert found == set(places)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b'{"a": [1, -2, 1.5, 1e3, true, false, null, "x"]}', {"a": [1, -2, 1.5, 1000.0, True, False, None, "x"]}),
        (b'\n\t{"a":\t"yes", "b": "1_000", "<<": {}}\n', {"a": "yes", "b": "1_000", "<<": {}}),
        (b"[]", []),
        (b'["\\ud83d\\ude00\\/\\u2028"]', ["😀/\u2028"]),
        ('["a\u0085b\u2028c\x7f\ufeff"]'.encode(), ["a\u0085b\u2028c\x7f\ufeff"]),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    ],
)
def test_json_is_read_as_json(text: bytes, data: object) -> None:
    assert load(text, FILE) == data
    assert load_all(text, FILE) == [data]


def test_flow_style_yaml_is_not_mistaken_for_json() -> None:
    assert load(b"{a: b}\n", FILE) == {"a": "b"}
    assert load(b"[a, 'b']\n", FILE) == ["a", "b"]
    assert load(b'{"a": NaN, "b": Infinity}', FILE) == {"a": "NaN", "b": "Infinity"}


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        (b'{"a": 1, "b": {"a": 2, "a": 3}}', "GLB102", 24),
        (b'{"a": 1, "a": 2}', "GLB102", 10),
        (b'["\\ud83d"]', "GLB101", 3),
        (b'["\\ude00\\ud83d"]', "GLB101", 3),
        (b'{"a": [1}', "GLB101", 7),
        (b'["a\x01"]', "GLB101", 4),
        (b"[" * 101 + b"]" * 101, "GLB101", 101),
        (b"[" * 100_000, "GLB101", 101),
    ],
)
def test_json_that_is_not_sound_is_told_with_its_place(text: bytes, rule: str, column: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(text, FILE)

    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.rule, diagnostic.span.line, diagnostic.span.column) == (rule, 1, column)


def test_json_has_the_same_limits_as_yaml() -> None:
    assert load(b'[["a"],["b"]]', FILE, limits=Limits(depth=2, nodes=5)) == [["a"], ["b"]]
    with pytest.raises(InvalidInput, match="inside each other"):
        load(b'[["a"],["b"]]', FILE, limits=Limits(depth=1))
    with pytest.raises(InvalidInput, match="values"):
        load(b'[["a"],["b"]]', FILE, limits=Limits(nodes=4))


@pytest.mark.parametrize("character", ["\u0085", "\u2028", "\u2029", "\ufeff"])
def test_places_are_those_that_a_person_sees_whatever_ends_a_line_for_old_readers(character: str) -> None:
    text = f"a: 'x{character}y'\r\nb: |\n  x{character}  z\n  y\n😀: {{b: '{character}', c: 2, c: 3}}"

    with pytest.raises(InvalidInput) as caught:
        load(text.encode(), FILE)

    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.rule, diagnostic.span) == ("GLB102", (FILE, 5, 19, 5, 20))


def test_every_mistake_of_a_text_is_in_the_exception() -> None:
    with pytest.raises(InvalidInput, match=r"2:1: GLB102: the key a stands twice .*; .*3:1: GLB102") as caught:
        load(b"a: 1\na: 2\na: 3\n", FILE)

    assert len(caught.value.diagnostics) == 2
