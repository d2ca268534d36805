"""In which pool an address lies, for tens of thousands of addresses: by bisection, not by asking every CIDR."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, TypeAlias

from genlb.agent.config import Pool
from genlb.agent.fields import InvalidConfig

Address: TypeAlias = IPv4Address | IPv6Address


class _Block(NamedTuple):
    first: int
    last: int
    pool: Pool


class Pools:
    """All pools by address; ``InvalidConfig`` where two CIDRs overlap, since an address has but one pool."""

    def __init__(self, pools: Iterable[Pool]) -> None:
        blocks: dict[int, list[_Block]] = {4: [], 6: []}
        for pool in pools:
            for cidr in pool.cidrs:
                blocks[cidr.version].append(_Block(int(cidr[0]), int(cidr[-1]), pool))
        self._blocks = {version: sorted(found, key=_start) for version, found in blocks.items()}
        self._starts = {version: [block.first for block in found] for version, found in self._blocks.items()}
        for found in self._blocks.values():
            _refuse_overlaps(found)

    def of(self, address: Address) -> Pool | None:
        """The pool that holds ``address``; None for an address outside all of them."""
        index = bisect_right(self._starts[address.version], int(address)) - 1
        if index < 0:
            return None
        block = self._blocks[address.version][index]
        return block.pool if int(address) <= block.last else None


def _start(block: _Block) -> int:
    return block.first


def _refuse_overlaps(blocks: list[_Block]) -> None:
    for earlier, later in itertools.pairwise(blocks):
        if later.first <= earlier.last:
            raise InvalidConfig("pools", f"{earlier.pool.name} and {later.pool.name} hold the same address")
