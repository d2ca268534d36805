"""What the binder keeps of the API's objects: a few strings each, since it must do with little memory.

Services, Nodes and Leases are small; of an EndpointSlice only the nodes with a usable endpoint count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Port(NamedTuple):
    """One port of a Service, as it answers on the VIP; ``protocol`` is TCP, UDP or SCTP."""

    protocol: str
    port: int


class Service(NamedTuple):
    """A Service of type LoadBalancer. ``addresses`` is its status as it stands there: anybody's text.

    ``created`` is the API server's RFC 3339 time; of two Services that want the same port of the same VIP, the older
    one has it. ``local`` says externalTrafficPolicy Local. ``proxied`` are addresses with ipMode Proxy: traffic for
    them never reaches a node under that address.
    """

    key: str
    uid: str
    created: str
    addresses: tuple[str, ...]
    proxied: tuple[str, ...]
    ports: tuple[Port, ...]
    local: bool


class Slice(NamedTuple):
    """An EndpointSlice: the Service it belongs to, and the nodes with an endpoint that takes traffic."""

    service: str
    nodes: frozenset[str]


class Node(NamedTuple):
    """A Node: its addresses, whether it may serve at all, and whether kubelet says it can.

    ``excluded`` holds the label of Kubernetes that keeps load balancers off a node, or genlb's own for a drain.
    """

    name: str
    addresses: tuple[str, ...]
    ready: bool
    excluded: str | None


class Facts(NamedTuple):
    """All of the API that the binder decides on, each kind by the object's own key.

    ``reserved`` are addresses that no VIP may have although no Node names them: gateways. ``lists`` counts the complete
    lists of each kind that have come by now, watches apart; it is empty where nothing is followed.
    """

    services: Mapping[str, Service]
    slices: Mapping[str, Slice]
    nodes: Mapping[str, Node]
    reserved: frozenset[str] = frozenset()
    lists: tuple[int, ...] = ()
