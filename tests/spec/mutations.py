"""Single changes to a spec as plain data: each is one thing that somebody may get wrong, or may be allowed to do."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]


class Mutation(NamedTuple):
    """What is done, and where; ``name`` is for the message of a failing test."""

    name: str
    path: Path
    value: Any = None


ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    256,
    4294967295,
    4294967296,
    1.5,
    64600.0,
    "",
    " ",
    "x",
    "a\nb",
    "Enabled",
    "enabled",
    "IPv4",
    "10.0.0.1",
    "10.0.0.0/24",
    "10.0.0.7/24",
    "10.0.0.0/33",
    "10.0.0.1-10.0.0.9",
    "10.0.0.1-fd00::1",
    "fd00::/64",
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "5s",
    "5",
    "1.35",
    "v1.35.0",
    "1.35.0",
    "a/b",
    "/a",
    "GLB303",
    "2030-03-31",
    "x" * 64,
    "x" * 254,
    [],
    [None],
    ["x"],
    ["10.0.0.0/24"],
    [{}],
    [{"name": "x"}],
    {},
    {"x": None},
    {"x": "y"},
    {"name": "x", "$remove": True},
)

ENDINGS = ("\n", " ", ".", "-", "/", "é", "A", "9")


def paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in ``data`` but the top."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from paths(child, (*path, step))


def mutations(data: Any) -> Iterator[Mutation]:
    """Every single change that this module knows."""
    for path in paths(data):
        value = at(data, path)
        yield Mutation("removed", path)
        yield from (Mutation("replaced", path, odd) for odd in ODD_VALUES)
        if isinstance(value, str):
            yield from (Mutation("replaced", path, value + ending) for ending in ENDINGS)
            yield Mutation("replaced", path, value.swapcase())
        if isinstance(value, dict):
            yield from (Mutation("replaced", (*path, key), "x") for key in ("foo", "$remove", "a b", "Name"))


def mutated(data: Any, mutation: Mutation) -> Any:
    """``data`` with the change; only what stands above it is copied."""
    return _changed(data, mutation.path, mutation)


def _changed(data: Any, path: Path, mutation: Mutation) -> Any:
    copied = copy.copy(data)
    step, *rest = path
    if rest:
        copied[step] = _changed(data[step], tuple(rest), mutation)
    elif mutation.name == "removed":
        del copied[step]
    else:
        copied[step] = mutation.value
    return copied


def at(data: Any, path: Path) -> Any:
    """What stands at ``path``."""
    for step in path:
        data = data[step]
    return data
