"""Every small way to spoil a document whose schema is strict: a field too few, a field too many, a wrong type."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any


def mutations(document: Any, *, open_maps: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """What was spoilt, and the spoilt document. ``open_maps`` are keys whose maps may hold any key."""
    for path, value in walk(document):
        where = "/".join(map(str, path))
        if isinstance(value, dict) and not (path and path[-1] in open_maps):
            yield f"unknown field in /{where}", put(document, (*path, "unknown"), 1)
        if path and isinstance(path[-1], str) and not (len(path) > 1 and path[-2] in open_maps):
            yield f"without /{where}", drop(document, path)
        if path:
            yield f"wrong type at /{where}", put(document, path, wrong(value))


def walk(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def wrong(value: Any) -> Any:
    """A value of a type that no field takes in this one's place."""
    return 1.5 if isinstance(value, str | list | dict | bool) or value is None else "text"


def put(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    spoilt = copy.deepcopy(document)
    parent = spoilt
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return spoilt


def drop(document: Any, path: tuple[str | int, ...]) -> Any:
    spoilt = copy.deepcopy(document)
    parent = spoilt
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
    return spoilt
