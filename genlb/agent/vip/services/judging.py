"""Which addresses of a Service's status may be bound at all, and what is wrong with the others.

A status is anybody's text. An address counts only when it lies in a pool, and is no node's and no router's.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from genlb.agent.vip.services.facts import Facts, Service
from genlb.agent.vip.services.pools import Address, Pools

_LONGEST = 64
"""Characters of a refused text that are told; an address has at most 45."""


class Reason(enum.Enum):
    """Why an address in a Service's status is not bound; the last two are found by the node that would own the VIP."""

    MALFORMED = "is no IP address"
    DUPLICATE = "stands twice in the Service's status"
    OUTSIDE_POOLS = "lies in no configured pool"
    NODE_ADDRESS = "is the address of a node"
    RESERVED = "is the address of a gateway"
    PROXIED = "has ipMode Proxy: its traffic never reaches a node under this address"
    PORT_TAKEN = "shares all its ports on this VIP with an older Service"
    HOST_CONFLICT = "is the address of another host"
    NOT_PROBED = "could not be asked for on the wire"


class Refusal(NamedTuple):
    """An address of a Service that is not bound; ``address`` is cut and quoted where it is no address."""

    service: str
    address: str
    reason: Reason


class Judge:
    """What may be bound at all."""

    def __init__(self, facts: Facts, pools: Pools) -> None:
        self._pools = pools
        self._taken = dict.fromkeys(_addresses(facts.reserved), Reason.RESERVED)
        for node in facts.nodes.values():
            self._taken |= dict.fromkeys(_addresses(node.addresses), Reason.NODE_ADDRESS)

    def accepted(self, service: Service, refusals: list[Refusal]) -> Iterator[Address]:
        """The addresses of ``service`` that may be bound; the others go to ``refusals``."""
        refusals += [Refusal(service.key, _told(text), Reason.PROXIED) for text in service.proxied]
        seen: set[Address] = set()
        for text in service.addresses:
            address = parse_address(text)
            reason = Reason.MALFORMED if address is None else self._against(address, seen)
            if address is None or reason is not None:
                told = text if address is not None else ascii(text[:_LONGEST])
                refusals.append(Refusal(service.key, told, reason or Reason.MALFORMED))
                continue
            seen.add(address)
            yield address

    def _against(self, address: Address, seen: set[Address]) -> Reason | None:
        if self._pools.of(address) is None:
            return Reason.OUTSIDE_POOLS
        if address in self._taken:
            return self._taken[address]
        return Reason.DUPLICATE if address in seen else None


@lru_cache(maxsize=4096)  # the same thousand Services are judged after each change of one
def parse_address(text: str) -> Address | None:
    """An address without a zone; IPv4 inside IPv6 is none, since Go and the kernel would read two different ones."""
    if len(text) > _LONGEST:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and (address.scope_id or address.ipv4_mapped):
        return None
    return address


def _addresses(texts: Iterable[str]) -> Iterator[Address]:
    return (address for address in map(parse_address, texts) if address is not None)


def _told(text: str) -> str:
    """``text`` as far as it can be shown: it may be long, and hold anything."""
    return text if parse_address(text) is not None else ascii(text[:_LONGEST])
