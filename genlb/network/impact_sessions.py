"""Which BGP sessions a change restarts, brings or takes away.

BIRD keeps a session through a new configuration as long as nothing that was said in its OPEN message, or on which its
TCP connection stands, has changed; filters and what is announced are applied without a restart. A session belongs to
the pair of a node selector and a router's address: confd names it by the address, so that another name of the BGPPeer
alone changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from genlb.manifest import ResourceKey
from genlb.network.decisions import PeerDecision
from genlb.network.impact_model import SessionChange, SessionFate, Side

_GROUP = "projectcalico.org"
_NOT_SET = "not set"

# Fields of a BGPPeer without which the session would not be the same; reachableBy is a route beside it, filters and
# nodeSelector are told otherwise.
_OF_A_PEER = {
    "asNumber": "the router's AS number",
    "localASNumber": "the nodes' AS number",
    "password": "the password",
    "maxRestartTime": "the graceful restart time",
    "keepaliveTime": "the keepalive time",
    "ttlSecurity": "TTL security",
    "sourceAddress": "the source address",
    "numAllowedLocalASNumbers": "how often the nodes accept their own AS number",
    "nextHopMode": "the next hop mode",
    "keepOriginalNextHop": "whether the next hop is kept",
    "reversePeering": "reverse peering",
    "listenPort": "the port on which BIRD listens",
}
_OF_THE_MESH = {
    "asNumber": "the nodes' AS number",
    "nodeMeshPassword": "the password",
    "nodeMeshMaxRestartTime": "the graceful restart time",
    "listenPort": "the port on which BIRD listens",
}
_DEFAULT_AS = 64512


class _Session(NamedTuple):
    """One BGPPeer with the words for it."""

    decision: PeerDecision
    address: str
    selector: str
    facts: Mapping[str, Any]

    def change(self, fate: SessionFate, *causes: str) -> SessionChange:
        """What becomes of it."""
        decision = self.decision
        return SessionChange(fate, decision.name, decision.router.name, decision.rack.name, self.address, causes)


def session_changes(before: Side | None, after: Side | None) -> Iterator[SessionChange]:
    """Every session that does not stay as it is: those to routers in the spec's order, then the mesh."""
    old, new = _sessions(before), _sessions(after)
    left = {key: session for key, session in old.items() if key not in new}
    for key, session in new.items():
        was = old.get(key)
        if was is None:
            # The same router from other nodes is one story, not a session that goes and one that appears.
            moved = next((one for one in left if one[1] == session.address), None)
            if moved is None:
                yield session.change(SessionFate.APPEARS)
            else:
                cause = f"the nodes that hold it: {left.pop(moved).selector} → {session.selector}"
                yield session.change(SessionFate.MOVES, cause)
        elif causes := _differing(was.facts, session.facts, _OF_A_PEER):
            yield session.change(SessionFate.FLAPS, *causes)
        elif was.decision.name != session.decision.name:
            yield session.change(SessionFate.RENAMED, f"BGPPeer {was.decision.name} → {session.decision.name}")
    for session in left.values():
        yield session.change(SessionFate.GOES)
    yield from _mesh_changes(before, after)


def spec_of(side: Side | None, kind: str, name: str, group: str = _GROUP) -> Mapping[str, Any]:
    """The ``spec`` of a rendered object without a namespace; empty where there is none."""
    manifest = side.objects.get(ResourceKey(group, kind, "", name)) if side else None
    spec = (manifest or {}).get("spec")
    return spec if isinstance(spec, Mapping) else {}


def bgp_configuration(side: Side | None) -> Mapping[str, Any]:
    """The ``spec`` of the one BGPConfiguration."""
    return spec_of(side, "BGPConfiguration", "default")


def _sessions(side: Side | None) -> dict[tuple[str, str], _Session]:
    """By node selector and address."""
    if side is None:
        return {}
    common = bgp_configuration(side)
    sessions: dict[tuple[str, str], _Session] = {}
    for decision in side.decisions.peers:
        spec = dict(spec_of(side, "BGPPeer", decision.name))
        spec["localASNumber"] = spec.get("localASNumber") or common.get("asNumber") or _DEFAULT_AS
        spec["listenPort"] = common.get("listenPort")
        address = str(spec.get("peerIP") or decision.address)
        selector = f"node {spec['node']}" if spec.get("node") else str(spec.get("nodeSelector") or "all()")
        sessions[selector, address] = _Session(decision, address, selector, spec)
    return sessions


def _mesh_changes(before: Side | None, after: Side | None) -> Iterator[SessionChange]:
    old, new = bgp_configuration(before), bgp_configuration(after)
    was, is_ = _has_mesh(before), _has_mesh(after)
    if was and is_:
        if causes := _differing(old, new, _OF_THE_MESH):
            yield SessionChange(SessionFate.FLAPS, "node mesh", causes=causes)
    elif was or is_:
        yield SessionChange(SessionFate.GOES if was else SessionFate.APPEARS, "node mesh")


def _has_mesh(side: Side | None) -> bool:
    return side is not None and bgp_configuration(side).get("nodeToNodeMeshEnabled", True) is not False


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{words} {_told(old.get(field))} → {_told(new.get(field))}"
        for field, words in fields.items()
        if old.get(field) != new.get(field)
    )


def _told(value: Any) -> str:
    """A value of a field; a password is known by the Secret that holds it."""
    if value is None:
        return _NOT_SET
    if isinstance(value, Mapping):
        ref = value.get("secretKeyRef")
        return f"{ref.get('name')}/{ref.get('key')}" if isinstance(ref, Mapping) else "set"
    return str(value)
