"""The node's own kernel: what it has of the VIPs, and the steps of a plan carried out."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import partial
from ipaddress import ip_network
from typing import NamedTuple

from genlb.agent.fields import Network
from genlb.agent.netlink import route
from genlb.agent.netlink.channel import Channel
from genlb.agent.netlink.message import Message
from genlb.agent.netlink.route import InterfaceAddress, Link
from genlb.agent.vip.plan import (
    LABEL,
    PROTOCOL,
    AddRoute,
    Held,
    HeldAddress,
    HeldRoute,
    RemoveAddress,
    RemoveRoute,
    SetAddress,
    Step,
)

_OVERSHOOT = 0.25
"""Seconds that may pass between choosing a lifetime and the kernel's word that it counts."""

_FINE = {
    AddRoute: frozenset({0}),
    SetAddress: frozenset({0}),
    RemoveRoute: frozenset({0, errno.ESRCH}),
    RemoveAddress: frozenset({0, errno.EADDRNOTAVAIL, errno.ENODEV}),
}


class View(NamedTuple):
    """One complete look: links by index, all addresses, and what a plan needs of both."""

    links: Mapping[int, Link]
    addresses: tuple[InterfaceAddress, ...]
    held: Held


class Failure(NamedTuple):
    """A step that the kernel refused, or that came too late (``ETIME``)."""

    step: Step
    error: int


class Kernel:
    """Looks and steps through one netlink socket. ``clock`` is the one that a step's ``until`` is told in."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._channel = Channel()
        self._clock = clock
        self._indexes: dict[str, int] = {}
        self._labels = False

    def close(self) -> None:
        """Give the socket back."""
        self._channel.close()

    def look(self) -> View:
        """What there is now; an error where that cannot be told completely."""
        links = {found.ifindex: found for found in map(route.link, self._channel.dump(route.GET_LINK))}
        found = map(route.interface_address, self._channel.dump(route.GET_ADDRESS))
        addresses = tuple(address for address in found if address is not None)
        routes = tuple(entry for entry in map(route.local_route, self._channel.dump(route.GET_ROUTE)) if entry)
        self._indexes = {entry.name: index for index, entry in links.items()}
        # A kernel that knows marks has put its own on 127.0.0.1 (5.18 and newer); on others the label is the mark.
        self._labels = all(address.protocol is None for address in addresses)
        held = Held(
            tuple(_held(address, links, labels=self._labels) for address in addresses),
            tuple(HeldRoute(entry.address, marked=entry.protocol == PROTOCOL) for entry in routes),
        )
        return View(links, addresses, held)

    def carry_out(self, steps: Iterable[Step]) -> list[Failure]:
        """Do ``steps`` in order, on the interfaces of the last look."""
        ordered = list(steps)
        begun = self._clock()
        due = [step for step in ordered if not isinstance(step, SetAddress) or step.until - begun >= 1]
        failures = [Failure(step, errno.ETIME) for step in ordered if step not in due]
        known = [step for step in due if not self._is_lost(step)]
        failures += [Failure(step, errno.ENODEV) for step in due if self._is_lost(step)]
        results = self._channel.change([self._change(step, begun) for step in known])
        failures += [Failure(step, error) for step, error in zip(known, results, strict=True) if _is_bad(step, error)]
        if self._clock() - begun > _OVERSHOOT:
            failures += self._take_back(known)
        return failures

    def _take_back(self, steps: Iterable[Step]) -> list[Failure]:
        """Take off what may live too long, since the process was held up; a fresh look sets it again."""
        late = [step for step in steps if isinstance(step, SetAddress)]
        removed = [RemoveAddress(step.address, step.address.max_prefixlen, step.interface) for step in late]
        self._channel.change([self._change(step, 0.0) for step in removed])
        return [Failure(step, errno.ETIME) for step in late]

    def _is_lost(self, step: Step) -> bool:
        return isinstance(step, SetAddress | RemoveAddress) and step.interface not in self._indexes

    def _change(self, step: Step, now: float) -> Callable[[int], Message]:
        if isinstance(step, AddRoute):
            return partial(route.add_local_route, address=step.address, protocol=PROTOCOL)
        if isinstance(step, RemoveRoute):
            return partial(route.delete_local_route, address=step.address, protocol=PROTOCOL)
        index = self._indexes[step.interface]
        if isinstance(step, RemoveAddress):
            return partial(route.delete_address, index=index, address=step.address, prefix=step.prefix)
        lifetime = math.floor(step.until - now)
        return partial(
            route.set_address,
            index=index,
            address=step.address,
            lifetime=lifetime,
            protocol=PROTOCOL,
            label=_label(step.interface) if self._labels and step.address.version == 4 else None,  # noqa: PLR2004
        )


def on_link(view: View, patterns: tuple[str, ...]) -> dict[Network, str]:
    """The subnets in which this node can answer for a VIP, with the interface; those of ``patterns`` where given."""
    found: dict[Network, str] = {}
    for entry in view.addresses:
        link = view.links.get(entry.ifindex)
        if link is None or not link.up or entry.prefix == entry.address.max_prefixlen or entry.address.is_link_local:
            continue
        if entry.ifindex != route.LOOPBACK and len(link.mac) == 6 and _is_named(link.name, patterns):  # noqa: PLR2004
            found.setdefault(ip_network((entry.address, entry.prefix), strict=False), link.name)
    return found


def _is_named(name: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def _is_bad(step: Step, error: int) -> bool:
    return error not in _FINE[type(step)]


def _held(entry: InterfaceAddress, links: Mapping[int, Link], *, labels: bool) -> HeldAddress:
    name = links[entry.ifindex].name if entry.ifindex in links else f"#{entry.ifindex}"
    labelled = labels and bool(entry.label) and entry.label == _label(name)
    return HeldAddress(entry.address, entry.prefix, name, marked=labelled or entry.protocol == PROTOCOL)


def _label(interface: str) -> str | None:
    """The mark as a label, which may have 15 bytes; None where the interface's name leaves no room."""
    label = f"{interface}:{LABEL}"
    return label if len(label.encode("utf-8", "surrogateescape")) <= 15 else None  # noqa: PLR2004 -- IFNAMSIZ
