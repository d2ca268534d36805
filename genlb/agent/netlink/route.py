"""Addresses, routes and links as netlink says them (linux/rtnetlink.h, if_addr.h, if_link.h)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from genlb.agent.netlink.message import (
    ACK,
    CREATE,
    DUMP,
    EXCLUSIVE,
    REPLACE,
    REQUEST,
    Message,
    attributes,
    with_attributes,
)
from genlb.agent.vip.services.pools import Address

NEW_LINK, DELETE_LINK, GET_LINK = 16, 17, 18
NEW_ADDRESS, DELETE_ADDRESS, GET_ADDRESS = 20, 21, 22
NEW_ROUTE, DELETE_ROUTE, GET_ROUTE = 24, 25, 26

_FAMILY = {4: 2, 6: 10}
_ADDRESS_HEAD = struct.Struct("=BBBBI")
_ROUTE_HEAD = struct.Struct("=BBBBBBBBI")
_LINK_HEAD = struct.Struct("=BxHiII")
_U32 = struct.Struct("=I")
_CACHE_INFO = struct.Struct("=IIII")

_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL, _IFA_CACHEINFO, _IFA_FLAGS, _IFA_PROTO = 1, 2, 3, 6, 8, 11
_IFA_F_NODAD, _IFA_F_NOPREFIXROUTE = 0x02, 0x200
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_MULTIPATH, _RTA_TABLE, _RTA_VIA = 1, 4, 5, 9, 15, 18
_TABLE_LOCAL, _TYPE_UNICAST, _TYPE_LOCAL, _SCOPE_HOST, _SCOPE_GLOBAL = 255, 1, 2, 254, 0
_NEXT_HOP = struct.Struct("=HBBi")
_IFLA_ADDRESS, _IFLA_IFNAME = 1, 3
_IFF_READY = 0x1 | 0x10000  # switched on, and with a carrier

FOREVER = 2**32 - 1
"""The lifetime of an address that stays."""

LOOPBACK = 1
"""The index of ``lo`` in every network namespace."""


class Link(NamedTuple):
    """An interface; ``mac`` is empty where it has none. ``up``: it is switched on and has a carrier."""

    ifindex: int
    name: str
    mac: bytes
    up: bool


class InterfaceAddress(NamedTuple):
    """An address on an interface. ``protocol`` is None where the kernel tells none; ``valid`` is in seconds."""

    ifindex: int
    address: Address
    prefix: int
    label: str
    protocol: int | None
    valid: int
    preferred: int
    flags: int

    @property
    def is_as_set(self) -> bool:
        """Whether it looks like what ``set_address`` makes: alone, never a source, without routes, gone in time."""
        single = self.prefix == self.address.max_prefixlen and bool(self.flags & _IFA_F_NOPREFIXROUTE)
        return single and self.preferred == 0 and self.valid != FOREVER


class LocalRoute(NamedTuple):
    """A route of type local in table local, to one address."""

    address: Address
    protocol: int


def dump(kind: int, sequence: int, family: int = 0) -> Message:
    """The question for all links, addresses or routes; ``family`` 0 for both."""
    size = {GET_LINK: _LINK_HEAD.size, GET_ADDRESS: _ADDRESS_HEAD.size, GET_ROUTE: _ROUTE_HEAD.size}[kind]
    return Message(kind, REQUEST | DUMP, sequence, bytes([family]) + b"\0" * (size - 1))


def set_address(  # noqa: PLR0913 -- an address has that many properties
    sequence: int,
    index: int,
    address: Address,
    *,
    lifetime: int,
    protocol: int,
    label: str | None = None,
    fresh: bool = False,
) -> Message:
    """Put ``address`` on an interface, or give the one that is there a new lifetime.

    ``fresh``: none is there; EEXIST where somebody has put it there meanwhile.

    Always a single address, never with a route for its neighbours, and never one that the kernel would choose as a
    source (preferred lifetime 0). The mark goes along each time: a renewal without it would take it off.
    """
    pairs = [
        (_IFA_LOCAL, address.packed),
        (_IFA_ADDRESS, address.packed),
        (_IFA_FLAGS, _U32.pack(_IFA_F_NOPREFIXROUTE | (_IFA_F_NODAD if address.version == 6 else 0))),  # noqa: PLR2004
        (_IFA_CACHEINFO, _CACHE_INFO.pack(0, lifetime, 0, 0)),
        (_IFA_PROTO, bytes([protocol])),
    ]
    if label is not None:
        pairs.append((_IFA_LABEL, label.encode() + b"\0"))
    head = _ADDRESS_HEAD.pack(_FAMILY[address.version], address.max_prefixlen, 0, _SCOPE_GLOBAL, index)
    how = CREATE | (EXCLUSIVE if fresh else REPLACE)
    return Message(NEW_ADDRESS, REQUEST | ACK | how, sequence, with_attributes(head, pairs))


def delete_address(sequence: int, index: int, address: Address, prefix: int) -> Message:
    """Take an address off an interface."""
    head = _ADDRESS_HEAD.pack(_FAMILY[address.version], prefix, 0, 0, index)
    pairs = [(_IFA_LOCAL, address.packed), (_IFA_ADDRESS, address.packed)]
    return Message(DELETE_ADDRESS, REQUEST | ACK, sequence, with_attributes(head, pairs))


def add_local_route(sequence: int, address: Address, protocol: int) -> Message:
    """Make ``address`` local; EEXIST where somebody's route to it is there already."""
    flags = REQUEST | ACK | CREATE | EXCLUSIVE
    return Message(NEW_ROUTE, flags, sequence, _local_route(address, protocol))


