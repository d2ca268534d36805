"""From bytes to text that a YAML parser may be given, and where in that text something stands.

What is refused here never reaches a parser, so both parsers (libyaml and pure Python) see the same clean text and
count lines and columns alike.
"""

from __future__ import annotations

import re

from genlb.errors import Diagnostic, Related, Severity, Span
from genlb.yamltext.quote import quoted

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML calls not printable (§5.1)."""

DISPUTED = "[\x85\u2028\u2029\ufeff]"
"""Line ends in YAML 1.1 that are ordinary characters in 1.2, and a byte order mark that is not at the start."""

_TAG_DIRECTIVE = "(?:^|[\n\r\x85\u2028\u2029])(%TAG)"
_MOST_TAG_DIRECTIVES = 64

_BREAK = re.compile("\r\n|\r|\n")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Refused(Exception):
    """Ends the reading of a text; ``diagnostic`` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def decode(data: bytes, file: str) -> str:
    """``data`` as UTF-8 text without a leading byte order mark; `Refused` names the first bad byte."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        good = data[: error.start].decode().removeprefix("\ufeff")
        line, column = place(good, len(good))
        cure = "it looks like UTF-16: " if data.startswith(_UTF_16) else ""
        raise Refused(
            syntax_error(
                Span(file, line, column, line, column + 1),
                f"byte 0x{data[error.start]:02X} is not UTF-8",
                help=f"{cure}save the file as UTF-8",
            )
        ) from error
    return text.removeprefix("\ufeff")


def check_characters(text: str, file: str, *, strict: bool) -> None:
    """Refuse control characters; with ``strict`` also what YAML 1.1 and 1.2 do not both take for a character."""
    if match := _CONTROL.search(text):
        raise Refused(
            syntax_error(
                _at(match, file),
                f"YAML does not allow the control character U+{ord(match[0]):04X}",
                help=f"remove it, or write it as {quoted(match[0])} in double quotes",
            )
        )
    if strict and not text.isascii() and (match := re.search(DISPUTED, text)):
        raise Refused(
            Diagnostic(
                rule="GLB105",
                severity=Severity.ERROR,
                message=f"the invisible character U+{ord(match[0]):04X} is not read alike by YAML 1.1 and YAML 1.2",
                span=_at(match, file),
                why="One of them ends the line there: what looks like one line, or like a comment, is two.",
                help=f"remove it, or write it as {quoted(match[0])} in double quotes",
            )
        )


def syntax_error(
    span: Span,
    message: str,
    *,
    help: str = "",  # noqa: A002 - as in Diagnostic
    why: str = "",
    related: tuple[Related, ...] = (),
) -> Diagnostic:
    """A GLB101: the text cannot be read as YAML, or not safely."""
    return Diagnostic(
        rule="GLB101", severity=Severity.ERROR, message=message, span=span, why=why, help=help, related=related
    )


def check_directives(text: str, file: str) -> None:
    """Refuse a flood of %TAG lines: a parser compares each with all before it, and 4 MiB of them take five minutes."""
    if text.count("%TAG") <= _MOST_TAG_DIRECTIVES:
        return
    for count, match in enumerate(re.finditer(_TAG_DIRECTIVE, text)):
        if count == _MOST_TAG_DIRECTIVES:
            line, column = place(text, match.start(1))
            span = Span(file, line, column, line, column + 4)
            raise Refused(syntax_error(span, f"more than {count} %TAG lines", help="remove them: tags are not read"))


def line_starts(text: str) -> list[int]:
    """Where each line of ``text`` starts; lines end with LF, CR LF or CR."""
    return [0, *(end.end() for end in _BREAK.finditer(text))]


def place(text: str, index: int) -> tuple[int, int]:
    """Line and column of the character ``index``, both from 1."""
    starts = line_starts(text[:index])
    return len(starts), index - starts[-1] + 1


def _at(match: re.Match[str], file: str) -> Span:
    line, column = place(match.string, match.start())
    return Span(file, line, column, line, column + 1)
