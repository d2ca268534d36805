"""Which VIPs shall be local, how, and by whom: from the API's facts and the pools alone.

A VIP counts only when it lies in a configured pool and is nobody's node address; everything else in a Service's
status is refused with a reason and hurts no other Service. The work grows with the number of Services, not with its
square: a tenant may make ten thousand of them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from genlb.agent.config import Announce, Bind, Routed, Scope
from genlb.agent.fields import Network
from genlb.agent.vip.services.facts import Facts, Node, Port, Service
from genlb.agent.vip.services.judging import Judge, Reason, Refusal
from genlb.agent.vip.services.pools import Address, Pools

Owners: TypeAlias = dict[str, frozenset[str]]
"""The nodes that may own a VIP, by the VIP's canonical text."""


class Mode(enum.Enum):
    """How a VIP becomes local."""

    ANY_IP = "AnyIP"
    OBSERVE = "Observe"
    L2 = "L2"
    NONE = "None"


class Binding(NamedTuple):
    """One VIP that shall be local.

    ``ports`` is what answers on it, of all Services that share it. ``nodes`` are those with an endpoint for it, None
    where every node can serve it.
    """

    address: Address
    pool: str
    mode: Mode
    services: tuple[str, ...]
    ports: frozenset[Port]
    nodes: frozenset[str] | None

    def serves_on(self, node: str) -> bool:
        """Whether traffic that enters at ``node`` finds an endpoint."""
        return self.nodes is None or node in self.nodes


class Desired(NamedTuple):
    """Every VIP of the cluster by address, and every refusal in the order of the Services' age."""

    bindings: Mapping[Address, Binding]
    refusals: tuple[Refusal, ...]

    def of(self, mode: Mode) -> Iterator[Binding]:
        """The bindings of one mode."""
        return (binding for binding in self.bindings.values() if binding.mode is mode)


def desired(facts: Facts, pools: Pools, routed: Routed | None) -> Desired:
    """What the cluster's Services ask for, as far as the pools allow it; the same on every node."""
    judge = Judge(facts, pools)
    endpoints = _endpoint_nodes(facts)
    shares: dict[Address, _Share] = {}
    refusals: list[Refusal] = []
    for service in sorted(facts.services.values(), key=_age):
        for address in judge.accepted(service, refusals):
            share = shares.setdefault(address, _Share())
            if not share.admit(service, endpoints.get(service.key, frozenset())):
                refusals.append(Refusal(service.key, str(address), Reason.PORT_TAKEN))
    bindings = {address: _binding(address, share, pools, routed) for address, share in shares.items()}
    return Desired(bindings, tuple(refusals))


def bound_here(wanted: Desired, node: str, routed: Routed | None) -> dict[Address, Binding]:
    """The VIPs that shall be local routes on ``node``.

    Exclusion and drain change nothing here: a node that is not announced gets no traffic from outside, and its own
    processes still have to reach the VIP.
    """
    if routed is None:
        return {}
    everywhere = routed.scope is Scope.ALL_NODES
    return {binding.address: binding for binding in wanted.of(Mode.ANY_IP) if everywhere or binding.serves_on(node)}


def owners(wanted: Desired, nodes: Mapping[str, Node], on_link: Mapping[str, Iterable[Network]]) -> Owners:
    """Which nodes may own each L2 VIP, by the VIP's canonical text.

    ``on_link`` holds, by node, the subnets in which it can answer ARP; a node that publishes none takes no part. When
    kubelet is away on all that could serve, its word does not count: better an owner that may be sick than none.
    """
    by_subnet: dict[Network, set[str]] = {}
    for name, subnets in on_link.items():
        if name in nodes and nodes[name].excluded is None:
            for subnet in subnets:
                by_subnet.setdefault(subnet, set()).add(name)
    # One set for all VIPs with the same owners: a thousand of them would not be small.
    shared: dict[tuple[frozenset[Network], frozenset[str] | None], frozenset[str]] = {}
    found = {}
    for binding in wanted.of(Mode.L2):
        around = frozenset(subnet for subnet in by_subnet if binding.address in subnet)
        key = (around, binding.nodes)
        if key not in shared:
            shared[key] = _able(frozenset().union(*(by_subnet[subnet] for subnet in around)), binding.nodes, nodes)
        found[str(binding.address)] = shared[key]
    return found


def _able(reach: frozenset[str], serving: frozenset[str] | None, nodes: Mapping[str, Node]) -> frozenset[str]:
    able = reach if serving is None else reach & serving
    return frozenset(name for name in able if nodes[name].ready) or able


class _Share:
    """All Services on one VIP. The older one has a port; a younger one that brings no port of its own is refused."""

    __slots__ = ("local", "nodes", "ports", "services")

    def __init__(self) -> None:
        self.services: list[str] = []
        self.ports: set[Port] = set()
        self.nodes: set[str] = set()
        self.local = True

    def admit(self, service: Service, nodes: frozenset[str]) -> bool:
        """Take ``service`` in; False where nothing of it would answer."""
        own = set(service.ports) - self.ports
        if self.services and not own:
            return False
        self.services.append(service.key)
        self.ports |= own
        self.nodes |= nodes
        self.local = self.local and service.local
        return True


def _endpoint_nodes(facts: Facts) -> dict[str, frozenset[str]]:
    """The nodes with a usable endpoint, by Service; a Service may have many slices."""
    found: dict[str, set[str]] = {}
    for piece in facts.slices.values():
        found.setdefault(piece.service, set()).update(piece.nodes)
    return {service: frozenset(nodes) for service, nodes in found.items()}


_MODES = {Bind.ANY_IP: Mode.ANY_IP, Bind.OBSERVE: Mode.OBSERVE, Bind.NONE: Mode.NONE}


def _binding(address: Address, share: _Share, pools: Pools, routed: Routed | None) -> Binding:
    pool = pools.of(address)
    assert pool is not None  # noqa: S101 -- only addresses of a pool are accepted
    l2 = pool.announce is Announce.L2
    # With the scope EndpointNodes only they count, whatever the traffic policy: that is what the scope says.
    everywhere = not share.local and (l2 or routed is None or routed.scope is Scope.ALL_NODES)
    return Binding(
        address=address,
        pool=pool.name,
        mode=Mode.L2 if l2 else _MODES[routed.bind] if routed else Mode.NONE,
        services=tuple(share.services),
        ports=frozenset(share.ports),
        nodes=None if everywhere else frozenset(share.nodes),
    )


def _age(service: Service) -> tuple[str, str]:
    return (service.created, service.key)
