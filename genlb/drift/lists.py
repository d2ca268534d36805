"""Lists, each read as its kind says: by position, by key, as a set, as a bag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from genlb.drift.model import ABSENT, Sort
from genlb.drift.path import Item, Member, Path
from genlb.drift.shape import Order, Shape, same

_MOST_PAIRS = 10_000
"""How many pairs of maps are compared to find out which belong together."""


class Walker(Protocol):
    """What a list needs of the walk that came upon it."""

    def add(self, sort: Sort, path: Path, desired: Any, live: Any) -> None:
        """Note one difference."""

    def foreign(self, path: Path, live: Any, *, closed: bool) -> None:
        """Note what is only live."""

    def value(self, wanted: Any, found: Any, shape: Shape, path: Path, *, closed: bool) -> None:
        """Compare two values."""

    def differs(self, wanted: Any, found: Any, shape: Shape) -> bool:
        """Whether anything at all differs between two parts of something that is written as a whole."""


class _Keyed(NamedTuple):
    step: Item
    value: Any


Index: TypeAlias = Mapping[Hashable, _Keyed]


def compare_lists(walk: Walker, desired: list[Any], live: list[Any], shape: Shape, path: Path, *, closed: bool) -> None:
    """Compare two lists and note in ``walk`` what differs. Lists whose keys are not unique go by position."""
    if shape.assigned and not desired:
        return
    closed = closed or shape.closed
    if shape.order in (Order.SET, Order.BAG):
        by_value = _are_scalars(desired) and _are_scalars(live)
        (_members if by_value else _bag)(walk, desired, live, shape, path, closed=closed)
        return
    if shape.order is not Order.POSITIONS:
        wanted, found = _index(desired, shape), _index(live, shape)
        if wanted is not None and found is not None:
            _keyed(walk, wanted, found, shape, path, closed=closed)
            return
    _positions(walk, desired, live, shape, path, closed=closed)


def _keyed(walk: Walker, desired: Index, live: Index, shape: Shape, path: Path, *, closed: bool) -> None:
    item = shape.item
    for key, wanted in desired.items():
        found = live.get(key)
        if found is None:
            walk.add(Sort.MISSING, (*path, wanted.step), wanted.value, ABSENT)
        else:
            walk.value(wanted.value, found.value, item, (*path, wanted.step), closed=closed)
    for key, found in live.items():
        harmless = shape.assigned or (shape.harmless is not None and shape.harmless(str(found.step.key[0][1])))
        if key not in desired and not harmless:
            walk.foreign((*path, found.step), found.value, closed=closed)
    ours = [key for key in desired if key in live]
    theirs = [key for key in live if key in desired]
    if ours != theirs:
        sort = Sort.CHANGED if shape.order is Order.STEPS else Sort.ORDER
        walk.add(sort, path, [_name(desired[key].step) for key in ours], [_name(live[key].step) for key in theirs])


def _name(step: Item) -> str | int | bool:
    return step.key[0][1] if len(step.key) == 1 else str(step)


def _index(items: list[Any], shape: Shape) -> Index | None:
    """The items by their keys; None where an item has none, or two have the same."""
    index: dict[Hashable, _Keyed] = {}
    for item in items:
        keyed = _key(item, shape)
        if keyed is None or keyed[0] in index:
            return None
        index[keyed[0]] = _Keyed(keyed[1], item)
    return index


def _key(item: Any, shape: Shape) -> tuple[Hashable, Item] | None:
    if not isinstance(item, dict):
        return None
    parts: list[Hashable] = []
    told: list[tuple[str, str | int | bool]] = []
    for name in shape.keys:
        below = shape.item.under(name)
        value = item.get(name)
        if value is None:
            value = below.default
        if isinstance(value, str | int | bool):
            parts.append(_token(value, below))
            told.append((name, value))
        elif value is ABSENT:
            parts.append(None)
        else:
            return None
    return (tuple(parts), Item(tuple(told))) if told else None


def _token(value: Any, shape: Shape) -> Hashable:
    """Equal for equal meanings, with ``True`` apart from 1."""
    meant = value if shape.canon is None else shape.canon(value)
    return (isinstance(meant, bool), meant)


def _are_scalars(items: list[Any]) -> bool:
    return all(isinstance(item, str | int | float) for item in items)


def _members(walk: Walker, desired: list[Any], live: list[Any], shape: Shape, path: Path, *, closed: bool) -> None:
    """Scalars, counted; a member that stands twice is told as the list that it is in."""
    item = shape.item
    ours = [_token(value, item) for value in desired]
    theirs = [_token(value, item) for value in live]
    if ours == theirs:
        return
    wanted, found = Counter(ours), Counter(theirs)
    if wanted == found:
        walk.add(Sort.ORDER, path, desired, live)
    elif len(wanted) < len(ours) or len(found) < len(theirs):
        if shape.order is Order.SET and wanted.keys() <= found.keys():
            return  # a set has no member twice
        walk.add(Sort.CHANGED, path, desired, live)
    else:
        for token, value in zip(ours, desired, strict=True):
            if token not in found:
                walk.add(Sort.MISSING, (*path, Member(value)), value, ABSENT)
        for token, value in zip(theirs, live, strict=True):
            if token not in wanted and not _may_grow(shape, desired):
                walk.foreign((*path, Member(value)), value, closed=closed)


def _bag(walk: Walker, desired: list[Any], live: list[Any], shape: Shape, path: Path, *, closed: bool) -> None:
    """Maps in any order: those that say the same belong together, the rest by their order."""
    item = shape.item
    if len(desired) == len(live) and not any(walk.differs(*pair, item) for pair in zip(desired, live, strict=True)):
        return
    rest_of_ours: list[tuple[int, Any]] = []
    rest = list(enumerate(live))
    pairs = len(desired) * len(live)
    for index, wanted in enumerate(desired):
        match = (
            next((pair for pair in rest if not walk.differs(wanted, pair[1], item)), None)
            if pairs < _MOST_PAIRS
            else None
        )
        if match is None:
            rest_of_ours.append((index, wanted))
        else:
            rest.remove(match)
    if not rest_of_ours and not rest:
        walk.add(Sort.ORDER, path, desired, live)
    elif len(rest_of_ours) == len(rest):
        for (index, wanted), (_, found) in zip(rest_of_ours, rest, strict=True):
            walk.value(wanted, found, item, (*path, index), closed=True)
    elif not rest_of_ours and _may_grow(shape, desired):
        return
    elif not rest_of_ours and not closed:
        for index, found in rest:
            walk.foreign((*path, index), found, closed=False)
    else:
        walk.add(Sort.CHANGED, path, desired, live)


def _may_grow(shape: Shape, desired: list[Any]) -> bool:
    """Whether the API server may add members: to a list of its own, but to none that git has written as a whole."""
    return shape.assigned and not (shape.closed and desired)


def _positions(walk: Walker, desired: list[Any], live: list[Any], shape: Shape, path: Path, *, closed: bool) -> None:
    item = shape.item
    if len(desired) != len(live):
        walk.add(Sort.CHANGED, path, desired, live)
    elif _are_scalars(desired) or _are_scalars(live):
        if not all(map(_same_as(item), desired, live)):
            walk.add(Sort.CHANGED, path, desired, live)
    else:
        for index, (wanted, found) in enumerate(zip(desired, live, strict=True)):
            walk.value(wanted, found, item, (*path, index), closed=closed)


def _same_as(shape: Shape) -> Callable[[Any, Any], bool]:
    return lambda one, other: same(one, other, shape)
