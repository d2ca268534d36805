"""Looking into objects with care: they come from anybody, and may hold anything where something else belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def inside(data: Any, *path: str) -> Any:
    """What stands at ``path``; None where nothing does or something on the way is no map."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def mapping(data: Any, *path: str) -> Mapping[str, Any]:
    """The map at ``path``; an empty one where there is none."""
    found = inside(data, *path)
    return found if isinstance(found, dict) else {}


def maps(data: Any, *path: str) -> list[Mapping[str, Any]]:
    """The maps of the list at ``path``."""
    found = inside(data, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts(data: Any, *path: str) -> list[str]:
    """The texts of the list at ``path``."""
    found = inside(data, *path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def text(data: Any, *path: str) -> str:
    """The text at ``path``, empty where there is none."""
    found = inside(data, *path)
    return found if isinstance(found, str) else ""


def number(data: Any, *path: str) -> int | None:
    """The whole number at ``path``."""
    found = inside(data, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def name_of(manifest: Mapping[str, Any]) -> str:
    """Its name."""
    return text(manifest, "metadata", "name")
