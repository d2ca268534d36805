"""HTML and XML written by a tiny tree of functions: nothing gets into a page but through `markup`.

`Safe` marks text that is markup already; everything else is escaped where it is put in, so that forgetting is harmless.
"""

from __future__ import annotations

import re

from genlb.report.visible import visible_lines

# What neither XML 1.0 nor HTML can say, not even escaped (XML 1.0 section 2.2; HTML: noncharacters).
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\ufdd0-\ufdef]")
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_SIGN = re.compile("[&<>\"']")

_VOID = frozenset({"br", "col", "hr", "input", "meta"})


class Safe(str):
    """Markup that may be put into a page as it is."""

    __slots__ = ()


def markup(text: str) -> Safe:
    """``text`` as text, wherever it is put, inside a double-quoted attribute too; hidden characters are spelt out."""
    shown = _NO_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", visible_lines(text))
    return Safe(_SIGN.sub(lambda match: _SIGNS[match[0]], shown))


def element(tag: str, *content: str, **attributes: str | int | None) -> Safe:
    """``<tag …>content</tag>``; an attribute that is None is left out, a line break in one is a reference.

    The names of attributes are Python's: ``class_`` for ``class``, ``aria_label`` for ``aria-label``.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_quoted(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Safe(f"<{tag}{written}>")
    return Safe(f"<{tag}{written}>{joined(*content)}</{tag}>")


def _quoted(value: str | int) -> str:
    """The value of an attribute; readers of XML make a space of a bare line break there."""
    return markup(str(value)).replace("\n", "&#10;")


def joined(*content: str) -> Safe:
    """Pieces one after another, escaped where they are not `Safe`."""
    return Safe("".join(piece if isinstance(piece, Safe) else markup(piece) for piece in content))


def prose(text: str) -> Safe:
    """A sentence whose words in backticks are code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return markup(text)
    return joined(*(element("code", piece) if number % 2 else piece for number, piece in enumerate(pieces)))


def scrollable(content: Safe, label: str) -> Safe:
    """What may be wider than the page, in a frame that the keyboard can scroll."""
    return element("div", content, class_="scroll", tabindex=0, role="group", aria_label=label)
