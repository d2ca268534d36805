"""Where the path of a difference leads inside an object: from keys of items to positions."""

from __future__ import annotations

from typing import Any, TypeAlias

from genlb.drift.path import Item, Member, Path, Step
from genlb.errors import InvalidInput

Place: TypeAlias = tuple[str | int, ...]
"""Names of fields and positions in lists, from the root of an object down."""


def locate(value: Any, path: Path) -> Place:
    """Where ``path`` leads in ``value``; empty where it leads nowhere."""
    place: list[str | int] = []
    for step in path:
        found = _step(value, step)
        if found is None:
            return ()
        place.append(found)
        value = value[found]
    return tuple(place)


def _step(value: Any, step: Step) -> str | int | None:
    if isinstance(step, str):
        return step if isinstance(value, dict) and step in value else None
    if not isinstance(value, list | tuple):
        return None
    if isinstance(step, int):
        return step if step < len(value) else None
    return next((number for number, item in enumerate(value) if _is(item, step)), None)


def _is(item: Any, step: Item | Member) -> bool:
    if isinstance(step, Member):
        return bool(item == step.value) or str(item) == str(step.value)
    if not isinstance(item, dict):
        return False
    # A key field with a default (protocol: TCP) may be left out.
    told = [(name, value) for name, value in step.key if name in item]
    return bool(told) and all(str(item[name]) == str(value) for name, value in told)


def replaced(value: Any, path: Path) -> Any:
    """``value`` with the YAML text at ``path`` as data, where it is a text that says a map; else as it is."""
    place = locate(value, path)
    if not place:
        return value
    return _replaced(value, place)


def _replaced(value: Any, place: Place) -> Any:
    if not place:
        return _parsed(value)
    first, *rest = place
    inner = _replaced(value[first], tuple(rest))
    if isinstance(value, dict):
        return value | {first: inner}
    return [inner if number == first else item for number, item in enumerate(value)]


def _parsed(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    from genlb.yamltext.go import load  # as the comparison read it

    try:
        data = load(text.encode("utf-8", "surrogatepass"), "embedded")
    except InvalidInput:
        return text
    return data if isinstance(data, dict) and data else text
