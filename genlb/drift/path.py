"""Where inside an object something stands: field names, keys of list items, values of sets, positions."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Item(NamedTuple):
    """An item of a keyed list, by its key fields: ``(("containerPort", 8080), ("protocol", "TCP"))``."""

    key: tuple[tuple[str, str | int | bool], ...]

    def __str__(self) -> str:
        return "[" + ",".join(f"{name}={value}" for name, value in self.key) + "]"


class Member(NamedTuple):
    """A member of a set of scalars, by its value."""

    value: str | int | bool | float

    def __str__(self) -> str:
        return f"[={self.value}]"


Step: TypeAlias = str | int | Item | Member
"""A field, a position in an atomic list, an item of a keyed list, a member of a set."""

Path: TypeAlias = tuple[Step, ...]
"""From the root of an object down."""


def spelled(path: Path) -> str:
    """``spec.template.spec.containers[name=vip].image``; a field that is no plain word stands in brackets and quotes.

    >>> spelled(("metadata", "annotations", "genlb.io/config-hash"))
    'metadata.annotations["genlb.io/config-hash"]'
    """
    text = ""
    for step in path:
        if isinstance(step, str):
            plain = step.replace("-", "_").isidentifier()
            text += (f".{step}" if text else step) if plain else f'["{_escaped(step)}"]'
        else:
            text += f"[{step}]" if isinstance(step, int) else str(step)
    return text


def pointer(path: Path) -> str:
    """An RFC 6901 pointer where the path has positions only; keyed items and members stand as in `spelled`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
