"""File names of rendered objects: ``<kind>-<name>.yaml``, longer only where two objects would share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from genlb.manifest.key import ResourceKey


def file_names(keys: Sequence[ResourceKey]) -> list[str]:
    """One file name for each key, in the same order; a clash is told apart by group, then by namespace."""
    names = [f"{key.kind}-{key.name}" for key in keys]
    names = _prefixed(names, [key.group for key in keys])
    names = _prefixed(names, [key.namespace for key in keys])
    return [f"{name.lower()}.yaml" for name in names]


def _prefixed(names: list[str], prefixes: list[str]) -> list[str]:
    count = Counter(name.lower() for name in names)
    return [
        f"{prefix}-{name}" if prefix and count[name.lower()] > 1 else name
        for name, prefix in zip(names, prefixes, strict=True)
    ]
