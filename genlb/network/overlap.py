"""Who claims the same address: sweeps over intervals, never every pair with every other.

Both sweeps look at claims by first address and remember how far the earlier ones reach. Every claim that shares an
address with an earlier one is told once, with one that it meets: enough to find all that are wrong, and no more lines
than there are claims, however many lie on top of each other. n claims cost O(n log n).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import Generic, NamedTuple, TypeVar

from genlb.spec.values import Address, AddressBlock, Network

Tag = TypeVar("Tag")


class Claim(NamedTuple, Generic[Tag]):
    """The addresses ``first`` to ``last`` of one family, as numbers; ``tag`` is whatever tells where it stands."""

    version: int
    first: int
    last: int
    owner: str | int
    tag: Tag


def claim(what: AddressBlock | Network | Address, owner: str | int, tag: Tag) -> Claim[Tag]:
    """A block, a CIDR or a single address, claimed by ``owner``: no owner is in its own way."""
    if isinstance(what, AddressBlock):
        return Claim(what.first.version, int(what.first), int(what.last), owner, tag)
    if isinstance(what, IPv4Address | IPv6Address):
        return Claim(what.version, int(what), int(what), owner, tag)
    return Claim(what.version, int(what.network_address), int(what.broadcast_address), owner, tag)


def overlaps(claims: Iterable[Claim[Tag]]) -> Iterator[tuple[Claim[Tag], Claim[Tag]]]:
    """Pairs of claims of different owners that share an address; the one with the lower first address comes first."""
    reached: dict[int, _Reach[Tag]] = {4: _Reach(), 6: _Reach()}
    for later in sorted(claims, key=_order):
        reach = reached[later.version]
        rival = reach.beside(later.owner)
        if rival is not None and rival.last >= later.first:
            yield rival, later
        reach.add(later)


def meetings(ours: Iterable[Claim[Tag]], theirs: Iterable[Claim[Tag]]) -> Iterator[tuple[Claim[Tag], Claim[Tag]]]:
    """Pairs of one of ``ours`` and one of ``theirs``, of different owners, that share an address."""
    reached: dict[tuple[bool, int], _Reach[Tag]] = {}
    for is_ours, later in sorted(
        [*((True, claim) for claim in ours), *((False, claim) for claim in theirs)], key=lambda pair: _order(pair[1])
    ):
        other = reached.get((not is_ours, later.version))
        rival = other.beside(later.owner) if other else None
        if rival is not None and rival.last >= later.first:
            yield (later, rival) if is_ours else (rival, later)
        reached.setdefault((is_ours, later.version), _Reach()).add(later)


class _Reach(Generic[Tag]):
    """The claim that reaches furthest so far, and the one that reaches furthest among those of other owners."""

    __slots__ = ("furthest", "second")

    def __init__(self) -> None:
        self.furthest: Claim[Tag] | None = None
        self.second: Claim[Tag] | None = None

    def beside(self, owner: str | int) -> Claim[Tag] | None:
        """The claim of anybody but ``owner`` that reaches furthest."""
        return self.second if self.furthest is not None and self.furthest.owner == owner else self.furthest

    def add(self, claim: Claim[Tag]) -> None:
        """Take one more into account."""
        top = self.furthest
        if top is None or claim.last > top.last:
            if top is not None and top.owner != claim.owner:
                self.second = top
            self.furthest = claim
        elif claim.owner != top.owner and (self.second is None or claim.last > self.second.last):
            self.second = claim


def _order(claim: Claim[Tag]) -> tuple[int, int]:
    # Of two that begin alike the wider one comes first, so that what lies inside another is told as the later one.
    return claim.first, -claim.last
