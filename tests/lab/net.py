r"""The lab: a client, a top-of-rack switch, a rack with three nodes and a host that is none, and a pod on each node.

::

    client 192.0.2.10 --- tor --- rack 10.0.0.0/24 (eth0) ---- n1 n2 n3 .11 .12 .13   rackhost .99
                             \--- side 10.0.1.0/24 (eth1) --- n1 n2 n3 .11 .12 .13
                                                              |  |  |
                                                             q1 q2 q3   10.244.<node>.10, behind cali* as Calico does

Pods q1 and q2 serve; q3 does not. A VIP is *on-link* when it lies in the rack's subnet: then the ToR asks ARP for it,
unless it has a longer route. It is *routed* when the ToR knows it by a route alone.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Self

from tests.lab.host import Host, World, until
from tests.lab.traffic import Server, who_has

NODES = ("n1", "n2", "n3")
ENDPOINTS = ("n1", "n2")
"""Nodes whose pod serves."""

POD_CIDR, POD_CIDR6 = "10.244.0.0/16", "fd00:10:244::/48"
POD_PORT = 8080
TOR, TOR6 = "10.0.0.1", "fd00:20::1"
RACKHOST, RACKHOST6 = "10.0.0.99", "fd00:20::99"

LAB_PROTOCOL = 201
"""The route protocol that marks what the lab itself put there."""

_LINK_LOCAL_GATEWAY, _LINK_LOCAL_GATEWAY6 = "169.254.1.1", "fe80::ca11"
_QUICK, _BRIEF = 60, 30_000
"""Milliseconds between two questions who has an address (what nobody has is given up after 0.2 s, not after 3), and
until an answer has to be confirmed."""


def rack_address(node: str, *, side: bool = False) -> str:
    """The address of a node on the rack, or on its second network."""
    return f"10.0.{int(side)}.{10 + NODES.index(node) + 1}"


def rack_address6(node: str) -> str:
    """The IPv6 address of a node on the rack."""
    return f"fd00:20::{10 + NODES.index(node) + 1}"


def pod_address(node: str) -> str:
    """The address of the pod on a node."""
    return f"10.244.{NODES.index(node) + 1}.10"


def pod_address6(node: str) -> str:
    """The IPv6 address of the pod on a node."""
    return f"fd00:10:244:{NODES.index(node) + 1}::10"


def is_ipv6(address: str) -> bool:
    """Whether an address or a network is one of IPv6."""
    return ":" in address


class Lab:
    """A context manager around the hosts; ``hosts`` finds them by name."""

    def __init__(self) -> None:
        self._ending = contextlib.ExitStack()
        self.world: World
        self.hosts: dict[str, Host] = {}
        self._macs: dict[str, bytes] = {}
        self.added: dict[str, tuple[str, str]] = {}
        self._undoing: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as starting:
            self.world = starting.enter_context(World())
            for name in ("tor", "client", "rackhost", *NODES, *map(pod_on, NODES)):
                self.hosts[name] = self.world.host(name)
            self._wire()
            for node in ENDPOINTS:
                starting.callback(Server(self.hosts[pod_on(node)], POD_PORT).close)
            self._ending = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    @property
    def tor(self) -> Host:
        """The switch."""
        return self.hosts["tor"]

    @property
    def nodes(self) -> list[Host]:
        """The three nodes."""
        return [self.hosts[name] for name in NODES]

    def mac(self, node: str) -> bytes:
        """The MAC address of a node on the rack."""
        if node not in self._macs:
            with self.hosts[node].socket(socket.AF_PACKET, socket.SOCK_RAW) as packet:
                packet.bind(("eth0", 0))
                self._macs[node] = packet.getsockname()[4]
        return self._macs[node]

    def owners(self, vip: str) -> frozenset[str]:
        """The nodes that answer the rack's question who has ``vip``."""
        own = RACKHOST6 if is_ipv6(vip) else RACKHOST
        named = {self.mac(node): node for node in NODES}
        return frozenset(named.get(mac, mac.hex(":")) for mac in who_has(self.hosts["rackhost"], own, vip))

    def add_node(self, name: str, number: int) -> Host:
        """One more node on the rack, with the address that ends in ``number``, without a pod."""
        host = self.hosts[name] = self.world.host(name)
        self.added[name] = (f"10.0.0.{number}", f"fd00:20::{number}")
        host.write("net/ipv6/conf/default/accept_dad", 0)
        self.tor.ip(
            f"link add {name}-eth0 type veth peer name eth0 netns {host.pid}", f"link set {name}-eth0 master rack up"
        )
        host.ip(
            "link set eth0 up",
            *(
                f"addr add {address}/{length} dev eth0"
                for address, length in zip(self.added[name], (24, 64), strict=True)
            ),
            f"route add default via {TOR}",
        )
        return host

    def remove_node(self, name: str) -> None:
        """Take a node away that ``add_node`` has made."""
        self.tor.ip(f"link del {name}-eth0")
        self.hosts.pop(name).close()
        del self.added[name]

    def addresses(self, node: str) -> tuple[str, str]:
        """A node's addresses on the rack, of IPv4 and of IPv6."""
        return self.added.get(node) or (rack_address(node), rack_address6(node))

    def arp(self, *, ignore: int, announce: int) -> None:
        """Set how nodes answer and ask ARP, as strictARP does (1, 2) or as Linux comes (0, 0)."""
        for node in self.nodes:
            node.write("net/ipv4/conf/all/arp_ignore", ignore)
            node.write("net/ipv4/conf/all/arp_announce", announce)

    def rp_filter(self, *, of_all: int, of_nic: int) -> None:
        """Set the reverse path filter of each node: for all interfaces, and for each NIC."""
        for node in self.nodes:
            node.write("net/ipv4/conf/all/rp_filter", of_all)
            for nic in ("eth0", "eth1"):
                node.write(f"net/ipv4/conf/{nic}/rp_filter", of_nic)

    def route(self, prefix: str, nodes: Iterable[str], *, side: bool = False) -> None:
        """Give the ToR the route that BGP would have given it; no node, no route."""
        six = is_ipv6(prefix)
        hops = " ".join(
            f"nexthop via {rack_address6(node) if six else rack_address(node, side=side)}" for node in nodes
        )
        if hops:
            self.tor.ip(f"route replace {prefix} proto {LAB_PROTOCOL} {hops}")
            self._undoing.append(("tor", f"route del {prefix}"))

    def bind(self, vip: str, *, how: str, nodes: Iterable[str] = NODES) -> None:
        """Make ``vip`` local on ``nodes``, with plain ip commands.

        ``how``: ``none``; ``AnyIP`` for a local route without an address; ``L2`` for the address on the NIC.
        """
        for name in nodes:
            for command in bindings(vip)[how]:
                self.hosts[name].ip(command)
                self._undoing.append((name, command.replace(" add ", " del ", 1)))

    def pristine(self) -> None:
        """Take back what ``bind`` and ``route`` did, and set links, ARP and rp_filter back."""
        self.undo()
        self.arp(ignore=0, announce=0)
        self.rp_filter(of_all=0, of_nic=0)
        self.forget()

    def undo(self) -> None:
        """Take back what ``bind`` and ``route`` did, and set the links of the rack up."""
        for name in dict.fromkeys(name for name, _ in self._undoing):
            commands = [command for undone, command in reversed(self._undoing) if undone == name]
            # What a test has taken back by itself is not there any more.
            self.hosts[name].run("ip", "-force", "-batch", "-", given="\n".join([*commands, ""]))
        self._undoing.clear()
        self.tor.ip(*(f"link set {node}-eth0 up" for node in NODES))

    def neighbours(self, *, ask_ms: int = _QUICK, believe_ms: int = _BRIEF) -> None:
        """How long everybody waits for an answer who has an address, and how long they believe it."""
        for host in self.hosts.values():
            for interface, family in itertools.product(("eth0", "rack", "side"), ("ipv4", "ipv6")):
                with contextlib.suppress(OSError):
                    host.write(f"net/{family}/neigh/{interface}/retrans_time_ms", ask_ms)
                    host.write(f"net/{family}/neigh/{interface}/base_reachable_time_ms", believe_ms)

    def forget(self) -> None:
        """Empty the neighbour tables of whoever may ask for a VIP."""
        for host in (self.tor, self.hosts["rackhost"], *self.nodes):
            # An entry that goes by itself meanwhile is an error to ip.
            until(partial(_forgets, host), "forgotten")

    def _wire(self) -> None:
        for host in self.hosts.values():
            host.write("net/ipv6/conf/default/accept_dad", 0)
            host.write("net/ipv4/conf/all/rp_filter", 0)
            host.write("net/ipv4/conf/default/rp_filter", 0)
            host.write("net/ipv4/icmp_ratelimit", 0)
            host.write("net/ipv6/icmp/ratelimit", 0)
            # A redirect would outlive the scenario that it was sent in.
            host.write("net/ipv4/conf/all/send_redirects", 0)
            host.write("net/ipv4/conf/default/send_redirects", 0)
            for which in ("all", "default"):  # IPv6 cannot be told not to send them
                host.write(f"net/ipv6/conf/{which}/accept_redirects", 0)
        self._wire_tor()
        self._wire_end("client", ("192.0.2.10/24", "fd00:c::10/64"), ("192.0.2.1", "fd00:c::1"))
        self._wire_end("rackhost", (f"{RACKHOST}/24", f"{RACKHOST6}/64"), (TOR, TOR6))
        for node in NODES:
            self._wire_node(node)
            self._wire_pod(node)
        self.neighbours()

    def _wire_tor(self) -> None:
        tor = self.tor
        tor.write("net/ipv4/ip_forward", 1)
        tor.write("net/ipv6/conf/all/forwarding", 1)
        tor.ip(
            "link add rack type bridge",
            "link add side type bridge",
            f"link add client type veth peer name eth0 netns {self.hosts['client'].pid}",
            f"link add rackhost type veth peer name eth0 netns {self.hosts['rackhost'].pid}",
            "link set rackhost master rack up",
            "link set client up",
            *(
                command
                for node in NODES
                for bridge, interface in (("rack", "eth0"), ("side", "eth1"))
                for command in (
                    f"link add {node}-{interface} type veth peer name {interface} netns {self.hosts[node].pid}",
                    f"link set {node}-{interface} master {bridge} up",
                )
            ),
            "link set rack up",
            "link set side up",
            "addr add 192.0.2.1/24 dev client",
            "addr add fd00:c::1/64 dev client",
            f"addr add {TOR}/24 dev rack",
            f"addr add {TOR6}/64 dev rack",
            "addr add 10.0.1.1/24 dev side",
        )

    def _wire_end(self, name: str, addresses: Iterable[str], gateways: Iterable[str]) -> None:
        self.hosts[name].ip(
            "link set eth0 up",
            *(f"addr add {address} dev eth0" for address in addresses),
            *(f"route add default via {gateway}" for gateway in gateways),
        )

    def _wire_node(self, node: str) -> None:
        host = self.hosts[node]
        host.write("net/ipv4/ip_forward", 1)
        host.write("net/ipv6/conf/all/forwarding", 1)
        host.ip(
            f"link add cali0 type veth peer name eth0 netns {self.hosts[pod_on(node)].pid}",
            "link set cali0 up",
            "link set eth0 up",
            "link set eth1 up",
            f"addr add {rack_address(node)}/24 dev eth0",
            f"addr add {rack_address6(node)}/64 dev eth0",
            f"addr add {rack_address(node, side=True)}/24 dev eth1",
            f"route add default via {TOR}",
            f"route add default via {TOR6}",
            f"route add {pod_address(node)}/32 dev cali0",
            f"route add {pod_address6(node)}/128 dev cali0",
            f"addr add {_LINK_LOCAL_GATEWAY6}/64 dev cali0",
            *(f"route add {pod_address(other)}/32 via {rack_address(other)}" for other in NODES if other != node),
            *(f"route add {pod_address6(other)}/128 via {rack_address6(other)}" for other in NODES if other != node),
        )
        host.write("net/ipv4/conf/cali0/proxy_arp", 1)
        host.write("net/ipv4/neigh/cali0/proxy_delay", 0)

    def _wire_pod(self, node: str) -> None:
        self.hosts[pod_on(node)].ip(
            "link set eth0 up",
            f"addr add {pod_address(node)}/32 dev eth0",
            f"addr add {pod_address6(node)}/128 dev eth0",
            f"route add {_LINK_LOCAL_GATEWAY} dev eth0 scope link",
            f"route add default via {_LINK_LOCAL_GATEWAY}",
            f"route add default via {_LINK_LOCAL_GATEWAY6} dev eth0",
        )


def _forgets(host: Host) -> bool:
    return host.run("ip", "neigh", "flush", "all").status == 0


def bindings(vip: str) -> Mapping[str, tuple[str, ...]]:
    """The commands that make a VIP local, by the name of the way."""
    length, scope = (128, "") if is_ipv6(vip) else (32, " scope link")
    return {
        "none": (),
        "AnyIP": (f"route add local {vip}/{length} dev lo table local proto {LAB_PROTOCOL}",),
        "L2": (f"addr add {vip}/{length} dev eth0{scope}",),
    }


def pod_on(node: str) -> str:
    """The name of the pod on a node."""
    return f"q{node[1:]}"
