"""Netlink messages as bytes: headers and attributes, built and taken apart (linux/netlink.h)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_TYPE_MASK = 0x3FFF  # without the flags "nested" and "in network byte order"

ERROR, DONE = 2, 3

REQUEST, ACK, DUMP_INTERRUPTED, DUMP = 0x1, 0x4, 0x10, 0x300
REPLACE, EXCLUSIVE, CREATE = 0x100, 0x200, 0x400


class Message(NamedTuple):
    """One message: ``body`` is what follows the header."""

    kind: int
    flags: int
    sequence: int
    body: bytes


def packed(message: Message) -> bytes:
    """A message as it goes to the kernel."""
    return HEADER.pack(HEADER.size + len(message.body), message.kind, message.flags, message.sequence, 0) + message.body


def messages(data: bytes) -> Iterator[Message]:
    """The messages in what one read brought; what is cut short is left out."""
    offset = 0
    while offset + HEADER.size <= len(data):
        length, kind, flags, sequence, _ = HEADER.unpack_from(data, offset)
        if length < HEADER.size or offset + length > len(data):
            return
        yield Message(kind, flags, sequence, data[offset + HEADER.size : offset + length])
        offset += _aligned(length)


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes of a body behind its fixed part, by type."""
    found, offset = {}, 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size or offset + length > len(data):
            break
        found[kind & _TYPE_MASK] = data[offset + _ATTRIBUTE.size : offset + length]
        offset += _aligned(length)
    return found


def with_attributes(fixed: bytes, pairs: Iterable[tuple[int, bytes]]) -> bytes:
    """A body of its fixed part and attributes."""
    parts = [fixed]
    for kind, value in pairs:
        length = _ATTRIBUTE.size + len(value)
        parts.append(_ATTRIBUTE.pack(length, kind) + value + b"\0" * (_aligned(length) - length))
    return b"".join(parts)


def error_of(message: Message) -> int:
    """The error number that the kernel answers with; 0 for an acknowledgement."""
    return -int(struct.unpack_from("=i", message.body)[0]) if len(message.body) >= 4 else 0  # noqa: PLR2004 -- an int


def _aligned(length: int) -> int:
    return (length + 3) & ~3
