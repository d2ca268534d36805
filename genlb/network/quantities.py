"""Kubernetes resource quantities as exact numbers, for comparing them."""

from __future__ import annotations

import re

_QUANTITY = re.compile(
    r"(?P<whole>[0-9]{1,18})(?:\.(?P<part>[0-9]{1,18}))?(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?"
)
_POWERS = {suffix: 3 * power for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)}
_BINARY = {f"{suffix}i": 1024**power for power, suffix in enumerate("KMGTPE", 1)}
_DIGITS = 120  # more than 18 places behind the point and an exponent of -99 need

ONE = 10**_DIGITS
"""The amount of the quantity ``1``; whole quantities are its multiples."""


def amount(quantity: str) -> int:
    """What ``quantity`` amounts to, in parts of ``ONE``; ValueError for what is no quantity.

    >>> amount("1500m") == amount("1.5")
    True
    """
    match = _QUANTITY.fullmatch(quantity)
    if match is None:
        raise ValueError(f"{quantity!r} is no quantity")
    suffix, part = match["suffix"] or "", match["part"] or ""
    result: int = int(match["whole"] + part) * _BINARY.get(suffix, 1) * 10 ** (_DIGITS - len(part) + _power(suffix))
    return result


def _power(suffix: str) -> int:
    """The power of ten that a decimal suffix or an exponent stands for."""
    if suffix in _BINARY:
        return 0
    return _POWERS[suffix] if suffix in _POWERS else int(suffix[1:])
