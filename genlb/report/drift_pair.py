"""Both sides of one object as YAML, line beside line: what belongs together stands on one row.

Items of keyed lists are matched by their keys, as drift itself matches them, and a configuration inside a text is shown
as the data that it is compared as. Which rows differ is not decided here: differences say it, by their paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from genlb.drift.model import ABSENT, Difference, ObjectDrift
from genlb.drift.path import Item
from genlb.errors import Severity
from genlb.report.drift_locate import Place, locate, replaced
from genlb.report.drift_match import aligned, by_identity, by_text, identities, lines
from genlb.report.drift_plain import plain
from genlb.report.drift_values import DEEPEST, shown
from genlb.report.masking import STARS, masked_data

_KEYS = (("name",), ("containerPort", "protocol"), ("port", "protocol"), ("mountPath",), ("cidr",), ("key",), ("ip",))
_WIDEST = 160
_HEAD = ("apiVersion", "kind", "metadata")
_SECRET_FIELDS = frozenset({"data", "stringData"})


class Row(NamedTuple):
    """One line of either side, or of both; None where a side has none. ``severity`` is that of what differs here."""

    left: str | None
    right: str | None
    indent: int
    severity: Severity | None = None


def rows(one: ObjectDrift) -> list[Row]:
    """All lines of an object, git's on the left, the cluster's on the right; empty where neither is known."""
    sides: list[Any] = [
        _headed(masked_data(plain(side))) if side is not None else ABSENT for side in (one.desired, one.live)
    ]
    if all(side is ABSENT for side in sides):
        return []
    for difference in one.differences:
        if difference.embedded:
            sides = [replaced(side, difference.path) for side in sides]
    return list(_Pairing(one, sides[0], sides[1]).rows())


def _headed(side: dict[str, Any]) -> dict[str, Any]:
    """An object as people write it: what it is comes first."""
    return {name: side[name] for name in _HEAD if name in side} | side


class _Both(NamedTuple):
    """A value of either side with the places where they stand; ABSENT where a side has none."""

    left: Any
    right: Any
    left_place: Place = ()
    right_place: Place = ()

    def at(self, left: Any, right: Any, left_step: str | int, right_step: str | int) -> _Both:
        return _Both(left, right, (*self.left_place, left_step), (*self.right_place, right_step))

    def apart(self) -> tuple[_Both, _Both]:
        return self._replace(right=ABSENT), self._replace(left=ABSENT)


class _Pairing:
    """The walk over both sides of one object at once."""

    def __init__(self, one: ObjectDrift, desired: Any, live: Any) -> None:
        self._root = _Both(desired, live)
        self._left = _marks(one.differences, desired)
        self._right = _marks(one.differences, live)
        self._is_secret = one.key.kind == "Secret"
        fields = (
            tuple(name for name, _ in step.key)
            for difference in one.differences
            for step in (*difference.path, *difference.embedded)
            if isinstance(step, Item)
        )
        self._keys = tuple(dict.fromkeys((*fields, *_KEYS)))

    def rows(self) -> Iterator[Row]:
        """Every row."""
        for name, both in _fields(self._root, is_item=False):
            yield from self._node(both, 0, f"{name}:")

    def _node(self, both: _Both, indent: int, head: str, lead: str = "") -> Iterator[Row]:
        """The rows of a value; ``head`` stands before it, and ``lead`` (a dash) before the first row."""
        kinds = {_kind(side) for side in both[:2] if side is not ABSENT}
        if len(kinds) > 1:
            for side in both.apart():
                yield from self._node(side, indent, head, lead)
        elif indent > DEEPEST * 2:
            yield self._row(both, indent, f"{head} …", f"{head} …", lead)
        else:
            yield from getattr(self, f"_{kinds.pop()}")(both, indent, head, lead)

    def _mapping(self, both: _Both, indent: int, head: str, lead: str) -> Iterator[Row]:
        if head:
            yield self._row(both, indent, head, head, lead)
        for number, (name, field) in enumerate(_fields(both, is_item=not head)):
            yield from self._node(field, indent + 2 if head else indent, f"{name}:", "" if head or number else lead)

    def _items(self, both: _Both, indent: int, head: str, lead: str) -> Iterator[Row]:
        yield self._row(both, indent, head, head, lead)
        for left, right in self._matched(both):
            left_item = ABSENT if left is None else both.left[left]
            right_item = ABSENT if right is None else both.right[right]
            item = both.at(left_item, right_item, -1 if left is None else left, -1 if right is None else right)
            yield from self._node(item, indent + 2, "", "- ")

    def _text(self, both: _Both, indent: int, head: str, lead: str) -> Iterator[Row]:
        yield self._row(both, indent, f"{head} |", f"{head} |", lead)
        pad = " " * (indent + 2)
        for left, right in aligned(lines(both.left), lines(both.right)):
            row = self._row(both, indent + 2, "", "")
            yield row._replace(
                left=None if left is None else self._hidden(both, pad + left),
                right=None if right is None else self._hidden(both, pad + right),
                severity=None if left == right else row.severity,
            )

    def _scalar(self, both: _Both, indent: int, head: str, lead: str) -> Iterator[Row]:
        left, right = (f"{head} {self._hidden(both, shown(side, widest=_WIDEST))}" for side in both[:2])
        yield self._row(both, indent, left, right, lead)

    def _row(self, both: _Both, indent: int, left: str, right: str, lead: str = "") -> Row:
        pad = f"{' ' * (indent - len(lead))}{lead}"
        found = [*_at(self._left, both.left_place), *_at(self._right, both.right_place)]
        return Row(
            None if both.left is ABSENT else pad + left.lstrip(),
            None if both.right is ABSENT else pad + right.lstrip(),
            indent - len(lead),
            min((one.severity for one in found), key=lambda severity: severity.rank, default=None),
        )

    def _hidden(self, both: _Both, text: str) -> str:
        """``text``, or stars where a difference is masked or the object is a Secret."""
        top = (both.left_place or both.right_place)[:1]
        if self._is_secret and top and top[0] in _SECRET_FIELDS:
            return STARS
        masked = [*_at(self._left, both.left_place), *_at(self._right, both.right_place)]
        return STARS if any(difference.masked for difference in masked) else text

    def _matched(self, both: _Both) -> list[tuple[int | None, int | None]]:
        left = [] if both.left is ABSENT else both.left
        right = [] if both.right is ABSENT else both.right
        for fields in self._keys:
            keys = [identities(side, fields) for side in (left, right)]
            if keys[0] is not None and keys[1] is not None:
                return by_identity(keys[0], keys[1])
        return by_text([shown(item) for item in left], [shown(item) for item in right])


def _fields(both: _Both, *, is_item: bool) -> list[tuple[str, _Both]]:
    """The fields of two maps, in git's order; an item starts with one that both have, which then bears the dash."""
    left = {} if both.left is ABSENT else both.left
    right = {} if both.right is ABSENT else both.right
    names = list(dict.fromkeys((*left, *right)))
    shared = next((name for name in names if name in left and name in right), None)
    if is_item and shared is not None and (names[0] not in left or names[0] not in right):
        names.remove(shared)
        names.insert(0, shared)
    return [(shown(name), both.at(left.get(name, ABSENT), right.get(name, ABSENT), name, name)) for name in names]


def _kind(value: Any) -> str:
    if isinstance(value, dict) and value:
        return "mapping"
    if isinstance(value, list | tuple) and value:
        return "items"
    return "text" if isinstance(value, str) and "\n" in value.rstrip("\n") else "scalar"


def _marks(differences: Sequence[Difference], side: Any) -> dict[Place, Difference]:
    """Differences by where they stand on one side, the gravest where several do."""
    marks: dict[Place, Difference] = {}
    for difference in sorted(differences, key=lambda one: (one.severity.rank, not one.masked), reverse=True):
        place = locate(side, (*difference.path, *difference.embedded))
        if place:
            marks[place] = difference
    return marks


def _at(marks: dict[Place, Difference], place: Place) -> Iterator[Difference]:
    """What differs at a place or around it."""
    return (marks[place[:length]] for length in range(1, len(place) + 1) if place[:length] in marks)
