"""How a dataclass field says its YAML key and its limits; the reader and the schema test both live on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple


class Limits(NamedTuple):
    """What a value must keep to besides its type, in the words of JSON Schema.

    ``pattern`` is about text: the value itself, each item of a list, each value of a map. ``key_pattern`` is about
    the keys of a map.
    """

    pattern: str | None = None
    key_pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    min_items: int = 0


class Spelling(NamedTuple):
    """The YAML side of one dataclass field. ``merge_by_name`` marks lists that layers merge item by item."""

    name: str
    limits: Limits = Limits()
    merge_by_name: bool = False


def spelled(  # noqa: PLR0913 - keywords that describe one field
    name: str,
    *,
    default: Any = dataclasses.MISSING,
    default_factory: Callable[[], Any] | None = None,
    pattern: str | None = None,
    key_pattern: str | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
    min_items: int = 0,
    merge_by_name: bool = False,
) -> Any:
    """A dataclass field read from the YAML key ``name``; without a default it is required."""
    limits = Limits(pattern, key_pattern, minimum, maximum, min_items)
    metadata = {"spelling": Spelling(name, limits, merge_by_name)}
    if default_factory is not None:
        return dataclasses.field(default_factory=default_factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
