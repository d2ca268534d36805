"""Values as kube-proxy reads them: Go's durations, and addresses in the tolerant way of older Go releases.

Every function raises ``ValueError`` for what kube-proxy refuses. They differ from ``genlb.spec.values`` on purpose:
what people write for genlb is read strictly, what runs in a cluster is read as the cluster reads it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network

from genlb.spec.values import Address, Network

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # micro sign
    "\u03bcs": 1_000,  # Greek letter mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_UNIT = "ns|us|\u00b5s|\u03bcs|ms|s|m|h"
_PART = re.compile(rf"([0-9]*)(?:\.([0-9]*))?({_UNIT})")
_DURATION = re.compile(rf"[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:{_UNIT}))+)")
_LONGEST = 2**63 - 1

_OCTETS = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_PREFIX = re.compile(r"[0-9]+")
_PORT = re.compile(r"[-+]?[0-9]+")
_LARGEST_PORT = 65535
_LONGEST_TEXT = 256  # far longer than any of these values; a number of megabytes takes its time


@lru_cache(maxsize=1024)  # most of a captured file is 0s
def parse_proxy_duration(text: str) -> int:
    """Nanoseconds; at most 292 years either way."""
    if len(text) > _LONGEST_TEXT or not _DURATION.fullmatch(text):
        raise ValueError("a duration is a number with a unit, such as 30s or 1m30s")
    total = sum(_part(*match.groups()) for match in _PART.finditer(text))
    if total > _LONGEST + text.startswith("-"):
        raise ValueError("a duration is at most 292 years")
    return -total if text.startswith("-") else total


def _part(whole: str, fraction: str | None, unit: str) -> int:
    scale = _NANOSECONDS[unit]
    below = fraction or ""
    return int(whole or 0) * scale + int(below or 0) * scale // int("1" + "0" * len(below))


def parse_proxy_address(text: str) -> Address:
    """An address; leading zeros in IPv4 count for nothing, IPv4 inside IPv6 is IPv4, a zone is refused."""
    if len(text) > _LONGEST_TEXT:
        raise ValueError("too long for an address")
    if _OCTETS.fullmatch(text):
        return IPv4Address(".".join(str(int(octet)) for octet in text.split(".")))
    if "%" in text:
        raise ValueError("an address with a zone (%)")
    address = IPv6Address(text)
    return address.ipv4_mapped or address


@lru_cache(maxsize=1024)
def parse_proxy_network(text: str) -> Network:
    """A CIDR; host bits are cleared."""
    address, slash, prefix = text.partition("/")
    if not slash or not _PREFIX.fullmatch(prefix) or len(prefix) > _LONGEST_TEXT:
        raise ValueError("a CIDR has a prefix length, such as 10.244.0.0/16")
    parsed = parse_proxy_address(address)
    length = int(prefix)
    if parsed.version == 4 and ":" in address:  # noqa: PLR2004 -- the family
        length = max(0, length - 96)
    return ip_network(f"{parsed}/{length}", strict=False)


def check_proxy_endpoint(text: str) -> None:
    """``address:port``, ``[address]:port``, or an address alone, to which kube-proxy adds its port."""
    address, colon, port = text.rpartition(":")
    if colon and (bare := _without_brackets(address)) is not None:
        parse_proxy_address(bare)
        if not _PORT.fullmatch(port) or len(port) > _LONGEST_TEXT or not 1 <= int(port) <= _LARGEST_PORT:
            raise ValueError(f"the port is a number from 1 to {_LARGEST_PORT}")
        return
    parse_proxy_address(text)


def _without_brackets(host: str) -> str | None:
    """The address of an endpoint; None when the last colon belongs to the address itself, or brackets do not fit."""
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        return None
    return None if "[" in host or "]" in host else host
