"""Differences that somebody answers for: which entry of ``drift.ignore`` covers which, and whether it still holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from genlb.drift.model import Difference, Ignore, Ignored
from genlb.drift.path import spelled
from genlb.manifest import ResourceKey


class Ignores:
    """All entries, and which of them were of use."""

    __slots__ = ("_all", "_in_force", "_used")

    def __init__(self, ignores: Sequence[Ignore], today: str) -> None:
        self._all = tuple(ignores)
        self._in_force = [one for one in ignores if is_in_force(one, today)]
        self._used: set[Ignore] = set()

    def divided(
        self, key: ResourceKey, differences: Sequence[Difference]
    ) -> tuple[tuple[Difference, ...], tuple[Ignored, ...]]:
        """The differences of one object that stand, and those that are ignored."""
        standing: list[Difference] = []
        ignored: list[Ignored] = []
        for difference in differences:
            entry = next((one for one in self._in_force if _covers(one, key, difference)), None)
            if entry is None:
                standing.append(difference)
            else:
                self._used.add(entry)
                ignored.append(Ignored(difference, entry.reason, entry.expires))
        return tuple(standing), tuple(ignored)

    @property
    def unused(self) -> tuple[Ignore, ...]:
        """Entries that ignored nothing: no such difference, no reason, or no longer in force."""
        return tuple(one for one in self._all if one not in self._used)


def is_in_force(ignore: Ignore, today: str) -> bool:
    """Whether the entry has a reason, and its last day has not passed."""
    return bool(ignore.reason.strip()) and (not ignore.expires or ignore.expires >= today)


def _covers(ignore: Ignore, key: ResourceKey, difference: Difference) -> bool:
    names = (f"{key.kind}/{key.name}", f"{key.kind}/{key.namespace}/{key.name}")
    if not any(_pattern(ignore.object).fullmatch(name) for name in names):
        return False
    if not ignore.path:
        return True
    path, inside = spelled(difference.path), spelled(difference.embedded)
    places = [path, f"{path}.{inside}", inside] if inside else [path]
    return any(_pattern(ignore.path, below=True).fullmatch(place) for place in places)


@lru_cache(maxsize=1024)
def _pattern(glob: str, *, below: bool = False) -> re.Pattern[str]:
    """``*`` and ``?`` are special, brackets are not: a path may be copied from a report. What is below is meant too."""
    text = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text + (r"(?:[.\[].*)?" if below else ""), re.DOTALL)
