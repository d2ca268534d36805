"""Every value of a spec with the place it comes from."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from genlb.report.masking import masked_data
from genlb.report.style import Role, Style
from genlb.report.visible import visible, width
from genlb.spec.model import Cluster
from genlb.spec.record import Record
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode, plain

DEFAULT = "default"
_LONGEST_FIELD = 60
_LONGEST_VALUE = 44


class Origin(NamedTuple):
    """One value: its field (``spec.pools[public].addresses[0]``), what it is, and ``file:line`` or ``default``."""

    field: str
    value: str
    place: str


def origins(tree: MappingNode, cluster: Cluster | None) -> list[Origin]:
    """Values that somebody wrote, in merged order; then, when the spec is right, the defaults of all others.

    What looks like a secret is shown as stars.
    """
    written = list(_written("", tree, masked_data(plain(tree))))
    if cluster is None:
        return written
    said = {field for origin in written for field in _and_parents(origin.field)}
    return written + [origin for origin in _defaults("", cluster) if origin.field not in said]


def origins_text(rows: list[Origin], style: Style) -> Iterator[str]:
    """A table of three columns; what is too long for its column is cut or pushes the rest to the right."""
    shown = [Origin(visible(row.field), _short(visible(row.value)), visible(row.place)) for row in rows]
    field_width = min(max((width(row.field) for row in shown), default=0), _LONGEST_FIELD)
    value_width = min(max((width(row.value) for row in shown), default=0), _LONGEST_VALUE)
    for row in shown:
        place = style.paint(row.place, Role.FAINT if row.place == DEFAULT else Role.INFO)
        yield f"{_padded(row.field, field_width)}  {_padded(row.value, value_width)}  {place}"


def _written(field: str, node: Node, shown: Any) -> Iterator[Origin]:
    """The values of ``node``; ``shown`` is the same as plain data, without secrets."""
    if isinstance(node, MappingNode) and node.entries and isinstance(shown, dict):
        for key, child in node.entries.items():
            yield from _written(f"{field}.{key}" if field else key, child, shown[key])
    elif isinstance(node, SequenceNode) and node.items and isinstance(shown, list):
        for index, item in enumerate(node.items):
            yield from _written(f"{field}[{_name(item, index)}]", item, shown[index])
    else:
        value = "{}" if shown == {} else "[]" if shown == [] else _spelt(shown)
        yield Origin(field, value, f"{node.span.file}:{node.span.line}")


def _name(item: Node, index: int) -> str:
    """How an entry of a list is called: by its name where it has one."""
    name = item.entries.get("name") if isinstance(item, MappingNode) else None
    return str(name.value) if isinstance(name, ScalarNode) else str(index)


def _defaults(field: str, record: Record) -> Iterator[Origin]:
    for item in fields(record):
        key = item.metadata["spelling"].name
        value = getattr(record, item.name)
        yield from _values(f"{field}.{key}" if field else key, value)


def _values(field: str, value: Any) -> Iterator[Origin]:
    if isinstance(value, Record):
        yield from _defaults(field, value)
    elif isinstance(value, tuple) and value and isinstance(value[0], Record):
        for index, entry in enumerate(value):
            yield from _defaults(f"{field}[{getattr(entry, 'name', index)}]", entry)
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        yield Origin(field, f"[{', '.join(_spelt(entry) for entry in value)}]", DEFAULT)
    elif isinstance(value, Mapping):
        yield Origin(field, f"{{{', '.join(f'{key}: {_spelt(entry)}' for key, entry in value.items())}}}", DEFAULT)
    elif value is not None:
        yield Origin(field, _spelt(value), DEFAULT)


def _spelt(value: Any) -> str:
    """A value as the spec would say it."""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _and_parents(field: str) -> Iterator[str]:
    """The field itself and all that it is part of: nothing around a written value is a default."""
    while field:
        yield field
        end = max(field.rfind("."), field.rfind("["))
        field = field[:end] if end > 0 else ""


def _short(text: str) -> str:
    return text if width(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _padded(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))
