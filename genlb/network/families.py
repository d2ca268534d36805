"""IP families, always in the same order: IPv4, then IPv6."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from genlb.spec.model import Family

_FAMILIES = {4: Family.IPV4, 6: Family.IPV6}


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


def family_of(item: _Versioned) -> Family:
    """The family of an address, a network or a block of addresses."""
    return _FAMILIES[item.version]


def families_of(items: Iterable[_Versioned]) -> tuple[Family, ...]:
    """The families that occur among ``items``."""
    present = {item.version for item in items}
    return tuple(family for version, family in _FAMILIES.items() if version in present)
