"""What differs between what git wants of an object and what is there: by meaning, list items by their keys.

Only what git sets is looked for in the live object; what the live object has besides is told as FOREIGN, but for what
the API server fills in by itself. Whose that is, the caller finds out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from genlb.drift.embedded import TEXTS, parsed
from genlb.drift.lists import compare_lists
from genlb.drift.model import ABSENT, Sort
from genlb.drift.normalise import normalised
from genlb.drift.path import Path
from genlb.drift.shape import (
    POINTERS,
    Shape,
    alike,
    is_addition_of_the_server,
    is_empty,
    is_filled_in,
    same,
)
from genlb.drift.shapes import shape_of
from genlb.manifest import Manifest, ResourceKey

_DEEPEST = 100


class RawDifference(NamedTuple):
    """One difference as found: CHANGED, MISSING, FOREIGN or ORDER; the values are those of the objects, not masked.

    ``unreadable`` says why the text at ``path`` could not be compared by what it says. ``filled_in``: a FOREIGN one
    that is the API server's own choice, unless an applier of ours still owns it.
    """

    sort: Sort
    path: Path
    embedded: Path
    desired: Any
    live: Any
    unreadable: str = ""
    filled_in: bool = False


KEPT = frozenset(
    {"clusterIP", "clusterIPs", "healthCheckNodePort", "ipFamilies", "ipFamilyPolicy", "nodePort", "volumeName"}
)
"""Fields that the API server leaves as they are when they are no longer asked for: nothing is left behind."""


def differences(
    kind: ResourceKey, desired: Manifest, live: Manifest, *, filled_in: bool = False
) -> Iterator[RawDifference]:
    """Everything that differs, in the order of the desired object; nothing of either is changed.

    With ``filled_in`` also what the API server is free to choose where git leaves it out.
    """
    shape = shape_of(kind, live)
    wanted, found = normalised(kind, desired), normalised(kind, live)
    if "aggregationRule" in wanted:
        found.pop("rules", None)
    texts = TEXTS.get(kind)
    inside: list[RawDifference] = []
    if texts is not None:
        for name, shape_of_text in texts.items():
            inside += _take_text(wanted, found, name, shape_of_text)
    walk = Walk()
    walk.map(wanted, found, shape, (), closed=False)
    yield from walk.found
    yield from inside
    if filled_in:
        yield from walk.filled_in


def _take_text(wanted: Manifest, found: Manifest, name: str, shape: Shape) -> list[RawDifference]:
    """The differences inside a text of ``data``, which is taken out of both sides."""
    ours, theirs = wanted.get("data"), found.get("data")
    if not (isinstance(ours, dict) and isinstance(theirs, dict) and isinstance(ours.get(name), str) and name in theirs):
        return []
    if ours[name] == theirs[name]:
        return []
    ours_said, _ = parsed(ours[name])
    if ours_said is None:
        return []
    theirs_said, why = parsed(theirs[name])
    texts = (ours[name], theirs[name])
    wanted["data"] = {key: value for key, value in ours.items() if key != name}
    found["data"] = {key: value for key, value in theirs.items() if key != name}
    path: Path = ("data", name)
    if theirs_said is None:
        return [RawDifference(Sort.CHANGED, path, (), *texts, why)]
    walk = Walk()
    walk.map(ours_said, theirs_said, shape, (), closed=False)
    return [one._replace(path=path, embedded=one.path) for one in walk.found]


class Walk:
    """One comparison; ``found`` grows as it goes, and so does ``filled_in``, which is no difference by itself."""

    __slots__ = ("filled_in", "found")

    def __init__(self) -> None:
        self.found: list[RawDifference] = []
        self.filled_in: list[RawDifference] = []

    def add(self, sort: Sort, path: Path, desired: Any, live: Any) -> None:
        """Note one difference."""
        self.found.append(RawDifference(sort, path, (), desired, live))

    def foreign(self, path: Path, live: Any, *, closed: bool) -> None:
        """Note what is only live; where things are written as a whole, that changes them."""
        self.add(Sort.CHANGED if closed else Sort.FOREIGN, path, ABSENT, live)

    def map(self, desired: dict[str, Any], live: dict[str, Any], shape: Shape, path: Path, *, closed: bool) -> None:
        """Compare two maps; ``closed``: they are part of something that is written as a whole."""
        closed = closed or shape.closed
        seen = 0
        for name, wanted in desired.items():
            found = live.get(name)
            if found is not None:
                seen += wanted is not None
                if found is wanted or (type(wanted) is str and wanted == found):
                    continue
            if wanted is not None:
                self.value(wanted, found, shape.under(name), (*path, name), closed=closed)
        if seen < len(live) and not shape.assigned:
            self._extras(desired, live, shape, path, closed=closed)

    def _extras(self, desired: dict[str, Any], live: dict[str, Any], shape: Shape, path: Path, *, closed: bool) -> None:
        for name, found in live.items():
            if desired.get(name) is not None:
                continue
            below = shape.under(name)
            if is_addition_of_the_server(name, found, shape):
                if below.assigned and name not in KEPT:
                    raw = RawDifference(Sort.FOREIGN, (*path, name), (), ABSENT, found, filled_in=True)
                    self.filled_in.append(raw)
                continue
            if isinstance(found, dict) and found and below.each is not None and not below.closed and below.typed:
                self.map({}, found, below, (*path, name), closed=closed)  # labels, data: each has an owner of its own
            else:
                self.foreign((*path, name), found, closed=closed)

    def value(self, wanted: Any, found: Any, shape: Shape, path: Path, *, closed: bool) -> None:
        """Compare two values of any type; ``found`` is None where there is none."""
        if found is None:
            if wanted is not None and not _says_nothing(wanted, shape, path[-1]):
                self.add(Sort.MISSING, path, wanted, ABSENT)
        elif len(path) > _DEEPEST:
            if not alike(wanted, found):
                self.add(Sort.CHANGED, path, wanted, found)
        elif isinstance(wanted, dict) and isinstance(found, dict):
            self.map(wanted, found, shape, path, closed=closed)
        elif isinstance(wanted, list) and isinstance(found, list):
            compare_lists(self, wanted, found, shape, path, closed=closed)
        elif not same(wanted, found, shape) and not _leaves_open(wanted, found, shape, path[-1]):
            self.add(Sort.CHANGED, path, wanted, found)

    def differs(self, wanted: Any, found: Any, shape: Shape) -> bool:
        """Whether anything but an order differs between two parts of something that is written as a whole."""
        walk = Walk()
        walk.value(wanted, {} if found is None else found, shape, ("",), closed=True)
        return any(one.sort is not Sort.ORDER for one in walk.found)


def _says_nothing(wanted: Any, shape: Shape, step: object) -> bool:
    """Whether nothing at all says the same as ``wanted``."""
    if shape.implied and same(wanted, shape.default, shape):
        return True
    return shape.typed and is_empty(wanted) and not (isinstance(step, str) and step in POINTERS)


def _leaves_open(wanted: Any, found: Any, shape: Shape, step: object) -> bool:
    """Whether git says "fill in yourself" by an empty value or a placeholder, and somebody did."""
    if shape.assigned and shape.canon is not None and shape.canon(wanted) is None:
        return True
    if isinstance(wanted, bool) or (isinstance(step, str) and step in POINTERS):
        return False
    return shape.typed and is_empty(wanted) and is_filled_in(found, shape)
