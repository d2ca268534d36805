"""A record is a frozen dataclass in all but the cost of defining it."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from genlb.spec.record import Record
from genlb.spec.spelling import spelled


class Point(Record):
    """A point."""

    x: int = spelled("x")
    y: int = spelled("y", default=0)
    notes: dict[str, str] = spelled("notes", default_factory=dict)


def test_fields_have_their_defaults_in_the_order_of_the_class() -> None:
    assert repr(Point(y=2, x=1)) == "Point(x=1, y=2, notes={})"


def test_default_factories_make_a_new_value_each_time() -> None:
    assert Point(x=1).notes is not Point(x=1).notes


def test_records_compare_by_value_and_type() -> None:
    assert Point(x=1) == Point(x=1, y=0, notes={})
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != {"x": 1}


def test_records_never_change() -> None:
    point = Point(x=1)

    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    assert point.x == 1


def test_required_fields_are_required_and_unknown_ones_refused() -> None:
    with pytest.raises(TypeError, match="Point takes x, y, notes; given: y"):
        Point(y=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="given: x, z"):
        Point(x=1, z=1)  # type: ignore[call-arg]


def test_dataclasses_know_records() -> None:
    assert [field.name for field in dataclasses.fields(Point)] == ["x", "y", "notes"]
    assert dataclasses.replace(Point(x=1), y=5) == Point(x=1, y=5)


def test_copies_and_pickles_are_equal() -> None:
    point = Point(x=1, notes={"a": "b"})

    assert copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301


def test_hash_goes_with_equality() -> None:
    class Pair(Record):
        """Two words."""

        one: str = spelled("one")
        two: str = spelled("two", default="b")

    assert hash(Pair(one="a")) == hash(Pair(two="b", one="a"))
    assert len({Pair(one="a"), Pair(one="a", two="b"), Pair(one="b")}) == 2
