"""Who reads an unquoted number otherwise than YAML 1.2 core does: the grammars of PyYAML and of Go's YAML.

A reading is told in words (``the number 8``, ``true``, ``text``): readers differ where their words do.
"""

from __future__ import annotations

import re

from genlb.yamltext.node import Scalar
from genlb.yamltext.scalars import WORDS_OF_1_1, Dispute

_CORE_INTEGER = re.compile(r"(?P<decimal>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hexadecimal>[0-9A-Fa-f]+)")
# The numbers of YAML 1.2 core that are not spelled as integers (and the decimal ones that are).
_CORE_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_PYYAML_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<binary>[01_]+)|0x(?P<hexadecimal>[0-9A-Fa-f_]+)|0(?P<octal>[0-7_]+)"
    r"|(?P<decimal>0|[1-9][0-9_]*)|(?P<sexagesimal>[1-9][0-9_]*(?::[0-5]?[0-9])+))"
)
_PYYAML_FLOAT = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<decimal>[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?)"
    r"|(?P<sexagesimal>[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*))"
    r"|(?P<fraction>\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)"
)
_PYYAML_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)

_GO_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hexadecimal>[0-9A-Fa-f]+)|0[bB](?P<binary>[01]+)|0[oO]?(?P<octal>[0-7]+)"
    r"|(?P<decimal>0|[1-9][0-9]*))"
)
# Go cuts the prefix off and reads what is left as a signed number: 0b-1 is -1, while -0b-1 is text.
_GO_LATE_INTEGER = re.compile(
    r"(?P<sign>-?)0(?:b(?P<binary>(?:(?<!-0b)[-+])?[01]+)|o(?P<octal>(?:(?<!-0o)[-+])?[0-7]+))"
)
_GO_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_GO_CLOCK = r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?"
_GO_DATE = re.compile(
    rf"[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?: +{_GO_CLOCK}|[Tt]{_GO_CLOCK}(?:Z|[-+][0-9]{{2}}:[0-9]{{2}}))?"
)

_BASES = {"binary": 2, "octal": 8, "decimal": 10, "hexadecimal": 16}  # by the groups of the integer patterns
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)
_UNDISPUTED = re.compile(r"true|false|-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]+)?")


def core(text: str) -> Scalar:
    """The number that YAML 1.2 core reads in the plain scalar ``text``, else the text itself."""
    if match := _CORE_INTEGER.fullmatch(text):
        base = match.lastgroup or ""
        return int(match[base], _BASES[base])
    return float(text) if _CORE_FLOAT.fullmatch(text) else text


def of(text: str, value: Scalar) -> Dispute | None:
    """How the first other reader differs that does not take the plain scalar ``text`` for ``value``."""
    ours = _in_words(value)
    for reader, other in (("YAML 1.1", _pyyaml(text)), ("Go's YAML (kubectl)", _go(text))):
        if other != ours:
            sentence = f"is read as {other} by {reader} and as {ours} by YAML 1.2"
            return Dispute(sentence, _spellings(text, other, ours))
    return None


def of_long_number(text: str) -> Dispute | None:
    """A dispute where any reader takes the long ``text`` for a number; which one is not worked out."""
    digits = text.replace("_", "")
    grammars = (_CORE_FLOAT, _PYYAML_INTEGER, _PYYAML_FLOAT, _GO_INTEGER, _GO_LATE_INTEGER)
    if any(grammar.fullmatch(digits) for grammar in grammars):
        return Dispute("is too long to be the same number to all readers", ())
    return None


def _spellings(text: str, *readings: str) -> tuple[str, ...]:
    """The readings, each written so that nobody can mistake it; none for base 60: ``65001:50`` is meant as text."""
    names = (words.removeprefix("the number ") for words in readings)
    return tuple(name for name in names if _UNDISPUTED.fullmatch(name) and ":" not in text)


def _in_words(value: Scalar) -> str:
    return "text" if isinstance(value, str) else f"the number {value!r}"


def _pyyaml(text: str) -> str:
    """What YAML 1.1 as PyYAML reads it takes ``text`` for, in words."""
    if text in WORDS_OF_1_1:
        return WORDS_OF_1_1[text]
    if _PYYAML_DATE.fullmatch(text):
        return "a date"
    if match := _PYYAML_INTEGER.fullmatch(text):
        kind = match.lastgroup or ""
        digits = match[kind].replace("_", "")
        number = _base_60(digits) if kind == "sexagesimal" else int(digits or "0", _BASES[kind])
        return _in_words(-number if match["sign"] == "-" else number)
    if match := _PYYAML_FLOAT.fullmatch(text):
        kind = match.lastgroup or ""
        digits = match[kind].replace("_", "")
        number = float(_base_60(digits) if kind == "sexagesimal" else digits)
        return _in_words(-number if match["sign"] == "-" else number)
    return "text"


def _base_60(digits: str) -> float:
    value: float = 0
    for part in digits.split(":"):
        value = value * 60 + (float(part) if "." in part else int(part))
    return value


def _go(text: str) -> str:
    """What Go's YAML takes ``text`` for, in words; where v2 and v3 differ, the one that is not text."""
    if text in WORDS_OF_1_1:
        return WORDS_OF_1_1[text]
    if _GO_DATE.fullmatch(text):
        return "a date"
    digits = text.replace("_", "")
    for grammar in (_GO_INTEGER, _GO_LATE_INTEGER):
        if (value := _go_integer(grammar, digits)) is not None:
            return _in_words(value)
    is_float = _GO_FRACTION.fullmatch(text) if text[0] == "." else _CORE_FLOAT.fullmatch(digits)
    if is_float and abs(number := float(digits)) != float("inf"):
        return _in_words(number)
    return "text"


def _go_integer(grammar: re.Pattern[str], digits: str) -> int | None:
    match = grammar.fullmatch(digits)
    if not match:
        return None
    kind = match.lastgroup or ""
    value = int(match[kind], _BASES[kind])
    value = -value if match["sign"] == "-" else value
    return value if value in _INT64 or (not match["sign"] and value in _UINT64) else None
