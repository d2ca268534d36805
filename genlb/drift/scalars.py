"""When two spellings mean the same: quantities, durations, addresses. Used at declared paths only.

Each function gives a value that is equal for equal meanings; what it cannot read it gives back as it is, so that two
odd texts are equal only if they are the same text.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from fractions import Fraction
from typing import Any

from genlb.network.proxy_values import parse_proxy_duration

_POWERS = {"": 0, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_QUANTITY = re.compile(
    r"(?P<sign>[-+]?)(?P<number>[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})"
    r"(?:(?P<binary>[KMGTPE]i)|(?P<suffix>[numkMGTPE])|[eE](?P<exponent>[-+]?[0-9]{1,3}))?"
)
_LONGEST = 512
_PLACEHOLDERS = frozenset({"", "Cg==", "Cg"})


def quantity(value: Any) -> Any:
    """The exact number of a quantity: ``1000m`` is 1, ``1Gi`` is 1024Mi; a number is read as its own text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        return value
    number = Fraction(match["number"] if not match["number"].startswith(".") else f"0{match['number']}")
    if match["binary"]:
        number *= 1024 ** _BINARY[match["binary"]]
    else:
        number *= Fraction(10) ** (int(match["exponent"]) if match["exponent"] else _POWERS[match["suffix"] or ""])
    return -number if match["sign"] == "-" else number


def kept_quantity(value: Any) -> Any:
    """As `quantity`, rounded up to a thousandth as the API server does with what a container asks for."""
    number = quantity(value)
    if not isinstance(number, Fraction):
        return number
    return Fraction(-((-number.numerator * 1000) // number.denominator), 1000)


def duration(value: Any) -> Any:
    """Nanoseconds of a Go duration: ``2m0s`` is ``120s``."""
    if not isinstance(value, str):
        return value
    try:
        return parse_proxy_duration(value)
    except ValueError:
        return value


def network(value: Any) -> Any:
    """The network of a CIDR; an address alone is a network of one."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return value
    try:
        return ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return value


def networks(value: Any) -> Any:
    """The networks of a text of CIDRs with commas between them."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return value
    return tuple(network(part) for part in value.split(","))


def address(value: Any) -> Any:
    """An address in any spelling."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return value
    try:
        return ipaddress.ip_address(value.strip())
    except ValueError:
        return value


def endpoint(value: Any) -> Any:
    """An address, alone or with a port: ``10.0.0.1:179``, ``[fd00::1]:179``."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return value
    plain = address(value)
    if not isinstance(plain, str):
        return plain
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdecimal():
        return value
    return (address(host.removeprefix("[").removesuffix("]")), port)


def block(value: Any) -> Any:
    """First and last address of a pool's entry: ``10.0.0.0/24`` is ``10.0.0.0-10.0.0.255``."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return value
    first, dash, last = value.partition("-")
    if dash:
        ends = (address(first), address(last))
        return value if any(isinstance(end, str) for end in ends) else ends
    whole = network(value)
    return value if isinstance(whole, str) else (whole[0], whole[-1])


def base64_text(value: Any) -> Any:
    """The bytes of a base64 text, in lines or not."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return value


def ca_bundle(value: Any) -> Any:
    """A certificate bundle; an empty one and the usual placeholder stand for what a controller fills in."""
    return None if value in _PLACEHOLDERS else base64_text(value)


def proxy_mode(value: Any) -> Any:
    """kube-proxy's mode; on Linux an empty one is iptables."""
    return "iptables" if value == "" else value


def local_mode(value: Any) -> Any:
    """How kube-proxy tells its own pods; an empty text is its default."""
    return "ClusterCIDR" if value == "" else value


def scheduler(value: Any) -> Any:
    """The IPVS scheduler; an empty one is round robin."""
    return "rr" if value == "" else value
