"""Resource quantities in the one spelling that the API server keeps: ``1000m`` is ``1``, ``1024Mi`` is ``1Gi``.

Written any other way, a quantity would mostly read back changed, and a textual comparison would take that for drift.
A container's quantities are rounded up to a thousandth; then powers of 1000 go into a decimal suffix or exponent, and
powers of 1024, for whole numbers of at least 1024, into a binary suffix.
"""

from __future__ import annotations

import re

_DECIMAL = ("m", "", "k", "M", "G", "T", "P", "E")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_POWERS = {suffix: power for power, suffix in enumerate(("n", "u", *_DECIMAL), -3)}

# Bounded, since what stands here comes from a spec: nobody's memory is measured in 10 to the power of 999999.
_QUANTITY = re.compile(
    r"(?P<whole>[0-9]{0,18})(?:\.(?P<part>[0-9]{0,18}))?(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?"
)


def canonical_quantity(text: str) -> str:
    """``text`` in its canonical spelling; unchanged when it is none (to refuse it is the business of a rule)."""
    match = _QUANTITY.fullmatch(text)
    if not match or not (match["whole"] or match["part"]):
        return text
    suffix = match["suffix"] or ""
    thousandths = _thousandths(match["whole"] or "", match["part"] or "", suffix)
    if thousandths == 0:
        return "0"
    if suffix in _BINARY[1:] and thousandths >= 1024 * 1000 and thousandths % 1000 == 0:
        return _binary(thousandths // 1000)
    if suffix in _BINARY or suffix in _POWERS:
        return _decimal(thousandths)
    return _exponent(thousandths)


def _thousandths(whole: str, part: str, suffix: str) -> int:
    numerator: int = int(whole + part) * 1000
    denominator: int = 10 ** len(part)
    if suffix in _BINARY:
        numerator *= 1024 ** _BINARY.index(suffix)
    else:
        power = 3 * _POWERS[suffix] if suffix in _POWERS else int(suffix[1:])
        numerator *= 10 ** max(power, 0)
        denominator *= 10 ** max(-power, 0)
    return -(-numerator // denominator)


def _binary(value: int) -> str:
    power = 0
    while value % 1024 == 0 and power + 1 < len(_BINARY):
        value //= 1024
        power += 1
    return f"{value}{_BINARY[power]}"


def _decimal(thousandths: int) -> str:
    power = 0
    while thousandths % 1000 == 0 and power + 1 < len(_DECIMAL):
        thousandths //= 1000
        power += 1
    return f"{thousandths}{_DECIMAL[power]}"


def _exponent(thousandths: int) -> str:
    power = -3
    while thousandths % 1000 == 0:
        thousandths //= 1000
        power += 3
    return f"{thousandths}e{power}" if power else str(thousandths)
