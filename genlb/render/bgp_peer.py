"""BGPPeer: one for each rack, router and family."""

from __future__ import annotations

from typing import Any

from genlb.manifest import Manifest
from genlb.network.decisions import PeerDecision
from genlb.network.versions import Feature, supports
from genlb.render.bgp_filter import NO_REEXPORT
from genlb.render.context import Context
from genlb.spec.model import Rack, SecretKey


def bgp_peers(context: Context) -> list[Manifest]:
    """All sessions, in the order of ``context.decisions.peers``."""
    return [
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "BGPPeer",
            "metadata": {"name": peer.name, "labels": context.labels("routing")},
            "spec": _spec(peer, context),
        }
        for peer in context.decisions.peers
    ]


def secret_key_ref(password: SecretKey) -> dict[str, Any]:
    """How Calico refers to a BGP password; the Secret lies in the namespace of calico-node."""
    return {"secretKeyRef": {"name": password.secret_name, "key": password.key}}


def _spec(peer: PeerDecision, context: Context) -> dict[str, Any]:
    cluster_spec = context.cluster.spec
    bgp, rack = cluster_spec.bgp, peer.rack
    spec: dict[str, Any] = {
        "nodeSelector": _node_selector(rack, bgp.rack_label),
        "peerIP": str(peer.address),
        "asNumber": peer.router.as_number,
    }
    # Written even when it equals the cluster's own: the rack then keeps its number when the cluster's changes.
    if rack.node_as_number is not None and supports(cluster_spec.versions, Feature.LOCAL_AS_NUMBER):
        spec["localASNumber"] = rack.node_as_number
    if rack.num_allowed_local_as_numbers is not None:
        spec["numAllowedLocalASNumbers"] = rack.num_allowed_local_as_numbers
    if peer.reachable_by is not None:
        spec["reachableBy"] = str(peer.reachable_by)
    if peer.external:
        spec["filters"] = [NO_REEXPORT]
    if bgp.password is not None:
        spec["password"] = secret_key_ref(bgp.password)
    if bgp.max_restart_time is not None:
        spec["maxRestartTime"] = str(bgp.max_restart_time)
    return spec


def _node_selector(rack: Rack, rack_label: str | None) -> str:
    # A label value holds no quote, so that nothing needs escaping in Calico's selector language.
    return "all()" if rack_label is None else f"{rack_label} == '{rack.name}'"
