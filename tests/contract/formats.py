"""The ``format`` values of our CRDs as an API server checks them, for ``jsonschema``."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re

from jsonschema import FormatChecker

FORMATS = FormatChecker(formats=())

_BITS = {"int32": 31, "int64": 63}


def _within(value: object, bits: int) -> bool:
    return not isinstance(value, int) or isinstance(value, bool) or -(2**bits) <= value < 2**bits


@FORMATS.checks("int32")
def _int32(value: object) -> bool:
    return _within(value, _BITS["int32"])


@FORMATS.checks("int64")
def _int64(value: object) -> bool:
    return _within(value, _BITS["int64"])


@FORMATS.checks("cidr", raises=ValueError)
def _cidr(value: object) -> bool:
    """As Go's ``net.ParseCIDR``: host bits may be set, a bare address or a netmask is none."""
    if not isinstance(value, str):
        return True
    ipaddress.ip_network(value, strict=False)
    return re.fullmatch(r"[0-9a-fA-F.:]+/(0|[1-9][0-9]*)", value) is not None


@FORMATS.checks("date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    """RFC 3339: a time without a zone is none."""
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None
