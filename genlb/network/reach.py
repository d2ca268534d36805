"""On-link or routed: whether the routers find a pool's VIPs by next hop, or look for them on the wire.

A router with a BGP route asks ARP for the next hop, which is a node, and never for the VIP. Only where the VIP lies
inside a subnet that the router is attached to itself, its connected route wins and it asks ARP (or NDP) for the VIP.
The spec knows those subnets as ``network.nodeCIDRs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genlb.network.decisions import Reach
from genlb.spec.values import AddressBlock, Network


def reach_of(blocks: Sequence[AddressBlock], node_cidrs: Sequence[Network]) -> Reach:
    """How the routers see a pool made of ``blocks``."""
    each = {_block_reach(block, node_cidrs) for block in blocks}
    return each.pop() if len(each) == 1 else Reach.MIXED


def touched(block: AddressBlock, node_cidrs: Iterable[Network]) -> tuple[Network, ...]:
    """The node CIDRs that share at least one address with ``block``, in their own order."""
    first, last = int(block.first), int(block.last)
    return tuple(
        cidr for cidr in node_cidrs if cidr.version == block.version and _start(cidr) <= last and first <= _end(cidr)
    )


def _block_reach(block: AddressBlock, node_cidrs: Sequence[Network]) -> Reach:
    cidrs = touched(block, node_cidrs)
    if not cidrs:
        return Reach.ROUTED
    return Reach.ON_LINK if _covered(block, cidrs) else Reach.MIXED


def _covered(block: AddressBlock, cidrs: Iterable[Network]) -> bool:
    # Neighbouring node CIDRs may share a block, so that no single one need hold all of it.
    uncovered = int(block.first)
    for cidr in sorted(cidrs, key=_start):
        if _start(cidr) > uncovered:
            return False
        uncovered = max(uncovered, _end(cidr) + 1)
    return uncovered > int(block.last)


def _start(cidr: Network) -> int:
    return int(cidr.network_address)


def _end(cidr: Network) -> int:
    return int(cidr.broadcast_address)
