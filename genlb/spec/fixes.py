"""Cures of single values and keys that need no thought: what `genlb validate --fix` may write into somebody's file.

A fix is offered only where the help names one spelling and no other reading is likely. Imported when the first mistake
is found: a valid spec never pays for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from genlb.errors import Fix, Wording
from genlb.spec.problems import Term
from genlb.spec.shapes import Choice, Constant, Listing, Parsed, Shape, Text, Truth, Whole
from genlb.spec.suggest import is_known_elsewhere
from genlb.yamltext.node import MappingNode, ScalarNode
from genlb.yamltext.quote import quoted

BOOLEANS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
"""What people write for true and false, in lower case."""

PREFIXED_AS_NUMBER = re.compile(r"[Aa][Ss][Nn]? ?([1-9][0-9]{0,9})")
"""An AS number as people say it: AS64600."""

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(_[0-9]{3}){1,5}")
_DOTTED = re.compile(r"(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})")
_SHORTEST_WORD = 4
_HALF = 1 << 16
"""What one step of the high half of a dotted AS number is worth."""


def fix_of_key(key: str, node: MappingNode, known: Iterable[str]) -> Fix | None:
    """The right name for an unknown ``key`` of ``node``, where it can only be one that is not there yet."""
    known = tuple(known)
    guess = sure(key, known)
    if guess is None or guess in node.entries:
        return None
    if guess.casefold() != key.casefold() and is_known_elsewhere(key):
        return None
    return Fix(node.keys[key], guess)


def fix_of_value(term: Term, shape: Shape, node: ScalarNode) -> Fix | None:
    """The right spelling of a value that ``shape`` refused."""
    if term.secret or node.value is None:
        return None
    if isinstance(node.value, str):
        return _fix_of_text(term, shape, node.value, node)
    if isinstance(shape, (Text, Parsed)):
        return Fix(node.span, "", Wording.QUOTED) if would_do_in_quotes(shape, node) else None
    if isinstance(shape, Choice) and isinstance(node.value, bool) and "Enabled" in _words(shape):
        return Fix(node.span, "Enabled" if node.value else "Disabled")
    if isinstance(shape, Whole) and isinstance(node.value, float) and node.value.is_integer():
        return _fix_to_number(shape, int(node.value), node)
    return None


def sure(word: str, choices: Iterable[str]) -> str | None:
    """The choice that ``word`` differs from by its case only, else the one that is a single slip of the keys away."""
    choices = tuple(choices)
    same = [choice for choice in choices if choice.casefold() == word.casefold()]
    if len(same) == 1:
        return same[0]
    if same or len(word) < _SHORTEST_WORD:
        return None
    close = [choice for choice in choices if _is_one_slip(word.casefold(), choice.casefold())]
    return close[0] if len(close) == 1 else None


def accepts(shape: Text | Parsed, text: str) -> bool:
    """Whether ``text`` would do."""
    if shape.pattern and not re.fullmatch(shape.pattern, text):
        return False
    if isinstance(shape, Parsed):
        try:
            shape.parse(text)
        except ValueError:
            return False
    return True


def would_do_in_quotes(shape: Text | Parsed, node: ScalarNode) -> bool:
    """Whether a number or boolean is what ``shape`` wants but for its quotes."""
    return node.value is not None and accepts(shape, _written(node))


def _fix_of_text(term: Term, shape: Shape, text: str, node: ScalarNode) -> Fix | None:
    if isinstance(shape, (Choice, Constant)):
        guess = sure(text.strip(), _words(shape))
        return Fix(node.span, guess) if guess else None
    if isinstance(shape, Truth):
        word = BOOLEANS.get(text.strip().casefold())
        return Fix(node.span, word, Wording.YAML) if word else None
    if isinstance(shape, Whole):
        number = _number(term, text.strip())
        return None if number is None else _fix_to_number(shape, number, node)
    if isinstance(shape, Listing) and isinstance(shape.item, (Text, Parsed)) and accepts(shape.item, text):
        return Fix(node.span, f"[{quoted(text)}]", Wording.YAML)
    if isinstance(shape, (Text, Parsed)):
        better = next((other for other in _without_frills(shape, text) if accepts(shape, other)), None)
        return Fix(node.span, better) if better else None
    return None


def _without_frills(shape: Text | Parsed, text: str) -> Iterator[str]:
    """``text`` without blanks around it; a version also without the v in front."""
    yield text.strip()
    if isinstance(shape, Parsed) and shape.format == "version" and text[:1] in {"v", "V"}:
        yield text[1:].strip()


def _number(term: Term, text: str) -> int | None:
    if _INTEGER.fullmatch(text) or _GROUPED.fullmatch(text):
        return int(text)
    if not term.name.casefold().endswith("asnumber"):
        return None
    if plain := PREFIXED_AS_NUMBER.fullmatch(text):
        return int(plain[1])
    dotted = _DOTTED.fullmatch(text)
    if dotted and int(dotted[1]) < _HALF and int(dotted[2]) < _HALF:
        return int(dotted[1]) * _HALF + int(dotted[2])
    return None


def _fix_to_number(whole: Whole, number: int, node: ScalarNode) -> Fix | None:
    low, high = whole
    fits = (low is None or number >= low) and (high is None or number <= high)
    return Fix(node.span, str(number), Wording.YAML) if fits else None


def _words(shape: Choice | Constant) -> list[str]:
    return [shape.text] if isinstance(shape, Constant) else [member.value for member in shape.type]


def _written(node: ScalarNode) -> str:
    """A boolean or number (``.inf``, too) about as the file has it: enough to know whether it would do in quotes."""
    text = str(node.value)
    return text.lower() if isinstance(node.value, bool) else text if text[-1].isdigit() else f".{text}"


def _is_one_slip(word: str, other: str) -> bool:
    """Whether one letter added, left out, exchanged or swapped with the next makes one of the other."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    start = next((at for at, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    rest, theirs = word[start:], other[start:]
    swapped = rest[:2] == theirs[:2][::-1] and rest[2:] == theirs[2:]
    return swapped or rest[1:] == theirs[1:] or rest[1:] == theirs or rest == theirs[1:]
