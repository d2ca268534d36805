"""What a field of the spec means, told from its JSON Schema: the schema is the one place where fields are described."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genlb.report.style import Role, Style
from genlb.report.suggestion import did_you_mean

Schema = Mapping[str, Any]

_BRACKETS = re.compile(r"\[[^\]]*\]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")
_WIDTH = 100
_WIDEST_ROW = 120
_NARROWEST = 30
_LIST, _ENTRY = "[]", "<key>"


class UnknownField(LookupError):
    """No such field; the message is a sentence that suggests another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. ``path`` is written ``spec.pools[].name``; ``schema`` is its own, every reference followed."""

    path: str
    schema: Schema
    required: bool = False

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


def find_field(root: Schema, path: str) -> Field:
    """The field at ``path``, from the top (``spec.pools.name``) or from the spec (``pools.name``), brackets or not.

    ``UnknownField`` with a suggestion when there is none.
    """
    parts = [part for part in _BRACKETS.sub("", path).split(".") if part]
    top = Field(path="", schema=_followed(root, root))
    if not parts or parts[0] in top.schema.get("properties", {}):
        return _descend(root, top, parts)
    spec = _child(root, top, "spec")
    if spec and _child(root, spec, parts[0]):
        return _descend(root, spec, parts)
    raise UnknownField(f"no field {path!r}{_elsewhere(root, parts)}")


def children(root: Schema, field: Field) -> list[Field]:
    """The fields inside ``field``, in the schema's order; those of its entries for a list, of its values for a map."""
    schema, path = _unwrapped(root, field)
    required = frozenset(schema.get("required", ()))
    return [
        Field(path=f"{path}.{name}" if path else name, schema=_followed(root, child), required=name in required)
        for name, child in schema.get("properties", {}).items()
    ]


def all_fields(root: Schema, field: Field) -> Iterator[Field]:
    """Everything below ``field``, depth first."""
    for child in children(root, field):
        yield child
        yield from all_fields(root, child)


def field_text(root: Schema, field: Field, style: Style, *, recursive: bool = False, width: int = _WIDEST_ROW) -> str:
    """The field for people: what it is, what it may hold, what it holds by default, and what lies inside.

    ``width`` is that of the terminal; prose stays narrower where there is room for more than one can read.
    """
    lines = [f"{style.paint(field.path or 'a cluster', Role.STRONG)}  {style.paint(_kind(root, field), Role.FAINT)}"]
    if description := field.schema.get("description"):
        lines += ["", *_paragraphs(description, min(width, _WIDTH))]
    if facts := _facts(root, field):
        widest = max(map(len, facts))
        lines += ["", *(f"  {style.paint(f'{name:<{widest}}', Role.FAINT)}  {fact}" for name, fact in facts.items())]
    inside = list(all_fields(root, field)) if recursive else children(root, field)
    if inside:
        lines += [
            "",
            style.paint("Fields", Role.STRONG),
            *_rows(root, field, inside, style, recursive=recursive, width=width),
        ]
    return "\n".join(lines) + "\n"


def field_data(root: Schema, field: Field, *, recursive: bool = False) -> dict[str, Any]:
    """The field for machines."""
    told: dict[str, Any] = {"path": field.path, "type": _kind(root, field), "required": field.required}
    schema = _unwrapped(root, field)[0]
    told |= {key: field.schema[key] for key in ("description", "default", "examples") if key in field.schema}
    told |= {key: schema[key] for key in ("enum", "pattern", "minimum", "maximum") if key in schema}
    inside = all_fields(root, field) if recursive else children(root, field)
    if fields := [{"path": child.path, "type": _kind(root, child), "required": child.required} for child in inside]:
        told["fields"] = fields
    return told


def _descend(root: Schema, field: Field, parts: Sequence[str]) -> Field:
    for part in parts:
        child = _child(root, field, part)
        if child is None:
            raise UnknownField(_no_such_child(root, field, part))
        field = child
    return field


def _child(root: Schema, field: Field, name: str) -> Field | None:
    for child in children(root, field):
        if child.name.removesuffix(_LIST) == name:
            return child
    schema, path = _unwrapped(root, field)
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping) or values is True or schema.get("patternProperties"):
        return Field(path=f"{path}.{_ENTRY}", schema=_followed(root, values if isinstance(values, Mapping) else {}))
    return None


