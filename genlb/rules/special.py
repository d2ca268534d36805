"""Ranges that have a meaning of their own to every kernel and router."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain

from genlb.network.overlap import Claim, claim
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.rules.places import blocks, external_cidrs, load_balancer_cidrs, relation, routers
from genlb.spec.values import parse_network

SPECIAL = rule(
    "GLB207",
    ERROR,
    "Addresses that no router forwards",
    why="Loopback, link-local, multicast and reserved addresses have a meaning of their own to every kernel and router:"
    " hardly one forwards a packet for them as for a host, whoever announces it. MetalLB accepts them all.",
    fix="Use private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8) or public addresses of yours.",
    research="metallb_vip 1.3",
)

# Ranges for documentation (192.0.2.0/24, 2001:db8::/32 and their like) are left out: kernels and routers forward them
# as they do any other, and labs live on them.
_MEANINGS = {
    4: {
        "0.0.0.0/8": '"this network"',
        "127.0.0.0/8": "loopback",
        "169.254.0.0/16": "link-local",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    },
    6: {"::/128": "unspecified", "::1/128": "loopback", "fe80::/10": "link-local", "ff00::/8": "multicast"},
}
_SPECIAL = {
    version: [claim(parse_network(cidr), "special", meaning) for cidr, meaning in meanings.items()]
    for version, meanings in _MEANINGS.items()
}


@SPECIAL.check
def special_addresses(view: View) -> Iterator[Finding]:
    """Pools, announced CIDRs and routers; only a router may have a link-local address."""
    spec = view.spec
    for place in chain(blocks(spec), load_balancer_cidrs(spec), external_cidrs(spec), routers(spec)):
        ours = place.claimed_by("")
        # The last range that begins before ours ends: they keep apart, so when it ends before ours begins all do.
        index = bisect_right(_SPECIAL[ours.version], ours.last, key=_first) - 1
        if index < 0 or _SPECIAL[ours.version][index].last < ours.first:
            continue
        for special in _SPECIAL[ours.version][: index + 1]:
            if special.last >= ours.first and not (special.tag == "link-local" and place.path[1] == "racks"):
                yield Finding(view.at(*place.path), f"{place} {relation(ours, special)} the {special.tag} addresses")


def _first(claim: Claim[str]) -> int:
    return claim.first
