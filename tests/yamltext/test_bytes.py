"""Only clean UTF-8 text reaches the parser; what is not is refused at its line and column."""

from __future__ import annotations

import pytest

from genlb.yamltext import load, plain
from tests.yamltext.corpus import FILE, only, places, reading


@pytest.mark.parametrize(
    ("data", "line", "column", "byte"),
    [
        (b"\xff", 1, 1, "0xFF"),
        (b"a: 1\nb: caf\xe9\n", 2, 7, "0xE9"),
        ("é: ".encode() + b"\xc3", 1, 4, "0xC3"),
        ("\ufeffa: 😀".encode() + b"\x80\n", 1, 5, "0x80"),
        (b"a:\r\n  b: \xed\xa0\x80\n", 2, 6, "0xED"),
        (b"a: \xc0\xaf\n", 1, 4, "0xC0"),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_named(data: bytes, line: int, column: int, byte: str) -> None:
    diagnostic = only(data)

    assert diagnostic.rule == "GLB101"
    assert diagnostic.span == (FILE, line, column, line, column + 1)
    assert diagnostic.message == f"byte {byte} is not UTF-8"
    assert diagnostic.help == "save the file as UTF-8"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised(encoding: str) -> None:
    diagnostic = only("\ufeffa: 1\n".encode(encoding))

    assert diagnostic.span == (FILE, 1, 1, 1, 2)
    assert "UTF-16" in diagnostic.help


@pytest.mark.parametrize(
    "character", [chr(code) for code in range(32) if chr(code) not in "\t\n\r"] + ["\x7f", "\x80", "\ufffe"]
)
def test_control_characters_are_refused_where_they_stand(character: str) -> None:
    for text in (f"a: b\nc: 'é{character}'\n", f"a: b\n# é {character}\n"):
        diagnostic = only(text)

        assert diagnostic.rule == "GLB101"
        assert diagnostic.span == (FILE, 2, 6, 2, 7) if text[5] == "c" else (FILE, 2, 5, 2, 6)
        assert diagnostic.message == f"YAML does not allow the control character U+{ord(character):04X}"
        assert f'"\\u{ord(character):04X}"' in diagnostic.help
        assert character not in diagnostic.message + diagnostic.help


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029", "\ufeff"])
def test_characters_that_end_a_line_for_some_readers_are_refused(character: str) -> None:
    diagnostic = only(f"a: b # c{character}d: e\n")

    assert (diagnostic.rule, diagnostic.span) == ("GLB105", (FILE, 1, 9, 1, 10))
    assert character not in diagnostic.message + diagnostic.help


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029", "\ufeff"])
def test_escaped_in_quotes_they_are_read(character: str) -> None:
    root = reading(f'a: "x\\u{ord(character):04X}"\n').root

    assert root is not None
    assert plain(root) == {"a": "x" + character}


def test_a_leading_byte_order_mark_is_dropped() -> None:
    assert places("\ufeffa: 1\n") == []
    assert load("\ufeffa: 1\n".encode(), FILE) == {"a": 1}


def test_other_characters_are_read_as_they_are() -> None:
    assert load("a: é 日本 😀 \xa0 \ue000 \ufffd\n".encode(), FILE) == {"a": "é 日本 😀 \xa0 \ue000 \ufffd"}
