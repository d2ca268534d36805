"""What a field of a KubeProxyConfiguration may hold: the types that kube-proxy's decoder takes, and their limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from genlb.network.base_config import NODE_PORT_KEYWORDS
from genlb.network.proxy_values import (
    check_proxy_endpoint,
    parse_proxy_address,
    parse_proxy_duration,
    parse_proxy_network,
)

_INT32 = range(-(2**31), 2**31)
_UINT32 = range(2**32)
_LARGEST_FLOAT32 = 3.4028235e38
_QUANTITY = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]+)?"
_RELEASE = r"[0-9]+\.[0-9]+"


class Kind(NamedTuple):
    """Values that belong together: what somebody calls them (``wants <words>``), and a test of plain data."""

    words: str
    holds: Callable[[Any], bool]


def one_of(*texts: str) -> Kind:
    """One of ``texts``; the empty one need not be named."""
    named = [text for text in texts if text]
    return Kind(f"{', '.join(named[:-1])} or {named[-1]}", frozenset(texts).__contains__)


def between(first: int, last: int) -> Kind:
    """A number from ``first`` to ``last``."""
    return Kind(f"a number from {first} to {last}", lambda value: bool(first <= value <= last))


def _is_whole(value: Any, numbers: range) -> bool:
    # Go decodes 14.0 as 14, and nothing as 0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value in numbers)


def _is_float32(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= _LARGEST_FLOAT32


def _reads(parse: Callable[[str], object]) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return holds


_is_duration = _reads(parse_proxy_duration)
_is_network = _reads(parse_proxy_network)
_is_address = _reads(parse_proxy_address)
_is_endpoint = _reads(check_proxy_endpoint)


def _is_flush(value: Any) -> bool:
    # The one duration that may be a number, of nanoseconds; Go takes null for 0 there.
    return _is_duration(value) if isinstance(value, str) else _is_whole(value, range(-(2**63), 2**63))


def _is_positive_flush(value: Any) -> bool:
    return (parse_proxy_duration(value) if isinstance(value, str) else value) >= 0


def _is_quantity(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value is None or number or (isinstance(value, str) and re.fullmatch(_QUANTITY, value) is not None)


def _are_levels(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_level, value)))


def _is_level(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    pattern = item.get("filePattern")
    whole = _is_whole(item.get("verbosity"), range(2**31))
    return whole and isinstance(pattern, str) and pattern != "" and "=" not in pattern and "," not in pattern


TEXT = Kind("text", lambda value: value is None or isinstance(value, str))
TEXTS = Kind(
    "a list of texts", lambda value: value is None or (isinstance(value, list) and all(map(TEXT.holds, value)))
)
FLAG = Kind("true or false", lambda value: value is None or isinstance(value, bool))
GATES = Kind(
    "a map with true or false for each gate",
    lambda value: value is None or (isinstance(value, dict) and all(map(FLAG.holds, value.values()))),
)
INT32 = Kind("a whole number", lambda value: _is_whole(value, _INT32))
UINT32 = Kind("a whole number, not negative", lambda value: _is_whole(value, _UINT32))
FLOAT32 = Kind("a number", _is_float32)
QUANTITY = Kind("a quantity such as 12Mi", _is_quantity)
# Go's decoder takes null for "not said" where the field is a pointer, and for the text "" elsewhere.
DURATION = Kind("a duration such as 30s", lambda value: isinstance(value, str) and _is_duration(value))
OPTIONAL_DURATION = Kind(DURATION.words, lambda value: value is None or DURATION.holds(value))
FLUSH = Kind("a duration such as 5s, or nanoseconds", _is_flush)
VMODULE = Kind("a list of {filePattern, verbosity}", _are_levels)

NOT_NEGATIVE = Kind("a number of at least 0", lambda value: bool(value >= 0))
NOT_NEGATIVE_DURATION = Kind("a duration of at least 0s", lambda value: parse_proxy_duration(value) >= 0)
POSITIVE_FLUSH = Kind("more than 0s", _is_positive_flush)
ADDRESS = Kind("an IP address", lambda value: value == "" or _is_address(value))
ENDPOINT = Kind("an IP address and a port, such as 0.0.0.0:10256", lambda value: value == "" or _is_endpoint(value))
RELEASE = Kind("a release such as 1.35", lambda value: value == "" or re.fullmatch(_RELEASE, value) is not None)
CIDR = Kind("a CIDR", lambda value: isinstance(value, str) and _is_network(value))
CIDR_OR_KEYWORD = Kind("a CIDR or primary", lambda value: value in NODE_PORT_KEYWORDS or CIDR.holds(value))