def _no_such_child(root: Schema, field: Field, part: str) -> str:
    place = field.path or "a cluster"
    names = [child.name for child in children(root, field)]
    if not names:
        return f"{place} has no fields inside, hence no {part!r}"
    return f"{place} has no field {part!r}{did_you_mean(part, names)}"


def _elsewhere(root: Schema, parts: Sequence[str]) -> str:
    """Where a field of the wanted name is, else names that are near to what was typed first."""
    top = Field(path="", schema=_followed(root, root))
    fields = list(all_fields(root, top))
    same = [field.path for field in fields if field.name.lower() == parts[-1].lower()]
    if same:
        return f"; did you mean {' or '.join(same[:3])}?"
    spec = _child(root, top, "spec")
    return did_you_mean(parts[0], [field.name for field in (children(root, spec) if spec else ())])


def _unwrapped(root: Schema, field: Field) -> tuple[Schema, str]:
    """The schema that has the fields: of a list its entries', with brackets in the path."""
    schema, path = field.schema, field.path
    while "items" in schema:
        schema, path = _followed(root, schema["items"]), path + _LIST
    return schema, path


def _followed(root: Schema, schema: Schema) -> Schema:
    """The schema behind ``$ref``, with what stands beside the reference, and without the choice of null."""
    followed: dict[str, Any] = dict(schema)
    while "$ref" in followed:
        target: Any = root
        for part in followed.pop("$ref").removeprefix("#/").split("/"):
            target = target[part]
        followed = {**target, **followed}
    for word in ("allOf", "anyOf", "oneOf"):
        branches = [branch for branch in followed.get(word, ()) if branch.get("type") != "null"]
        if len(branches) == 1 and len(branches[0]) > 0 and "required" not in branches[0]:
            followed.pop(word)
            followed = {**_followed(root, branches[0]), **followed}
    return followed


def _kind(root: Schema, field: Field) -> str:
    schema = field.schema
    if "items" in schema:
        entry = Field(path="", schema=_followed(root, schema["items"]))
        return f"list of {_plural(_kind(root, entry))}"
    kinds = schema.get("type", "anything")
    if "const" in schema:
        kinds = "boolean" if isinstance(schema["const"], bool) else "string"
    elif "enum" in schema:
        kinds = "string"
    names = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return " or ".join("map" if name == "object" else name for name in names)


def _plural(kind: str) -> str:
    return kind if kind.endswith("s") or " " in kind else {"anything": "anything"}.get(kind, f"{kind}s")


def _facts(root: Schema, field: Field) -> dict[str, str]:
    schema = _unwrapped(root, field)[0]
    facts = {"required": "yes"} if field.required else {}
    if "enum" in schema:
        facts["one of"] = ", ".join(_value(choice) for choice in schema["enum"] if choice is not None)
    if "const" in schema:
        facts["always"] = _value(schema["const"])
    if "minimum" in schema or "maximum" in schema:
        facts["from … to"] = f"{schema.get('minimum', '')} … {schema.get('maximum', '')}"
    if "default" in field.schema:
        facts["default"] = _value(field.schema["default"])
    if examples := field.schema.get("examples"):
        facts["example"] = _value(examples[0])
    return facts


def _value(value: Any) -> str:
    """A value as it may be written in the spec, on one line."""
    import json

    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _paragraphs(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(paragraph, width - 2, initial_indent="  ", subsequent_indent="  ") or [""]
    return lines


def _rows(
    root: Schema, field: Field, inside: Sequence[Field], style: Style, *, recursive: bool, width: int
) -> list[str]:
    prefix = len(_unwrapped(root, field)[1])
    names = [child.path[prefix:].lstrip(".") if recursive else child.name for child in inside]
    kinds = [_kind(root, child) + (", required" if child.required else "") for child in inside]
    name_width, kind_width = max(map(len, names)), max(map(len, kinds))
    room = max(min(width, _WIDEST_ROW) - name_width - kind_width - 6, _NARROWEST)
    return [
        f"  {name:<{name_width}}  {style.paint(f'{kind:<{kind_width}}', Role.FAINT)}  {_in_short(child, room)}".rstrip()
        for name, kind, child in zip(names, kinds, inside, strict=True)
    ]


def _in_short(field: Field, room: int) -> str:
    """The first sentence, as much of it as there is room for."""
    sentence = _SENTENCE_END.split(field.schema.get("description", ""))[0]
    return sentence if len(sentence) <= room else f"{sentence[: room - 1].rstrip()}…"
