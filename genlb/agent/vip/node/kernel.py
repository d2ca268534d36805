"""The node's own kernel: what it has of the VIPs, and the steps of a plan carried out."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from ipaddress import ip_network
from typing import NamedTuple

from genlb.agent.fields import Network
from genlb.agent.netlink import route
from genlb.agent.netlink.channel import Channel
from genlb.agent.netlink.message import Message
from genlb.agent.netlink.route import InterfaceAddress, Link
from genlb.agent.vip.node.marks import Marks, Place
from genlb.agent.vip.node.plan import (
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
from genlb.agent.vip.services.pools import Address

_OVERSHOOT = 0.25
"""Seconds that may pass between choosing a lifetime and the kernel's word that it counts."""

_BATCH = 16
"""Steps for which the clock is read once: a kernel that has thousands of addresses takes milliseconds for one more."""

_FINE: Mapping[type[Step], Mapping[int, int]] = {
    AddRoute: {},
    SetAddress: {},
    RemoveRoute: {errno.ESRCH: 0},
    RemoveAddress: {errno.EADDRNOTAVAIL: 0, errno.ENODEV: 0},
}
"""Errors that say that it is so already."""


class View(NamedTuple):
    """One complete look: links by index, all addresses, and what a plan needs of both.

    ``gateways`` are the routers that a route of any table leads over.
    """

    links: Mapping[int, Link]
    addresses: tuple[InterfaceAddress, ...]
    held: Held
    gateways: frozenset[Address] = frozenset()


class Failure(NamedTuple):
    """A step that the kernel refused, or that came too late (``ETIME``)."""

    step: Step
    error: int


class Kernel:
    """Looks and steps through one netlink socket. ``clock`` is the one that a step's ``until`` is told in.

    ``marks`` says what is ours where the kernel keeps no mark: on kernels before 5.18.
    """

    def __init__(self, clock: Callable[[], float], marks: Marks) -> None:
        self._channel = Channel()
        self._clock = clock
        self._marks = marks
        self._indexes: dict[str, int] = {}
        self._is_old = False
        self._there: frozenset[Place] = frozenset()

    def close(self) -> None:
        """Give the socket back."""
        self._channel.close()

    def look(self) -> View:
        """What there is now; an error where that cannot be told completely."""
        links = {found.ifindex: found for found in map(route.link, self._channel.dump(route.GET_LINK))}
        found = map(route.interface_address, self._channel.dump(route.GET_ADDRESS))
        addresses = tuple(address for address in found if address is not None)
        told = self._channel.dump(route.GET_ROUTE)
        routes = (route.local_route(message) for message in told)
        self._indexes = {entry.name: index for index, entry in links.items()}
        # A kernel that knows marks has put its own on 127.0.0.1 (5.18 and newer); on others the label is the mark.
        self._is_old = all(address.protocol is None for address in addresses)
        noted = self._marks.places if self._is_old else frozenset()
        held = Held(
            tuple(_held(address, links, noted, labels=self._is_old) for address in addresses),
            tuple(HeldRoute(entry.address, marked=entry.protocol == PROTOCOL) for entry in routes if entry),
        )
        self._there = frozenset(Place(entry.address, entry.interface) for entry in held.addresses)
        return View(links, addresses, held, frozenset(hop for message in told for hop in route.next_hops(message)))

    def carry_out(self, steps: Iterable[Step]) -> list[Failure]:
        """Do ``steps`` in order, on the interfaces of the last look."""
        wished = list(steps)
        # Before any clock is read: what waits for a disk must not shorten a life.
        failures = self._promised(wished)
        refused = {failure.step for failure in failures}
        ordered = [step for step in wished if step not in refused]
        for start in range(0, len(ordered), _BATCH):
            failures += self._do(ordered[start : start + _BATCH])
        if self._is_old:
            failed = {failure.step for failure in failures}
            self._forget(step for step in ordered if step not in failed)
        return failures

    def _do(self, steps: Sequence[Step]) -> list[Failure]:
        begun = self._clock()
        doubtful = {step: self._obstacle(step, begun) for step in steps}
        known = [step for step, error in doubtful.items() if not error]
        results = self._channel.change([self._change(step, begun) for step in known])
        done = {step: _FINE[type(step)].get(error, error) for step, error in zip(known, results, strict=True)}
        if self._clock() - begun > _OVERSHOOT:
            done |= self._take_back(step for step, error in done.items() if not error)
        return [Failure(step, error) for step, error in (doubtful | done).items() if error]

    def _obstacle(self, step: Step, now: float) -> int:
        """Why ``step`` is not even tried; 0 for no reason."""
        if isinstance(step, SetAddress) and step.until - now < 1:
            return errno.ETIME
        is_known = not isinstance(step, SetAddress | RemoveAddress) or step.interface in self._indexes
        return 0 if is_known else errno.ENODEV

    def _promised(self, steps: Iterable[Step]) -> list[Failure]:
        """Write down what no kernel will remember; the steps that must not be done, since that failed."""
        fresh = [step for step in steps if isinstance(step, SetAddress) and step.fresh and self._is_noted(step)]
        if not fresh:
            return []
        try:
            self._marks.promise(map(_place, fresh))
        except OSError as error:
            return [Failure(step, error.errno or errno.EIO) for step in fresh]
        return []

    def _is_noted(self, step: SetAddress) -> bool:
        """Whether nothing but the file says that the address is ours."""
        return self._is_old and (step.address.version != 4 or _label(step.interface) is None)  # noqa: PLR2004

    def _forget(self, done: Iterable[Step]) -> None:
        """Mark no longer what was not there at the last look, or what ``done`` has taken off."""
        changed = [step for step in done if isinstance(step, SetAddress | RemoveAddress)]
        gone = {_place(step) for step in changed if isinstance(step, RemoveAddress)}
        self._marks.keep((self._there - gone).union(_place(step) for step in changed if isinstance(step, SetAddress)))

    def _take_back(self, steps: Iterable[Step]) -> dict[Step, int]:
        """Take off what may live too long, since the process was held up; a fresh look sets it again."""
        late = [step for step in steps if isinstance(step, SetAddress)]
        removed = [RemoveAddress(step.address, step.address.max_prefixlen, step.interface) for step in late]
        self._channel.change([self._change(step, 0.0) for step in removed])
        return dict.fromkeys(late, errno.ETIME)

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
            label=_label(step.interface) if self._is_old and step.address.version == 4 else None,  # noqa: PLR2004
            fresh=step.fresh,
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


def _place(step: SetAddress | RemoveAddress) -> Place:
    return Place(step.address, step.interface)


def _held(entry: InterfaceAddress, links: Mapping[int, Link], noted: frozenset[Place], *, labels: bool) -> HeldAddress:
    name = links[entry.ifindex].name if entry.ifindex in links else f"#{entry.ifindex}"
    labelled = labels and bool(entry.label) and entry.label == _label(name)
    written = Place(entry.address, name) in noted and entry.is_as_set
    return HeldAddress(entry.address, entry.prefix, name, marked=labelled or written or entry.protocol == PROTOCOL)


def _label(interface: str) -> str | None:
    """The mark as a label, which may have 15 bytes; None where the interface's name leaves no room."""
    label = f"{interface}:{LABEL}"
    return label if len(label.encode("utf-8", "surrogateescape")) <= 15 else None  # noqa: PLR2004 -- IFNAMSIZ
