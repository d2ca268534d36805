"""Which part of a range is covered by others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from genlb.network.overlap import claim
from genlb.spec.values import Address, AddressBlock, Network


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
        version, next_free, last, *_ = claim(what, 0, None)
        merged = self._merged[version]
        gaps: list[tuple[int, int]] = []
        index = max(0, bisect_right(merged, (next_free, next_free)) - 1)
        while index < len(merged) and merged[index][0] <= last:
            if merged[index][0] > next_free:
                gaps.append((next_free, merged[index][0] - 1))
            next_free = max(next_free, merged[index][1] + 1)
            index += 1
        if next_free <= last:
            gaps.append((next_free, last))
        address = type(what.first if isinstance(what, AddressBlock) else _first(what))
        return tuple(AddressBlock(address(start), address(end)) for start, end in gaps)

    def holds(self, what: AddressBlock | Network | Address) -> bool:
        """Whether all of ``what`` is covered."""
        version, first, last, *_ = claim(what, 0, None)
        merged = self._merged[version]
        # The last interval that begins at or before ``first``; merged ones neither touch nor overlap.
        index = bisect_right(merged, first, key=lambda interval: interval[0]) - 1
        return index >= 0 and merged[index][1] >= last


def _first(what: Network | Address) -> Address:
    first: Address = getattr(what, "network_address", what)
    return first
