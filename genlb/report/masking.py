"""Secrets that somebody typed into a spec are not repeated on a terminal, in a CI log or in a report.

A secret has no place in a spec (rule GLB310), which is exactly why its line is the one that gets quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from genlb.errors import Diagnostic

STARS = "***"
_WHOLLY_SECRET = frozenset({"GLB310"})
_SHORTEST = 4

# A key that sounds like a secret and is no mere reference (secretName, passwordRef), with a scalar behind it.
_KEY = (
    r"(?i)[\"']?\b[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|credential|private[-_]?key|api[-_]?key)"
    r"(?![\w.-]*(?:name|names|namespace|ref|refs|secrets|key)[\"']?\s*:)[\w.-]*[\"']?\s*:"
)
_SECRET_VALUE = re.compile(
    _KEY + r"\s+(?P<value>\"(?:\\.|[^\"\\])*\"?|'(?:''|[^'])*'?|[^\s{\[&*!|>#][^,}\]]*?)\s*(?:[,}\]]|\s#|$)"
)
_SECRET_BLOCK = re.compile(_KEY + r"\s*[|>][-+0-9]*\s*(?:#.*)?$")
_URL_PASSWORD = re.compile(r"://(?P<value>[^\s/@\"']+)@")
_URL_QUERY = re.compile(
    r"(?i)[?&;][\w.-]*(?:passw(?:or)?d|secret|token|credential|api[-_]?key|signature)=(?P<value>[^\s&;#\"',}\]]+)"
)
_PRIVATE_KEY = re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<value>.+?)(?=-----END|[\"']|\Z)")
_BEGINS, _ENDS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "-----END"
_SECRET_DATA = ("data", "stringData")

Range = tuple[int, int]


def secret_ranges(lines: Sequence[str], number: int) -> list[Range]:
    """Which parts of line ``number`` (from 1) to hide, as half-open ranges of code points from 0."""
    line = lines[number - 1]
    if _inside_secret_block(lines, number):
        return [(len(line) - len(line.lstrip()), len(line))]
    return [match.span("value") for match in _SECRET_VALUE.finditer(line)] + list(_by_form(line))


def _by_form(text: str) -> Iterator[Range]:
    """What gives itself away by its form, whatever key it stands behind: the rule about secrets knows most of it."""
    from genlb.spec.credentials import CERTAIN  # not at the top: few runs have anything to quote

    for pattern in (_URL_PASSWORD, _URL_QUERY, _PRIVATE_KEY):
        yield from (match.span("value") for match in pattern.finditer(text))
    yield from (match.span() for match in CERTAIN.finditer(text))


def _inside_secret_block(lines: Sequence[str], number: int) -> bool:
    """Whether the line is text of a block scalar under a secret-like key, or of a private key."""
    indent, closed = _indent(lines[number - 1]), False
    for line in reversed(lines[: number - 1]):
        closed = closed or _ENDS in line
        if not closed and _BEGINS.search(line):
            return True
        if line.strip() and _indent(line) < indent:
            return bool(_SECRET_BLOCK.search(line))
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def ranges_of(diagnostic: Diagnostic, lines: Sequence[str]) -> list[Range]:
    """Which parts of the diagnostic's line to hide; all of its span when the rule is about a secret."""
    span = diagnostic.span
    if not 1 <= span.line <= len(lines):
        return []
    ranges = secret_ranges(lines, span.line)
    if diagnostic.rule in _WHOLLY_SECRET:
        end = span.end_column - 1 if span.end_line == span.line else len(lines[span.line - 1])
        ranges.append((span.column - 1, end))
    return ranges


def concealed(diagnostic: Diagnostic, lines: Sequence[str]) -> Diagnostic:
    """The diagnostic with the secrets of its line taken out of its own words."""
    if not 1 <= diagnostic.span.line <= len(lines):
        return diagnostic
    line = lines[diagnostic.span.line - 1]
    secrets = [line[start:end].strip("\"' ") for start, end in ranges_of(diagnostic, lines)]
    words = {name: getattr(diagnostic, name) for name in ("message", "why", "help")}
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            words = {name: text.replace(secret, STARS) for name, text in words.items()}
    return diagnostic._replace(**words)


def masked_data(data: Any) -> Any:
    """Plain data without what looks like a secret: by its key, by its form, or as the data of a Secret."""
    if isinstance(data, dict):
        is_secret = data.get("kind") == "Secret"
        return {key: _masked_value(key, value, is_secret=is_secret) for key, value in data.items()}
    if isinstance(data, list):
        return [masked_data(item) for item in data]
    return _masked_text(data) if isinstance(data, str) else data


def _masked_value(key: str, value: Any, *, is_secret: bool) -> Any:
    if is_secret and key in _SECRET_DATA:
        return dict.fromkeys(value, STARS) if isinstance(value, dict) else STARS
    if is_secret and key == "merge" and isinstance(value, dict):  # of a patch
        return {name: _masked_value(name, item, is_secret=True) for name, item in value.items()}
    if isinstance(value, str) and _SECRET_VALUE.search(f"{key}: x"):
        return STARS
    return masked_data(value)


def _masked_text(text: str) -> str:
    for start, end in sorted(_by_form(text), reverse=True):
        text = text[:start] + STARS + text[end:]
    return text