def delete_local_route(sequence: int, address: Address, protocol: int) -> Message:
    """Take the local route with this protocol number away, and no other."""
    return Message(DELETE_ROUTE, REQUEST | ACK, sequence, _local_route(address, protocol))


def link(message: Message) -> Link:
    """An interface in a NEW_LINK or DELETE_LINK."""
    _, _, index, flags, _ = _LINK_HEAD.unpack_from(message.body)
    found = attributes(message.body[_LINK_HEAD.size :])
    name = found.get(_IFLA_IFNAME, b"").rstrip(b"\0").decode("utf-8", "surrogateescape")
    # Not the operational state, which the kernel works out some time later.
    up = flags & _IFF_READY == _IFF_READY
    return Link(index, name, found.get(_IFLA_ADDRESS, b""), up)


def interface_address(message: Message) -> InterfaceAddress | None:
    """An address in a NEW_ADDRESS or DELETE_ADDRESS; None for a family that is not IP."""
    family, prefix, flags, _, index = _ADDRESS_HEAD.unpack_from(message.body)
    found = attributes(message.body[_ADDRESS_HEAD.size :])
    raw = found.get(_IFA_LOCAL, found.get(_IFA_ADDRESS, b""))
    if family not in _FAMILY.values() or len(raw) not in (4, 16):
        return None
    preferred, valid = (FOREVER, FOREVER)
    if len(found.get(_IFA_CACHEINFO, b"")) >= _CACHE_INFO.size:
        preferred, valid, _, _ = _CACHE_INFO.unpack_from(found[_IFA_CACHEINFO])
    return InterfaceAddress(
        ifindex=index,
        address=_address(raw),
        prefix=prefix,
        label=found.get(_IFA_LABEL, b"").rstrip(b"\0").decode("utf-8", "surrogateescape"),
        protocol=found[_IFA_PROTO][0] if found.get(_IFA_PROTO) else None,
        valid=valid,
        preferred=preferred,
        flags=_U32.unpack_from(found[_IFA_FLAGS])[0] if len(found.get(_IFA_FLAGS, b"")) >= _U32.size else flags,
    )


def local_route(message: Message) -> LocalRoute | None:
    """A local route to one address in a NEW_ROUTE or DELETE_ROUTE; None for any other route."""
    family, prefix, _, _, table, protocol, _, kind, _ = _ROUTE_HEAD.unpack_from(message.body)
    if kind != _TYPE_LOCAL:
        return None
    found = attributes(message.body[_ROUTE_HEAD.size :])
    raw = found.get(_RTA_DST, b"")
    named = _U32.unpack_from(found[_RTA_TABLE])[0] if len(found.get(_RTA_TABLE, b"")) >= _U32.size else table
    if family not in _FAMILY.values() or named != _TABLE_LOCAL or prefix != len(raw) * 8:
        return None
    return LocalRoute(_address(raw), protocol) if raw else None


def next_hops(message: Message) -> Iterator[Address]:
    """The routers that a unicast route in a NEW_ROUTE leads over; none for any other route."""
    kind = _ROUTE_HEAD.unpack_from(message.body)[7]
    if kind != _TYPE_UNICAST:
        return
    found = attributes(message.body[_ROUTE_HEAD.size :])
    yield from _routers(found)
    hops, offset = found.get(_RTA_MULTIPATH, b""), 0
    while offset + _NEXT_HOP.size <= len(hops):
        length = _NEXT_HOP.unpack_from(hops, offset)[0]
        if length < _NEXT_HOP.size or offset + length > len(hops):
            return
        yield from _routers(attributes(hops[offset + _NEXT_HOP.size : offset + length]))
        offset += (length + 3) & ~3


def _routers(found: Mapping[int, bytes]) -> Iterator[Address]:
    """The router that a route or one of its hops names; one of the other family stands behind that family's number."""
    for raw in (found.get(_RTA_GATEWAY, b""), found.get(_RTA_VIA, b"")[2:]):
        if len(raw) in (4, 16):
            yield _address(raw)


# Every look tells the same thousand addresses again.
_address = lru_cache(maxsize=4096)(ip_address)


def _local_route(address: Address, protocol: int) -> bytes:
    scope = _SCOPE_HOST if address.version == 4 else _SCOPE_GLOBAL  # noqa: PLR2004 -- IPv6 knows no scope of routes
    head = _ROUTE_HEAD.pack(
        _FAMILY[address.version], address.max_prefixlen, 0, 0, _TABLE_LOCAL, protocol, scope, _TYPE_LOCAL, 0
    )
    return with_attributes(head, [(_RTA_DST, address.packed), (_RTA_OIF, _U32.pack(LOOPBACK))])
