"""Calico's BGPPeers as racks and routers.

A rack is what one node selector selects; a router is one BGPPeer, or two whose names differ in the family only. What
does not fit into that (a second password, a selector of another kind) is left to patches, which the caller finds by
comparing what the spec renders with what is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genlb.drift.adoption_sight import Gap, Note, Part, Sight, label
from genlb.drift.within import mapping, name_of, number, text
from genlb.spec.model import AS_NUMBER_MAX, DATA_KEY, LABEL_KEY, LABEL_VALUE, SUBDOMAIN
from genlb.spec.values import Address, Duration, parse_address

RACK_LABEL = "topology.genlb.io/rack"

_ALL = "all()"
_EQUALS = re.compile(r"""\s*([-A-Za-z0-9_./]+)\s*==\s*(?:'([^'"]*)'|"([^'"]*)")\s*""")
_FAMILY = re.compile(r"[-_.]?(?:ip)?v[46]\Z")
_PORT = re.compile(r"\A(?:\[([^\]]+)\]|([^:]+)):[0-9]{1,5}\Z")
_KEYS = {4: "ipv4", 6: "ipv6"}


class _Peer(NamedTuple):
    """One BGPPeer that a router can stand for."""

    name: str
    spec: Mapping[str, Any]
    address: Address
    as_number: int

    @property
    def selector(self) -> str:
        """The nodes that hold the session, in Calico's words."""
        if "node" in self.spec:
            return f"node {text(self.spec, 'node')}"
        return text(self.spec, "nodeSelector").strip() or _ALL

    @property
    def stem(self) -> str:
        """Its name without the family."""
        return _FAMILY.sub("", self.name.removeprefix("genlb-")) or self.name


def adopt_peers(sight: Sight) -> Part:
    """``bgp.racks`` with what all their peers have in common: password, restart time, the label that tells racks."""
    peers: list[_Peer] = []
    notes: list[Note] = []
    for manifest in sight.calico("BGPPeer"):
        peer = _peer(manifest)
        if isinstance(peer, str):
            notes.append(Note(Gap.OUTSIDE, f"BGPPeer {name_of(manifest)}", peer))
        else:
            peers.append(peer)
    groups: dict[str, list[_Peer]] = {}
    for peer in peers:
        groups.setdefault(peer.selector, []).append(peer)
    key = _rack_label(groups)
    spec: dict[str, Any] = {"rackLabel": key} if key else {}
    spec["racks"] = list(_racks(groups, key))
    return Part(spec | _common(peers), tuple(notes))


def secret_of(data: Mapping[str, Any], field: str) -> dict[str, str] | None:
    """A reference to the Secret of a password, if ``field`` is one that a spec can hold."""
    ref = mapping(data, field, "secretKeyRef")
    name, key = text(ref, "name"), text(ref, "key")
    return {"secretName": name, "key": key} if re.fullmatch(SUBDOMAIN, name) and re.fullmatch(DATA_KEY, key) else None


def duration_of(data: Mapping[str, Any], field: str) -> str | None:
    """A time span as a spec spells it."""
    try:
        return str(Duration.parse(text(data, field)))
    except ValueError:
        return None


def _peer(manifest: Mapping[str, Any]) -> _Peer | str:
    """The peer, or why no router can stand for it."""
    name, spec = name_of(manifest), mapping(manifest, "spec")
    if not re.fullmatch(SUBDOMAIN, name):
        return "no object can have this name"
    if spec.get("peerSelector") or spec.get("localWorkloadSelector"):
        return "it peers with nodes or workloads that it selects, and a spec knows routers by their addresses"
    written = text(spec, "peerIP")
    port = _PORT.match(written)
    as_number = number(spec, "asNumber")
    try:
        address = parse_address((port[1] or port[2]) if port else written)
    except ValueError:
        return f"peerIP {written!r} is no address"
    if as_number is None or not 1 <= as_number <= AS_NUMBER_MAX:
        return "it has no asNumber"
    return _Peer(name, spec, address, as_number)


def _rack_label(groups: Mapping[str, Sequence[_Peer]]) -> str | None:
    """The label by whose values the racks are told apart; None where all nodes have the same routers."""
    keys = Counter(parsed[0] for selector in groups if (parsed := _equality(selector)))
    if keys:
        return min(keys, key=lambda key: (-keys[key], key))
    return RACK_LABEL if len(groups) > 1 else None


def _equality(selector: str) -> tuple[str, str] | None:
    """Label and value of ``label == 'value'``."""
    match = _EQUALS.fullmatch(selector)
    if not match:
        return None
    key, value = match[1], match[2] if match[2] is not None else match[3]
    return (key, value) if re.fullmatch(LABEL_KEY, key) and re.fullmatch(LABEL_VALUE, value) else None


def _racks(groups: Mapping[str, Sequence[_Peer]], key: str | None) -> Iterator[dict[str, Any]]:
    names = [value for label_key, value in filter(None, map(_equality, groups)) if label_key == key]
    routers: list[str] = []
    for selector, peers in groups.items():
        found = _equality(selector)
        if found and found[0] == key:
            name = found[1]
        else:
            name = label("all" if selector == _ALL else selector, names)
            names.append(name)
        rack: dict[str, Any] = {"name": name}
        rack |= _shared(peers, "localASNumber", "nodeASNumber", AS_NUMBER_MAX)
        rack |= _shared(peers, "numAllowedLocalASNumbers", "numAllowedLocalASNumbers", 255)
        rack["routers"] = [_router(members, routers) for members in _pairs(peers)]
        yield rack


def _shared(peers: Sequence[_Peer], field: str, key: str, largest: int) -> dict[str, int]:
    values = {number(peer.spec, field) for peer in peers}
    value = values.pop()
    return {key: value} if not values and value is not None and 0 < value <= largest else {}


def _pairs(peers: Sequence[_Peer]) -> Iterator[list[_Peer]]:
    """The peers of each router: one, or two of both families that have name and AS number in common."""
    routers: dict[tuple[str, int], list[_Peer]] = {}
    for peer in peers:
        routers.setdefault((peer.stem, peer.as_number), []).append(peer)
    for members in routers.values():
        families = {peer.address.version for peer in members}
        if len(families) == len(members):
            yield sorted(members, key=lambda peer: peer.address.version)
        else:
            yield from ([peer] for peer in members)


def _router(members: Sequence[_Peer], taken: list[str]) -> dict[str, Any]:
    name = label(members[0].stem if len(members) > 1 else _stem_alone(members[0]), taken)
    taken.append(name)
    router: dict[str, Any] = {
        "name": name,
        "asNumber": members[0].as_number,
        "addresses": [str(peer.address) for peer in members],
    }
    gateway = next(filter(None, map(_gateway, members)), None)
    if gateway:
        router["reachableBy"] = gateway
    names = {
        _KEYS[peer.address.version]: peer.name
        for peer in members
        if peer.name != f"genlb-{name}-v{peer.address.version}"
    }
    return router | ({"peerNames": names} if names else {})


def _stem_alone(peer: _Peer) -> str:
    """A name that says the family of the other one is some other router's, unless it is the family's own."""
    return peer.stem if peer.name.endswith(f"v{peer.address.version}") else peer.name.removeprefix("genlb-")


def _gateway(peer: _Peer) -> str | None:
    try:
        gateway = parse_address(text(peer.spec, "reachableBy"))
    except ValueError:
        return None
    return str(gateway) if gateway.version == peer.address.version else None


def _common(peers: Sequence[_Peer]) -> dict[str, Any]:
    """What most peers say alike; the others keep theirs by a patch."""
    common = {
        "password": _most(secret_of(peer.spec, "password") for peer in peers),
        "maxRestartTime": _most(duration_of(peer.spec, "maxRestartTime") for peer in peers),
    }
    return {field: value for field, value in common.items() if value is not None}


def _most(values: Iterable[Any]) -> Any:
    """The most frequent one, the first among equals."""
    found = list(values)
    return max(found, key=found.count, default=None)
