"""Plain data as YAML that every reader reads the same: block style, two spaces, insertion order, nothing clever.

Written by hand instead of by PyYAML's dumper, which leaves strings such as ``1e3``, ``y`` or ``12e4567`` unquoted
(kubectl reads them as numbers and booleans), writes anchors for shared lists, and is several times slower.

Lists inside maps stand at the column of their key, as kubectl and kustomize write them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from genlb.yamltext.limits import LIMITS
from genlb.yamltext.quote import block, comment_lines, inline, quoted

# A key longer than 1024 characters is no simple key to any parser; no Kubernetes key comes near (annotations: 317).
_SIMPLE_KEY = 512

# Go reads an integer beyond these as a float and loses its last digits.
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1

_WORDS = {None: "null", True: "true", False: "false"}
_INFINITIES = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}


def write(data: Any, *, comment: str = "") -> str:
    """``data`` as one YAML document, which every YAML 1.1, YAML 1.2 and Go reader reads back as ``data``.

    ``data`` is made of dict (with str keys), list, tuple, str, int, float, bool and None, exactly these types: anything
    else is a TypeError, an enum or a node included. What YAML cannot carry is a ValueError: half a surrogate pair, an
    integer beyond 64 bits, more levels than genlb reads itself (also a list that contains itself).
    ``comment`` goes on top, each line after ``#``.
    """
    out: list[str] = [comment_lines(comment)]
    kind = type(data)
    if kind is dict and data:
        _mapping(data, "", "", 1, out)
    elif (kind is list or kind is tuple) and data:
        _sequence(data, "", "", 1, out)
    else:
        out.append(f"{_scalar(data, '  ')}\n")
    return "".join(out)


def write_all(documents: Iterable[Any]) -> str:
    """Several documents as one stream with ``---`` between them; each as `write` does it."""
    return "---\n".join(write(document) for document in documents)


def _mapping(data: dict[str, Any], indent: str, lead: str, depth: int, out: list[str]) -> None:
    """Append the entries of ``data``; ``lead`` stands before the first of them, ``indent`` before the others."""
    _check_depth(depth)
    inner = indent + "  "
    for key, value in data.items():
        name = _key(key) or f"? {inline(key) or quoted(key)}\n{indent}"
        kind = type(value)
        if kind is str:
            out.append(f"{lead}{name}: {inline(value) or block(value, inner)}\n")
        elif kind is dict and value:
            out.append(f"{lead}{name}:\n")
            _mapping(value, inner, inner, depth + 1, out)
        elif (kind is list or kind is tuple) and value:
            out.append(f"{lead}{name}:\n")
            _sequence(value, indent, indent, depth + 1, out)
        else:
            out.append(f"{lead}{name}: {_scalar(value, inner)}\n")
        lead = indent


def _sequence(items: list[Any] | tuple[Any, ...], indent: str, lead: str, depth: int, out: list[str]) -> None:
    """Append ``items``; ``lead`` stands before the first dash, ``indent`` before the others."""
    _check_depth(depth)
    inner = indent + "  "
    for item in items:
        kind = type(item)
        if kind is str:
            out.append(f"{lead}- {inline(item) or block(item, inner)}\n")
        elif kind is dict and item:
            _mapping(item, inner, f"{lead}- ", depth + 1, out)
        elif (kind is list or kind is tuple) and item:
            _sequence(item, inner, f"{lead}- ", depth + 1, out)
        else:
            out.append(f"{lead}- {_scalar(item, inner)}\n")
        lead = indent


def _check_depth(depth: int) -> None:
    if depth > LIMITS.depth:
        message = f"more than {LIMITS.depth} levels of lists and maps (or one that contains itself)"
        raise ValueError(message)


@lru_cache(maxsize=4096)
def _key(key: object) -> str:
    """``key`` as it stands before a colon; empty where it is so long that it needs a ``?`` in front."""
    if type(key) is not str:
        message = f"a key must be a str, not {type(key).__name__}: {key!r}"
        raise TypeError(message)
    name = inline(key) or quoted(key)
    return name if len(name) <= _SIMPLE_KEY else ""


def _scalar(value: Any, indent: str) -> str:
    """A scalar or an empty collection; the other types are the business of `_mapping` and `_sequence`."""
    kind = type(value)
    if kind is str:
        return inline(value) or block(value, indent)
    if kind is int:
        return _integer(value)
    if kind is float:
        return _float(value)
    if value is None or kind is bool:
        return _WORDS[value]
    if kind is dict:
        return "{}"
    if kind is list or kind is tuple:
        return "[]"
    message = f"{kind.__name__} cannot be written as YAML: {value!r}"
    raise TypeError(message)


def _integer(value: int) -> str:
    if _SMALLEST <= value <= _LARGEST:
        return str(value)
    message = f"an integer of {value.bit_length()} bits is not read alike by all: Go makes a float of it"
    raise ValueError(message)


def _float(value: float) -> str:
    """The shortest text for ``value``; YAML 1.1 wants a point before an exponent and a sign in it."""
    text = repr(value)
    mantissa, exponent, digits = text.partition("e")
    if exponent and "." not in mantissa:
        return f"{mantissa}.0e{digits}"
    return _INFINITIES.get(text, text)
