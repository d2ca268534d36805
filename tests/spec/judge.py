"""An independent judge of specs: ``jsonschema`` with our formats, and plain data as nodes for the reader."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from genlb.errors import Span
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode

NOWHERE = Span("plain.yaml", 1, 1, 1, 1)
FORMATS = FormatChecker(formats=())


@FORMATS.checks("ip", raises=ValueError)
def is_address(text: object) -> bool:
    if not isinstance(text, str):
        return True
    address = ipaddress.ip_address(text)
    return "%" not in text and getattr(address, "ipv4_mapped", None) is None


@FORMATS.checks("cidr", raises=ValueError)
def is_cidr(text: object) -> bool:
    if not isinstance(text, str):
        return True
    address, _, prefix = text.partition("/")
    longest = ipaddress.ip_address(address).max_prefixlen
    return is_address(address) and re.fullmatch("0|[1-9][0-9]{0,2}", prefix) is not None and int(prefix) <= longest


@FORMATS.checks("cidr-or-range", raises=ValueError)
def is_cidr_or_range(text: object) -> bool:
    if not isinstance(text, str) or "-" not in text:
        return is_cidr(text)
    ends = [ipaddress.ip_address(end.strip(" ")) for end in text.split("-", maxsplit=1)]
    same_family = ends[0].version == ends[1].version
    return same_family and int(ends[0]) <= int(ends[1]) and all(is_address(str(end)) for end in ends)


def _pattern(_validator: Any, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    # As ECMA has it: $ is the very end. Python's also matches before a line break there.
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _is_integer(_checker: object, instance: object) -> bool:
    # A float without a fraction is an integer to draft-07, and still no AS number.
    return isinstance(instance, int) and not isinstance(instance, bool)


Judge = extend(  # type: ignore[no-untyped-call]
    Draft7Validator, {"pattern": _pattern}, type_checker=Draft7Validator.TYPE_CHECKER.redefine("integer", _is_integer)
)


def is_valid(schema: Mapping[str, Any], data: object) -> bool:
    """Whether ``data`` keeps to ``schema``."""
    return bool(Judge(schema, format_checker=FORMATS).is_valid(data))


def node(data: Any) -> Node:
    """Plain data as the YAML reader would return it, without places."""
    if isinstance(data, dict):
        return MappingNode({key: node(value) for key, value in data.items()}, dict.fromkeys(data, NOWHERE), NOWHERE)
    if isinstance(data, list):
        return SequenceNode([node(item) for item in data], NOWHERE)
    return ScalarNode(data, NOWHERE, plain=True)


def mapping(data: Mapping[str, Any]) -> MappingNode:
    """As ``node``, for a map."""
    made = node(data)
    assert isinstance(made, MappingNode)
    return made
