"""How a string is written so that every YAML reader reads that string: unquoted, in double quotes, or as a block.

Unquoted is the exception that has to be earned twice: no reader may take it for a number, a word or a date
(`genlb.yamltext.scalars`), and its characters may mean nothing to any parser.
"""

from __future__ import annotations

import re
from functools import lru_cache

from genlb.yamltext.scalars import is_text_everywhere

# Inside a line of block context these are ordinary characters to YAML 1.1 and 1.2. A space or colon counts only
# between two of them: "a: b", "a #b", "a:" and "a " are not plain text.
_PLAIN = re.compile(r"(?:[A-Za-z0-9/]|--(?=[A-Za-z]))[-A-Za-z0-9_./@+=,()%*$]*(?:(?: |:+)[-A-Za-z0-9_./@+=,()%*$]+)*")

# What YAML does not allow at all, what ends a line in YAML 1.1 only (NEL, LS, PS), and what is not seen or turns the
# reading direction round (soft hyphen, zero width, bidi, byte order mark, tags). A fixed list: Python's own idea of
# "printable" changes with its version, and the same data must give the same bytes everywhere. Within ASCII it does not.
_HIDDEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SHORT_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"})

# A block that starts with white space needs an indentation indicator. White space at the end of a line, and empty lines
# at the end of a file, do not survive editors, hooks and tools that split streams. Such text is quoted.
_NOT_IN_BLOCK = re.compile("\\A[ \t\n]|[ \t]$|\n\n\\Z", re.MULTILINE)

# Longer strings are rare and hardly ever the same twice: they would only fill the memory.
_CACHED_LENGTH = 128


def inline(text: str) -> str:
    """``text`` on one line, unquoted where no reader can mistake it; empty where it is better written as a block.

    ValueError for half a surrogate pair.
    """
    return _cached(text) if len(text) <= _CACHED_LENGTH else _inline(text)


def quoted(text: str) -> str:
    """``text`` in double quotes, escaped so that it stays on one line and shows every invisible character."""
    text = text.translate(_SHORT_ESCAPES)
    return f'"{re.sub(_HIDDEN, _escape, text) if _hidden(text) else text}"'


def block(text: str, indent: str) -> str:
    """Several lines of ``text`` as a literal block, each indented by ``indent``, without the last line break."""
    header = "|" if text.endswith("\n") else "|-"
    lines = text.removesuffix("\n").split("\n")
    return "\n".join([header, *(indent + line if line else "" for line in lines)])


def comment_lines(text: str) -> str:
    """``text`` as comment lines; ValueError for a character that would end the comment or is not seen."""
    if match := _hidden(text):
        message = f"U+{ord(match[0]):04X} cannot stand in a YAML comment"
        raise ValueError(message)
    return "".join(f"{f'# {line}'.rstrip()}\n" for line in text.removesuffix("\n").split("\n")) if text else ""


def _inline(text: str) -> str:
    if _PLAIN.fullmatch(text) and is_text_everywhere(text):
        return text
    if "\n" in text and not (_NOT_IN_BLOCK.search(text) or _hidden(text)):
        return ""
    return quoted(text)


_cached = lru_cache(maxsize=16384)(_inline)


def _hidden(text: str) -> re.Match[str] | None:
    """The first character that is not written as it is. Most texts are spared the expression: it is slow to build."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return None
    return re.search(_HIDDEN, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if "\ud800" <= character <= "\udfff":
        message = f"half a surrogate pair (U+{code:04X}) is not a character and cannot be written as YAML"
        raise ValueError(message)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - where four digits end
