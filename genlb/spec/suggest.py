"""Guesses at what somebody meant. Imported where a mistake was found, never on the way to a valid spec."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

from genlb.spec.model import Cluster
from genlb.spec.record import Record
from genlb.spec.shapes import Listing, Section, fields_of

_LIKENESS = 0.6
_PLACES_WORTH_NAMING = 3

_OTHER_TOOLS = {
    "asn": "asNumber",
    "cidr": "addresses",
    "cidrs": "addresses",
    "ip": "addresses",
    "peerip": "addresses",
    "peers": "routers",
    "ranges": "addresses",
    "tors": "routers",
}
"""What the same thing is called in MetalLB, Calico or the language of the trade, in lower case."""


def near(word: str, choices: Iterable[str]) -> str | None:
    """The choice that ``word`` most likely stands for: another case, a slip of the keys, or nothing."""
    by_folded = {choice.casefold(): choice for choice in choices}
    folded = word.casefold()
    if folded in by_folded:
        return by_folded[folded]
    synonym = _OTHER_TOOLS.get(folded)
    if synonym in by_folded.values():
        return synonym
    matches = difflib.get_close_matches(folded, by_folded, n=1, cutoff=_LIKENESS)
    return by_folded[matches[0]] if matches else None


def for_unknown_key(key: str, known: Iterable[str]) -> str:
    """The help for a key that has no meaning where it stands, while ``known`` have."""
    known = tuple(known)
    same = [name for name in known if name.casefold() == key.casefold()]
    if same:
        return f"write {same[0]}"
    places = _places().get(key.casefold(), ())
    if 0 < len(places) <= _PLACES_WORTH_NAMING:
        spelling = places[0][1]
        return f"{spelling} belongs into {' or '.join(place for place, _ in places)}"
    guess = near(key, known)
    if guess:
        return f"did you mean {guess}?"
    return f"known here: {', '.join(known)}" if known else "nothing may stand here"


def is_known_elsewhere(key: str) -> bool:
    """Whether ``key``, in this spelling or another case, has a meaning in some other section."""
    return key.casefold() in _places()


@lru_cache(maxsize=1)
def _places() -> dict[str, list[tuple[str, str]]]:
    """Where each key of a spec has its place: path of the section and exact spelling, by the key in lower case."""
    places: dict[str, list[tuple[str, str]]] = {}
    _collect(Cluster, "", places)
    return places


def _collect(record: type[Record], path: str, places: dict[str, list[tuple[str, str]]]) -> None:
    for field in fields_of(record):
        places.setdefault(field.key.casefold(), []).append((path or "the top level", field.key))
        shape, step = field.shape, field.key
        if isinstance(shape, Listing):
            shape, step = shape.item, f"{field.key}[]"
        if isinstance(shape, Section):
            _collect(shape.type, f"{path}.{step}" if path else step, places)
