"""BGP sessions: one for each rack, router and family, each under a name of its own."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Related
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.rules.places import Seat, seats
from genlb.rules.reading import NAME
from genlb.spec.values import Address, Duration


@NAME.check
def router_names(view: View) -> Iterator[Finding]:
    """Router names are unique in a cluster; twice in one rack is a mistake of the file."""
    seen: dict[str, str] = {}
    for rack, router, path in seats(view.spec):
        first = seen.setdefault(router.name, rack.name)
        if first != rack.name:
            place = view.at(*path, "name")
            yield Finding(place, f'router "{router.name}" is in rack "{first}" already: router names are unique')


@NAME.check
def peer_names(view: View) -> Iterator[Finding]:
    """The names of BGPPeers, made from those of their routers, are unique too."""
    owners: dict[str, str] = {}
    for peer in view.decisions.peers:
        owner = owners.setdefault(peer.name, peer.router.name)
        # One router with two addresses of a family is GLB312's, two of one name are told above.
        if owner != peer.router.name:
            path = next(path for _, router, path in seats(view.spec) if router.name == peer.router.name)
            yield Finding(
                view.at(*path, "name"),
                f'the BGP sessions of routers "{owner}" and "{peer.router.name}" would both be called "{peer.name}"',
                "change routers[].peerNames or the router's name",
            )


ROUTER_ADDRESSES = rule(
    "GLB312",
    ERROR,
    "A router has two addresses of one family",
    why="Each rack, router and family makes one BGP session; a second address of the same family would be a second"
    " session under the same name.",
    fix="Declare the second address as a router of its own.",
)


@ROUTER_ADDRESSES.check
def one_address_per_family(view: View) -> Iterator[Finding]:
    """At most one IPv4 and one IPv6 address."""
    for _, router, path in seats(view.spec):
        versions = [address.version for address in router.addresses]
        for entry, version in enumerate(versions):
            if version in versions[:entry]:
                place = view.at(*path, "addresses", entry)
                yield Finding(
                    place, f'router "{router.name}" has a second IPv{version} address, {router.addresses[entry]}'
                )


SHARED = rule(
    "GLB313",
    ERROR,
    "Two routers share an address",
    why="An address is one neighbour: a node keeps a single session to it, under one name and one AS number.",
    fix="Correct the address of one of the two, or remove it.",
)


@SHARED.check
def shared_addresses(view: View) -> Iterator[Finding]:
    """One address twice in a rack, or with two AS numbers; racks may share a router, each under a name of its own."""
    first: dict[Address, tuple[Seat, int]] = {}
    for seat in seats(view.spec):
        for entry, address in enumerate(seat.router.addresses):
            other, at = first.setdefault(address, (seat, entry))
            one, two = other.router, seat.router
            if other is not seat and (other.rack is seat.rack or one.as_number != two.as_number):
                yield Finding(
                    view.at(*seat.path, "addresses", entry),
                    f'routers "{one.name}" and "{two.name}" share {address}',
                    related=(Related(view.at(*other.path, "addresses", at), f'router "{one.name}"'),),
                )


RESTART_TIME = rule(
    "GLB327",
    ERROR,
    "A restart time that BGP cannot say",
    why="The graceful restart capability has 12 bits for it, whole seconds up to 4095 (RFC 4724). What is larger spills"
    " into the bits beside it, and the router reads another time and a restart that is none.",
    fix="Use a few minutes: maxRestartTime: 2m0s.",
    research="W-GR-TIMERS",
)

_LONGEST = Duration(4_095_000)


@RESTART_TIME.check
def restart_time_too_long(view: View) -> Iterator[Finding]:
    """That of the sessions with routers and of the mesh; they share one."""
    said = view.spec.bgp.max_restart_time
    if said is not None and said > _LONGEST:
        place = view.at("bgp", "maxRestartTime")
        yield Finding(place, f"bgp.maxRestartTime is {said}, which is more than 4095 seconds")
