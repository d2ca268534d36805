"""Which addresses are ours where the kernel keeps no mark: a file on the node, written before an address is added.

Kernels before 5.18 forget IFA_PROTO. An IPv4 address has a label instead; an IPv6 address, and one on an interface
whose name leaves no room for a label, stands in this file. That alone makes nothing ours: the address must look as
this daemon makes them, too, so an address of somebody else is not touched even where the file names it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import NamedTuple, TypeAlias

from genlb.agent.storing import remove, write_atomically
from genlb.agent.vip.services.pools import Address

FILE = "vip-addresses.json"
"""The file's name in the state directory."""

_VERSION = 1
_LARGEST = 1 << 20
"""Bytes: some ten thousand addresses, more than a node ever holds."""

Tell: TypeAlias = Callable[[str], None]


class Place(NamedTuple):
    """An address on an interface."""

    address: Address
    interface: str


class Marks:
    """The places that are ours, or were about to be when the daemon was killed.

    The file is read when it is needed for the first time. One that cannot be read marks nothing: what this daemon left
    on an interface then goes by itself, since all its addresses have a lifetime. ``tell`` gets what is wrong with it.
    """

    def __init__(self, path: str, tell: Tell) -> None:
        self._path, self._tell = path, tell
        self._places: frozenset[Place] | None = None
        self._problem = ""

    @classmethod
    def below(cls, directory: str, tell: Tell) -> Marks:
        """Those in the state directory."""
        return cls(os.path.join(directory, FILE), tell)

    @property
    def places(self) -> frozenset[Place]:
        """What the file says."""
        if self._places is None:
            self._places = self._read()
        return self._places

    def promise(self, places: Iterable[Place]) -> None:
        """Make ``places`` ours before they are; OSError where that cannot be written: nothing may be added then."""
        self._write(self.places.union(places))

    def keep(self, there: Iterable[Place]) -> None:
        """Forget all places but ``there``; one that is forgotten late does no harm."""
        with contextlib.suppress(OSError):  # it was told
            self._write(self.places.intersection(there))

    def _write(self, places: frozenset[Place]) -> None:
        if places == self.places:
            return
        try:
            if places:
                write_atomically(self._path, _encoded(places))
            else:
                remove(self._path)
        except OSError as error:
            self._complain(f"{self._path}: cannot be written: {error.strerror or error}")
            raise
        self._places, self._problem = places, ""

    def _read(self) -> frozenset[Place]:
        try:
            with open(self._path, "rb") as file:
                return _decoded(file.read(_LARGEST))
        except FileNotFoundError:
            self._complain(f"{self._path}: does not exist; no address without a mark in the kernel counts as ours")
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            self._complain(f"{self._path}: cannot be used, and marks nothing: {error}")
        return frozenset()

    def _complain(self, problem: str) -> None:
        """Once, not with every turn."""
        if problem != self._problem:
            self._tell(problem)
        self._problem = problem


def _encoded(places: frozenset[Place]) -> str:
    listed = sorted([str(place.address), place.interface] for place in places)
    return json.dumps({"version": _VERSION, "addresses": listed}) + "\n"


def _decoded(content: bytes) -> frozenset[Place]:
    found = json.loads(content)
    if found["version"] != _VERSION:
        raise ValueError(f"its version is not {_VERSION}")
    return frozenset(Place(ip_address(str(address)), str(interface)) for address, interface in found["addresses"])
