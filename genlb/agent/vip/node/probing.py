"""Asking on the wire for many VIPs at once, and telling neighbours: one socket per interface, opened when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from ipaddress import ip_address
from typing import NamedTuple

from genlb.agent.arp import Wire
from genlb.agent.fields import Network
from genlb.agent.vip.services.pools import Address


class Nic(NamedTuple):
    """An interface that may answer for VIPs."""

    name: str
    mac: bytes


class Wires:
    """The wires of this node; ``nics`` tells by subnet where VIPs belong."""

    def __init__(self, nics: Callable[[], Mapping[Network, Nic]]) -> None:
        self._nics = nics

    def holders(self, vips: Iterable[str]) -> dict[str, str]:
        """The VIPs that another host has, with its MAC address; "" for those that no interface can ask for."""
        asked: dict[Nic, list[Address]] = {}
        found: dict[str, str] = {}
        for vip in vips:
            nic = self._nic(ip_address(vip))
            if nic is None:
                found[vip] = ""
            else:
                asked.setdefault(nic, []).append(ip_address(vip))
        for nic, addresses in asked.items():
            with closing(Wire(nic.name, nic.mac)) as wire:
                found |= {str(address): mac.hex(":") for address, mac in wire.holders(addresses).items()}
        return found

    def announce(self, interface: str, address: Address) -> None:
        """Tell all neighbours on ``interface`` about ``address``, once."""
        nic = next((nic for nic in self._nics().values() if nic.name == interface), None)
        if nic is None:
            return
        with closing(Wire(nic.name, nic.mac)) as wire:
            wire.announce(address)

    def _nic(self, address: Address) -> Nic | None:
        return next((nic for subnet, nic in self._nics().items() if address in subnet), None)
