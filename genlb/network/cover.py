"""Which part of a range others cover."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from genlb.network.overlap import claim
from genlb.spec.values import Address, AddressBlock, Network

_ADDRESS: dict[int, type[IPv4Address | IPv6Address]] = {4: IPv4Address, 6: IPv6Address}


class Cover:
    """Blocks, CIDRs and addresses, merged; it tells what they leave out of a range."""

    __slots__ = ("_merged",)

    def __init__(self, items: Iterable[AddressBlock | Network | Address]) -> None:
        self._merged: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for version, first, last, *_ in sorted(claim(item, 0, None) for item in items):
            merged = self._merged[version]
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))

    def gaps(self, what: AddressBlock | Network | Address) -> tuple[AddressBlock, ...]:
        """The parts of ``what`` that nothing covers, in address order; none when all of it is covered."""
        version, free, last, *_ = claim(what, 0, None)
        merged = self._merged[version]
        gaps: list[tuple[int, int]] = []
        for start, end in merged[max(0, _index(merged, free)) : _index(merged, last) + 1]:
            if free < start:
                gaps.append((free, start - 1))
            free = max(free, end + 1)
        if free <= last:
            gaps.append((free, last))
        return tuple(AddressBlock(_ADDRESS[version](start), _ADDRESS[version](end)) for start, end in gaps)

    def holds(self, what: AddressBlock | Network | Address) -> bool:
        """Whether all of ``what`` is covered."""
        version, first, last, *_ = claim(what, 0, None)
        merged = self._merged[version]
        index = _index(merged, first)
        # Merged intervals do not touch each other: what one alone does not hold, no two of them do.
        return index >= 0 and merged[index][1] >= last


def _index(merged: list[tuple[int, int]], address: int) -> int:
    """Where the last interval stands that begins at or before ``address``; -1 when there is none."""
    return bisect_right(merged, address, key=lambda interval: interval[0]) - 1
