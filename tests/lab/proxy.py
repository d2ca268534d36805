"""Real kube-proxies on the nodes of a lab, and the Services that they serve, on a real API server.

The API server listens on the loopback device of the machine; each node reaches it on its own loopback device, through
a listener that belongs to the node and is served by the test.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.kube.client import Client, Object
from tests.kube.ports import LOOPBACK
from tests.lab.host import Host, Program, until
from tests.lab.net import (
    ENDPOINTS,
    NODES,
    POD_CIDR,
    POD_CIDR6,
    POD_PORT,
    Lab,
    pod_address,
    pod_address6,
    pod_on,
    rack_address,
    rack_address6,
)
from tests.lab.traffic import SHORT, Attempt, connect_all

NAMESPACE = "lab"
PORT = 80
HEALTH_PORT, METRICS_PORT = 10_256, 10_249
MODES = ("iptables", "nftables")
"""The modes that need nothing but a namespace; ipvs has a tier of its own."""

_RULES = {
    "iptables": (("iptables-save",), ("ip6tables-save",)),
    "nftables": (("nft", "list", "table", "ip", "kube-proxy"), ("nft", "list", "table", "ip6", "kube-proxy")),
}


class Vip(NamedTuple):
    """A Service of type LoadBalancer and its VIPs; one without an IPv6 address is of IPv4 alone."""

    name: str
    address: str
    policy: str
    address6: str = ""

    def of(self, family: int) -> str:
        """The VIP of a family, 4 or 6."""
        return {4: self.address, 6: self.address6}[family]

    @property
    def both(self) -> tuple[str, ...]:
        """All its VIPs."""
        return tuple(filter(None, (self.address, self.address6)))


VIPS = {
    ("routed", "Cluster"): Vip("routed-cluster", "10.208.1.1", "Cluster", "fd00:208:1::1"),
    ("routed", "Local"): Vip("routed-local", "10.208.1.2", "Local", "fd00:208:1::2"),
    ("onlink", "Cluster"): Vip("onlink-cluster", "10.0.0.200", "Cluster", "fd00:20::200"),
    ("onlink", "Local"): Vip("onlink-local", "10.0.0.201", "Local", "fd00:20::201"),
}
"""The Services of the lab by pool and externalTrafficPolicy."""

PODS = {node: (pod_address(node), pod_address6(node)) for node in ENDPOINTS}
"""The addresses of the pods that serve, by node."""


def publish(api: Client, vips: Iterable[Vip] = VIPS.values()) -> None:
    """Create the Nodes, and a Service with its EndpointSlice for each VIP."""
    for node in NODES:
        add_node(api, node, rack_address(node), rack_address6(node))
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for vip in vips:
        publish_vip(api, vip)


def publish_vip(api: Client, vip: Vip, *, pods: Mapping[str, tuple[str, str]] = PODS) -> None:
    """Create a Service with its EndpointSlices, and give it its VIPs as MetalLB would.

    ``pods`` are the addresses of its endpoints, by node.
    """
    service = _service(vip)
    api.create(service)
    for family, _ in zip(("IPv4", "IPv6"), vip.both, strict=False):
        api.create(_slice(vip, family, pods))
    ingress = [{"ip": address} for address in vip.both]
    api.patch(service, {"status": {"loadBalancer": {"ingress": ingress}}}, subresource="status")


def add_node(api: Client, name: str, *addresses: str) -> None:
    """Create a Node that is ready."""
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}}
    api.create(node)
    internal = [{"type": "InternalIP", "address": address} for address in addresses]
    ready = [{"type": "Ready", "status": "True"}]
    api.patch(node, {"status": {"addresses": internal, "conditions": ready}}, subresource="status")


@contextlib.contextmanager
def api_on_nodes(lab: Lab, kubeconfig: Path) -> Iterator[None]:
    """The API server on the loopback device of each node."""
    with contextlib.ExitStack() as running:
        for node in lab.nodes:
            running.enter_context(forward(node, api_port(kubeconfig)))
        yield


@contextlib.contextmanager
def kube_proxies(lab: Lab, program: Path, kubeconfig: Path, mode: str, folder: Path) -> Iterator[None]:
    """kube-proxy on each node, which the API has been brought to; inside the block all VIPs are served."""
    with contextlib.ExitStack() as running:
        started = []
        for name in NODES:
            node = lab.hosts[name]
            config = folder / f"{name}-{mode}.json"
            config.write_text(json.dumps(configuration(name, mode, kubeconfig)))
            program_run = node.start(program, f"--config={config}", log=folder / f"{name}-{mode}.log")
            running.callback(program_run.stop)
            started.append((node, program_run))
        for node, program_run in started:
            until(partial(_serves_or_ended, node, mode, program_run), f"serving on {node.name}: {program_run.log}")
            assert program_run.alive, program_run.output[-3000:]
        # Its rules may name a VIP before they lead anywhere, above all after those of another mode went.
        until(partial(_leads_to_pods, lab), "led from every pod to the pods that serve")
        yield


def _leads_to_pods(lab: Lab) -> bool:
    attempts = [
        Attempt(lab.hosts[pod_on(node)], address, PORT, SHORT)
        for node in NODES
        for vip in VIPS.values()
        for address in vip.both
    ]
    return all(outcome.verdict == "ok" for outcome in connect_all(attempts))


def configuration(node: str, mode: str, kubeconfig: Path | str, **changes: Any) -> Object:
    """A KubeProxyConfiguration for one node of the lab."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": mode,
        "hostnameOverride": node,
        "clusterCIDR": f"{POD_CIDR},{POD_CIDR6}",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        # Limits of the whole machine, which a namespace may not set.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        **changes,
    }


