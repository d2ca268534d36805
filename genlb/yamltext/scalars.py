"""How readers of YAML take an unquoted scalar: the one table that reader and writer share.

The same unquoted text means different things to different readers:

* **YAML 1.2 core** (yaml.org/spec/1.2.2, §10.3.2) is what genlb reads.
* **YAML 1.1** (yaml.org/type) as PyYAML, Ansible and most older tools read it: ``yes`` is true, ``010`` is 8,
  ``65001:50`` is base 60.
* **Go** (go.yaml.in/yaml v2 and v3: kubectl, kustomize, Argo CD, Flux) is neither: it knows the booleans of 1.1 and
  the exponents of 1.2, takes ``0B1`` and ``1_000``, and turns a number beyond 64 bits into a float.

`resolve` says what a scalar is and who would disagree; `is_text_everywhere` says which strings nobody can mistake.
What the other readers make of numbers is in `genlb.yamltext.disputes`, which few files need.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from genlb.yamltext.node import Scalar


class Reading(NamedTuple):
    """What a plain scalar is: its YAML 1.2 core ``value``, and the ``dispute`` when another reader differs."""

    value: Scalar
    dispute: Dispute | None


class Dispute(NamedTuple):
    """How two readers differ about a scalar (``is read as … and as …``), and how to write each without a doubt."""

    sentence: str
    spellings: tuple[str, ...]


_WORDS: dict[str, Scalar] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -float("inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
WORDS_OF_1_1: dict[str, str] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), "true"),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), "false"),
    "=": "the default key",
    "<<": "a merge key",
}
"""What YAML 1.1 takes for another thing than text, and for which one."""

WORDS = frozenset(_WORDS) | frozenset(WORDS_OF_1_1)
"""Every scalar without a digit that some reader does not take as text."""

NUMBER_STARTS = frozenset("0123456789+-.")
"""What the numbers and dates of every reader start with."""

# No number and no date of any reader has a character outside this set: most addresses, prefixes and quantities
# (10.0.0.0/8, 250m, 64Mi, 2m0s) are known as text by it.
_NUMBER_LIKE = re.compile(r"[-+.0-9][-+.:_0-9A-Fa-fOoPpTtXxZz \t]*")
# Digits with three dots are a number to nobody, nor is a UUID: addresses and ranges of addresses stay unquoted.
_NO_NUMBER = re.compile(
    r"[0-9]+(?:\.[0-9]+){3}(?:-[0-9]+(?:\.[0-9]+){3})?|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
)
_COMMON_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")

# Nobody writes a longer number, and working one out takes time that grows with the square of its length.
_LONGEST_NUMBER = 128


def resolve(text: str) -> Reading:
    """What the plain scalar ``text`` is in YAML 1.2 core, and how the first reader differs that takes it otherwise.

    A scalar that neither is in `WORDS` nor starts with one of `NUMBER_STARTS` is text for everybody; callers
    may spare themselves the call. A number of more than 128 characters is disputed and stays text.
    """
    return _cached(text) if len(text) <= _LONGEST_NUMBER else _resolve(text)


def is_text_everywhere(text: str) -> bool:
    """Whether every reader takes the plain scalar ``text`` for that text; a doubtful one is answered with no."""
    return text.lower() not in _RESERVED and not _may_be_number(text)


_RESERVED = frozenset(word.lower() for word in WORDS) | {"inf", "infinity", "nan"}


def _may_be_number(text: str) -> bool:
    return _NUMBER_LIKE.fullmatch(text) is not None and not _NO_NUMBER.fullmatch(text)


def _resolve(text: str) -> Reading:
    if text in _WORDS:
        return Reading(_WORDS[text], None)
    if _COMMON_INTEGER.fullmatch(text):
        return Reading(int(text), None)
    if text not in WORDS_OF_1_1 and not _may_be_number(text):
        return Reading(text, None)
    from genlb.yamltext import disputes  # not at the top: few files have a number that anybody may dispute

    if len(text) > _LONGEST_NUMBER:
        return Reading(text, disputes.of_long_number(text))
    value = disputes.core(text)
    return Reading(value, disputes.of(text, value))


_cached = lru_cache(maxsize=4096)(_resolve)
