"""AS numbers: those that routers refuse, and those that the API server does."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.versions import FACTS, Feature, supports
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.rules.places import as_numbers

RESERVED = rule(
    "GLB308",
    ERROR,
    "A reserved AS number",
    why="AS 0, 23456, 65535 and 4294967295 are reserved: routers refuse a session with them, or drop its routes.",
    fix="Use an AS number of yours, or a private one from 64512 to 65534.",
)


_RESERVED = {
    23_456: "AS_TRANS, which stands for AS numbers that a router cannot say",
    65_535: "reserved",
    4_294_967_295: "reserved",
}
"""0 is no number that the field takes."""


@RESERVED.check
def reserved_as_numbers(view: View) -> Iterator[Finding]:
    """Every AS number of the spec."""
    for path, number in as_numbers(view.spec):
        if number in _RESERVED:
            yield Finding(view.at(*path), f"AS {number} is {_RESERVED[number]}")


INT32_MAX = 2_147_483_647

AS_NUMBER_INT32 = rule(
    "GLB314",
    ERROR,
    "An AS number that the API server refuses",
    why="Calico's CRDs declare AS numbers as int32, and Kubernetes holds them to it from 1.36 on: larger 4-byte AS"
    " numbers are refused when the object is applied.",
    fix="Use an AS number up to 2147483647, such as a private one from 64512 to 65534.",
    research="E-ASN-INT32",
)


@AS_NUMBER_INT32.check
def as_numbers_beyond_int32(view: View) -> Iterator[Finding]:
    """Every AS number that ends in an object, on releases that enforce the limit."""
    for path, number in as_numbers(view.spec) if supports(view.spec.versions, Feature.AS_NUMBER_INT32) else ():
        if number > INT32_MAX:
            yield Finding(view.at(*path), f"AS number {number}: {FACTS[Feature.AS_NUMBER_INT32].reason}")
