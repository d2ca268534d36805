"""Text of unknown origin made safe to show: what steers a terminal or hides itself becomes readable.

Specs come from pull requests and names from directories: a line may hold escape sequences that repaint the terminal, or
bidirectional controls that make it read differently from what it says (CVE-2021-42574).
"""

from __future__ import annotations

TAB = "    "

# Zero width and bidirectional controls are category Cf, escape sequences and C1 controls Cc; a lone surrogate is a byte
# that was no UTF-8; line and paragraph separators would break the line.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    """``text`` with every control character spelt out; a tab becomes four spaces."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(visible_character, text))


def visible_lines(text: str) -> str:
    """As `visible`, with line breaks left as they are."""
    return "\n".join(map(visible, text.split("\n")))


def visible_character(character: str) -> str:
    """One code point as it can be shown."""
    if character == "\t":
        return TAB
    import unicodedata

    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 -- two hex digits are enough up to here
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 -- and four up to here


def width(text: str) -> int:
    """How many columns of a terminal ``text`` fills: wide East Asian characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
