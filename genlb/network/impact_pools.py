"""Which addresses Services may have from now on, and which are taken from Services that have them.

MetalLB protects no address in use: one that its pool no longer holds, skips, or may not give to that Service is taken
away at once. A range that moves to another pool is no exception, since pools are applied one after the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from genlb.network.cover import Cover
from genlb.network.impact_model import PoolChange, PoolFate, Side
from genlb.spec.model import Allocation, Pool
from genlb.spec.values import AddressBlock

_BUGGY = (0, 255)
_IPV4 = 4


def pool_changes(before: Side | None, after: Side | None) -> Iterator[PoolChange]:
    """Changes by pool: what pools lose in the order of before, what they gain in the order of after."""
    old, new = _pools(before), _pools(after)
    for pool in old.values():
        yield from _losses(pool, new)
    for pool in new.values():
        yield from _gains(pool, old)


def size(blocks: Iterable[AddressBlock]) -> int:
    """How many addresses ``blocks`` hold."""
    return sum(int(block.last) - int(block.first) + 1 for block in blocks)


def without(blocks: Iterable[AddressBlock], taken: Iterable[AddressBlock]) -> tuple[AddressBlock, ...]:
    """The parts of ``blocks`` that ``taken`` leaves."""
    cover = Cover(taken)
    return tuple(gap for block in blocks for gap in cover.gaps(block))


def common(blocks: Sequence[AddressBlock], others: Sequence[AddressBlock]) -> tuple[AddressBlock, ...]:
    """The parts of ``blocks`` that are in ``others``, too."""
    return without(blocks, without(blocks, others))


def _pools(side: Side | None) -> dict[str, Pool]:
    return {pool.name: pool for pool in side.cluster.spec.pools} if side else {}


def _losses(was: Pool, new: dict[str, Pool]) -> Iterator[PoolChange]:
    is_ = new.get(was.name)
    lost = without(was.addresses, is_.addresses if is_ else ())
    for taker in new.values():
        moved = common(lost, taker.addresses) if taker.name != was.name else ()
        if moved:
            yield PoolChange(PoolFate.LOSES, was.name, moved, size(moved), taker.name)
            lost = without(lost, moved)
    if lost:
        yield PoolChange(PoolFate.GOES if is_ is None else PoolFate.SHRINKS, was.name, lost, size(lost))
    if is_ is not None:
        yield from _exclusions(was, is_)


def _exclusions(was: Pool, is_: Pool) -> Iterator[PoolChange]:
    """What stays in the pool and yet is taken from Services."""
    stays = common(was.addresses, is_.addresses)
    if is_.avoid_buggy_ips and not was.avoid_buggy_ips:
        skipped = sum(map(_buggy, stays))
        if skipped:
            yield PoolChange(PoolFate.SKIPS, was.name, (), skipped)
    if _narrower(was.allocate_to, is_.allocate_to):
        yield PoolChange(PoolFate.NARROWS, was.name, stays, size(stays))


def _gains(is_: Pool, old: dict[str, Pool]) -> Iterator[PoolChange]:
    was = old.get(is_.name)
    others = [block for pool in old.values() for block in pool.addresses]
    gained = without(is_.addresses, others)
    if was is None:
        yield PoolChange(PoolFate.ADDED, is_.name, is_.addresses, size(is_.addresses))
    elif gained:
        yield PoolChange(PoolFate.GROWS, is_.name, gained, size(gained))


def _buggy(block: AddressBlock) -> int:
    """How many IPv4 addresses of ``block`` end in .0 or .255."""
    if block.version != _IPV4:
        return 0
    first, last = int(block.first), int(block.last)
    return sum((last - octet) // 256 - (first - 1 - octet) // 256 for octet in _BUGGY)


def _narrower(was: Allocation | None, is_: Allocation | None) -> bool:
    """Whether a Service may use the pool no longer: both conditions hold together, an empty one excludes nobody."""
    return any(now and not (then and then <= now) for then, now in zip(_conditions(was), _conditions(is_), strict=True))


def _conditions(allocation: Allocation | None) -> tuple[frozenset[Hashable], frozenset[Hashable]]:
    if allocation is None:
        return frozenset(), frozenset()
    selectors = frozenset(map(str, allocation.namespace_selectors))
    return frozenset(allocation.namespaces) | selectors, frozenset(map(str, allocation.service_selectors))
