"""BGPFilter ``genlb-no-reexport``: no node passes on what it learned about VIPs from another.

Over the node-to-node mesh a node learns the routes of Services whose endpoints are elsewhere. Its multihop session to
the ToR would announce them again with itself as next hop, and a Service with ``externalTrafficPolicy: Local`` loses
the connections that arrive there. What a node announces of its own does not come from a peer and passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genlb.manifest import Manifest
from genlb.network.advertised import service_networks
from genlb.render.context import Context
from genlb.spec.values import Network

NO_REEXPORT = "genlb-no-reexport"


def bgp_filters(context: Context) -> list[Manifest]:
    """The filter that every eBGP peer names, mesh or not; none where there is neither such a peer nor a CIDR.

    Besides VIPs it covers external IPs and ClusterIPs where those are announced: the harm is the same. Without any
    CIDR the filter stays, empty, since a peer that names an absent filter is no peer to rely on.
    """
    networks = service_networks(context.cluster.spec, context.decisions.advertised)
    if not networks and not any(peer.external for peer in context.decisions.peers):
        return []
    return [
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "BGPFilter",
            "metadata": {"name": NO_REEXPORT, "labels": context.labels("routing")},
            "spec": _spec(networks),
        }
    ]


def _spec(networks: Iterable[Network]) -> dict[str, Any]:
    rules: dict[int, list[dict[str, str]]] = {4: [], 6: []}
    for network in networks:
        rules[network.version].append(_rejection(network))
    return {f"exportV{version}": of_family for version, of_family in rules.items() if of_family}


def _rejection(network: Network) -> dict[str, str]:
    return {"action": "Reject", "source": "RemotePeers", "cidr": str(network), "matchOperator": "In"}