def api_port(kubeconfig: Path) -> int:
    """The port of the API server."""
    server: str = json.loads(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    return int(server.rpartition(":")[2])


@contextlib.contextmanager
def forward(host: Host, port: int, *, address: str = LOOPBACK) -> Iterator[None]:
    """Lead connections to ``port`` of a host to the same port of the machine's loopback device."""
    listener = host.socket()
    listener.bind((address, port))
    listener.listen()
    accepting = threading.Thread(target=_accept, args=(listener, port), daemon=True)
    accepting.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
        listener.close()


def get(host: Host, port: int, path: str, *, address: str = LOOPBACK) -> tuple[int, str] | None:
    """Status and text of an HTTP answer on a host, or None when nobody listens."""
    connection = http.client.HTTPConnection(address, port)
    connection.sock = host.socket()
    connection.sock.settimeout(60)
    try:
        connection.sock.connect((address, port))
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionError:
        return None
    finally:
        connection.close()


def _serves_or_ended(node: Host, mode: str, running: Program) -> bool:
    return not running.alive or _serves(node, mode)


def _serves(node: Host, mode: str) -> bool:
    """Whether kube-proxy is well and the kernel knows every VIP."""
    health = get(node, HEALTH_PORT, "/healthz")
    if health is None or health[0] != http.client.OK:
        return False
    rules = "".join(node.run(*command).out for command in _RULES[mode])
    return all(address in rules for vip in VIPS.values() for address in vip.both)


def _service(vip: Vip) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": vip.name, "namespace": NAMESPACE},
        "spec": {
            "type": "LoadBalancer",
            "ipFamilyPolicy": "RequireDualStack" if vip.address6 else "SingleStack",
            "externalTrafficPolicy": vip.policy,
            "ports": [{"port": PORT, "targetPort": POD_PORT}],
        },
    }


def _slice(vip: Vip, family: str, pods: Mapping[str, tuple[str, str]]) -> Object:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{vip.name}-{family.lower()}",
            "namespace": NAMESPACE,
            "labels": {"kubernetes.io/service-name": vip.name},
        },
        "addressType": family,
        "ports": [{"port": POD_PORT, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [addresses[family == "IPv6"]],
                "nodeName": node,
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": pod_on(node), "namespace": NAMESPACE},
            }
            for node, addresses in pods.items()
        ],
    }


def _accept(listener: socket.socket, port: int) -> None:
    while True:
        try:
            inside, _ = listener.accept()
        except OSError:  # shut down
            return
        threading.Thread(target=_relay, args=(inside, port), daemon=True).start()


def _relay(inside: socket.socket, port: int) -> None:
    """Carry bytes both ways until one side is done or gone."""
    with inside, contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port)) as outside:
        other = {inside: outside, outside: inside}
        while True:
            for source in select.select(list(other), [], [])[0]:
                data = source.recv(65_536)
                if not data:
                    return
                other[source].sendall(data)
