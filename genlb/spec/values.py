"""The scalar types of a spec: networks, address blocks, durations, versions.

Each has one canonical spelling (``str``), which is what render writes and what drift compares.
"""

from __future__ import annotations

import re
from functools import total_ordering
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import NamedTuple, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


class AddressBlock(NamedTuple):
    """One entry of a pool's ``addresses``: a CIDR, or a range with both ends included."""

    first: Address
    last: Address

    @classmethod
    def parse(cls, text: str) -> AddressBlock:
        """Read ``10.0.0.0/24`` or ``10.0.0.1-10.0.0.9`` as MetalLB does; ``ValueError`` says what is wrong with it."""
        if "-" not in text:
            network = parse_network(text)
            return cls(network[0], network[-1])
        start, _, end = text.partition("-")
        first, last = parse_address(start.strip(" ")), parse_address(end.strip(" "))
        if first.version != last.version:
            raise ValueError("the range begins and ends in different families")
        if first > last:  # type: ignore[operator]  # one family, just checked
            raise ValueError("the range ends before it begins")
        return cls(first, last)

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.first.version

    def networks(self) -> tuple[Network, ...]:
        """The exact CIDRs of the block, in address order."""
        return tuple(summarize_address_range(self.first, self.last))

    def __str__(self) -> str:
        networks = self.networks()
        return str(networks[0]) if len(networks) == 1 else f"{self.first}-{self.last}"


def parse_address(text: str) -> Address:
    """Read one IP address without a zone; IPv4 inside IPv6 is refused, since Go turns it into IPv4 silently."""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise ValueError("an address with a zone (%) has no place here")
        if address.ipv4_mapped:
            raise ValueError(f"write the IPv4 address itself: {address.ipv4_mapped}")
    return address


def parse_network(text: str) -> Network:
    """Read one CIDR; host bits are cleared as MetalLB clears them (rule GLB204 tells about it), a prefix is a must."""
    address, slash, prefix = text.partition("/")
    if not slash:
        raise ValueError(f"an address without a prefix length: write {text}/{parse_address(text).max_prefixlen}")
    if not (prefix.isascii() and prefix.isdigit()) or (len(prefix) > 1 and prefix[0] == "0"):
        raise ValueError("the prefix length is a plain number")
    if ":" in address:
        parse_address(address)
    return ip_network(text, strict=False)


_UNITS = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
# Bounded far below the 292 years at which Go's durations overflow.
DURATION = r"^([0-9]{1,6}(h|ms|m|s)){1,4}$"
_DURATION = re.compile(DURATION)
_DURATION_PART = re.compile(r"([0-9]+)(h|ms|m|s)")


class Duration(NamedTuple):
    """A time span in Go's spelling (``2m0s``, ``10s``, ``500ms``)."""

    milliseconds: int

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a sum of ``h``, ``m``, ``s`` and ``ms``; ``ValueError`` for anything else."""
        if not _DURATION.fullmatch(text):
            raise ValueError("a duration is written like 10s, 2m0s or 500ms")
        return cls(sum(int(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text)))

    @property
    def seconds(self) -> float:
        """The span in seconds."""
        return self.milliseconds / 1000

    def __str__(self) -> str:
        """Go's own spelling, to which the Kubernetes API normalises: ``120s`` is ``2m0s``."""
        if self.milliseconds < _UNITS["s"]:
            return f"{self.milliseconds}ms" if self.milliseconds else "0s"
        seconds, rest = divmod(self.milliseconds, 1_000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        tail = f"{seconds}.{rest:03}".rstrip("0").rstrip(".") + "s"
        if hours:
            return f"{hours}h{minutes}m{tail}"
        return f"{minutes}m{tail}" if minutes else tail


VERSION = r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5}))?$"
RELEASE = r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$"
_VERSION = re.compile(VERSION)


@total_ordering
class Version:
    """A release of Kubernetes, Calico or MetalLB; without a patch number it stands for the whole minor line."""

    __slots__ = ("major", "minor", "patch")

    def __init__(self, major: int, minor: int, patch: int | None = None) -> None:
        self.major = major
        self.minor = minor
        self.patch = patch

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read ``1.35`` or ``3.32.1``; no leading ``v``, no suffix."""
        match = _VERSION.fullmatch(text)
        if not match:
            raise ValueError('a version is written like "1.35" or "3.32.1", without a leading v')
        major, minor, _, patch = match.groups()
        return cls(int(major), int(minor), None if patch is None else int(patch))

    @property
    def _key(self) -> tuple[int, int, int]:
        return (self.major, self.minor, self.patch or 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key == other._key

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" + ("" if self.patch is None else f".{self.patch}")

    def __repr__(self) -> str:
        return f"Version({self})"
