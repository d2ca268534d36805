"""Whether a value fits a strict schema: a yes or no for the many that do.

``jsonschema`` writes the messages for the few that do not; importing it costs as much as rendering a cluster. Only the
keywords that ``genlb.manifest.strict`` writes are known here, and ``format`` is passed over as there; a test holds the
verdict equal to ``jsonschema``'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool)) or _whole(value),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}

_LIMITS: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any, Any], bool]]] = {
    "minLength": (str, lambda value, limit: len(value) >= limit),
    "maxLength": (str, lambda value, limit: len(value) <= limit),
    "pattern": (str, lambda value, limit: re.search(limit, value) is not None),
    "minimum": ((int, float), lambda value, limit: value >= limit),
    "maximum": ((int, float), lambda value, limit: value <= limit),
    "minItems": (list, lambda value, limit: len(value) >= limit),
    "maxItems": (list, lambda value, limit: len(value) <= limit),
    "uniqueItems": (list, lambda value, _: all(item not in value[:index] for index, item in enumerate(value))),
    "minProperties": (dict, lambda value, limit: len(value) >= limit),
    "maxProperties": (dict, lambda value, limit: len(value) <= limit),
}


def conforms(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether ``value`` fits ``schema``, a result of ``strict_schema``."""
    return (
        _has_type(value, schema.get("type"))
        and _is_listed(value, schema)
        and _keeps_limits(value, schema)
        and (_has_fitting_fields(value, schema) if isinstance(value, dict) else _has_fitting_items(value, schema))
    )


def _has_type(value: Any, types: str | list[str] | None) -> bool:
    if types is None:
        return True
    return any(_TYPES[name](value) for name in ([types] if isinstance(types, str) else types))


def _is_listed(value: Any, schema: Mapping[str, Any]) -> bool:
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    return "anyOf" not in schema or any(conforms(value, branch) for branch in schema["anyOf"])


def _keeps_limits(value: Any, schema: Mapping[str, Any]) -> bool:
    return all(
        fits(value, schema[keyword])
        for keyword, (kind, fits) in _LIMITS.items()
        if keyword in schema and isinstance(value, kind) and not isinstance(value, bool)
    )


def _has_fitting_fields(value: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    if any(name not in value for name in schema.get("required", ())):
        return False
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        known = properties.get(name, others)
        if known is False or (known is not True and not conforms(item, known)):
            return False
    return True


def _has_fitting_items(value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list) or "items" not in schema:
        return True
    return all(conforms(item, schema["items"]) for item in value)


def _whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()
