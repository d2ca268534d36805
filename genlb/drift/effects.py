"""What a difference does to traffic, in the words of a network: the look into the table."""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache

from genlb.drift.effect import Effect
from genlb.drift.effect_rows import ABSENT_OBJECTS, NO_EFFECT, NOT_KNOWN, ROWS
from genlb.drift.kinds import RBAC
from genlb.drift.path import Item, Member, Path, spelled
from genlb.drift.walk import RawDifference
from genlb.manifest import ResourceKey


def effect_of(key: ResourceKey, raw: RawDifference) -> Effect:
    """What one difference inside an object does."""
    if raw.path[:1] == ("metadata",):
        return NO_EFFECT
    name = f"{key.kind}/{key.namespace}/{key.name}" if key.namespace else f"{key.kind}/{key.name}"
    path = spelled(raw.embedded or raw.path)
    for row in ROWS:
        if _matches(row.kind, name) and _matches(row.path, path) and row.when(raw):
            effect = row.effect
            return effect._replace(text=effect.text.replace("{value}", _value(raw))) if "{" in effect.text else effect
    return NOT_KNOWN


def effect_of_absence(key: ResourceKey) -> Effect:
    """What it does that an object of git is not there."""
    found = ABSENT_OBJECTS.get((key.group, key.kind))
    if found is None or (key.group, key.kind, key.name) == (RBAC, "ClusterRole", "genlb-drift-reader"):
        return NOT_KNOWN
    return found


def _value(raw: RawDifference) -> str:
    """The member that the difference is about, as far as it can be named in a sentence."""
    path: Path = raw.path
    last = path[-1] if path else ""
    if isinstance(last, Member):
        return _short(last.value)
    if isinstance(last, Item):
        return _short(last.key[0][1])
    return "these addresses"


def _short(value: object) -> str:
    text = "".join(character if character.isprintable() else "?" for character in str(value))
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- a line of a report


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).match(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
