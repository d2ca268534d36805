"""A lab whose nodes run all that genlb renders for them, beside a kube-proxy whose mode can be changed.

It is started once for the whole tier, since a first election takes a lease's time. A test does to it what it likes;
``settle`` brings everything back before the next one.
"""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from tests.kube.client import Client
from tests.lab.daemons import Kubelet, rendered, spec
from tests.lab.host import Host, Program, until
from tests.lab.machine import lab_or_skip
from tests.lab.net import NODES
from tests.lab.proxy import VIPS, api_on_nodes, api_port, kube_proxies

ONLINK = tuple(address for (pool, _), vip in VIPS.items() if pool == "onlink" for address in vip.both)
ROUTED = tuple(address for (pool, _), vip in VIPS.items() if pool == "routed" for address in vip.both)
DAEMONS = ("sysctl", "vip")

LEASE_SECONDS, LIFETIME = 6, 4
"""What ``daemons.LEASE`` means: of a lease, and of an address that nobody renews (a lease without its margin)."""

QUICK = {"assertIntervalSeconds": 1, "resyncIntervalSeconds": 2}
"""Between two complete looks at a node."""

DRAIN = "genlb.io/drain"
EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"

_AWAY = "table ip lab {{ chain away {{ type filter hook input priority -300; tcp dport {port} drop; }}; }}"


class Rack:
    """A context manager around the lab and everything in it."""

    def __init__(self, api: Client, kubeconfig: Path, kube_proxy: Path, folder: Path) -> None:
        """``api`` knows the Services of ``proxy.VIPS``; ``folder`` is empty, and takes logs and configurations."""
        self.api = api
        self.mode = ""
        self.manifests = rendered(spec("iptables"), folder)
        self.kubeconfig, self._kube_proxy, self._folder = kubeconfig, kube_proxy, folder
        self._ending, self._proxies = contextlib.ExitStack(), contextlib.ExitStack()
        self._programs: dict[tuple[str, str], Program] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as starting:
            self.lab = starting.enter_context(lab_or_skip())
            starting.enter_context(api_on_nodes(self.lab, self.kubeconfig))
            starting.enter_context(self._proxies)
            self.kubelet = Kubelet(self.lab, self.api, self.manifests["node"], self._folder, changed=QUICK)
            self._start_missing()
            self.proxy("iptables")
            self._ending = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    # ---------------------------------------------------------------------------------------------- what there is

    def host(self, name: str) -> Host:
        """A host of the lab."""
        return self.lab.hosts[name]

    def daemon(self, daemon: str, node: str) -> Program:
        """The container that was started last."""
        return self._programs[daemon, node]

    def holders(self, vip: str) -> frozenset[str]:
        """The nodes that have ``vip`` on their NIC, whoever put it there."""
        return frozenset(node for node in NODES if vip in addresses(self.host(node)))

    def owner(self, vip: str) -> str:
        """The node that owns an on-link VIP."""
        (node,) = self.holders(vip)
        return node

    def serving(self) -> frozenset[str]:
        """The nodes that take part in the election: they publish their subnets."""
        leases = self.api.list("coordination.k8s.io/v1", "Lease", "genlb-system")
        subnets = {
            lease["metadata"]["name"].removeprefix("genlb-vip-"): lease["metadata"]
            .get("annotations", {})
            .get("genlb.io/subnets", "[]")
            for lease in leases
        }
        return frozenset(node for node in NODES if subnets.get(node, "[]") != "[]")

    # -------------------------------------------------------------------------------------------- what is done to it

    def proxy(self, mode: str) -> None:
        """Let kube-proxy run in ``mode``: another one takes over, as after a change of its configuration."""
        if mode != self.mode:
            for node in NODES:
                self.reconnect(node)
            self._proxies.close()
            self._proxies.enter_context(kube_proxies(self.lab, self._kube_proxy, self.kubeconfig, mode, self._folder))
            self.mode = mode

    def settle(self) -> None:
        """Bring all daemons, links and the API back; every on-link VIP has one owner then, which another can follow."""
        for node in NODES:
            self.reconnect(node)
            self.unlabel(node)
        self.lab.undo()
        self.lab.neighbours()
        self._start_missing()
        until(self._settled, "settled")
        self.lab.forget()

    def label(self, node: str, label: str) -> None:
        """Put a label on a Node."""
        self._patch(node, {label: ""})

    def unlabel(self, node: str) -> None:
        """Take off what ``label`` may have put there."""
        labels = self.api.get("v1", "Node", node)["metadata"]["labels"]
        if present := [label for label in (DRAIN, EXCLUDE) if label in labels]:
            self._patch(node, dict.fromkeys(present))

    def disconnect(self, node: str) -> None:
        """Let nothing of the API server reach a node, and nothing from there the API server; nobody is told."""
        text = _AWAY.format(port=api_port(self.kubeconfig))
        self.host(node).check("nft", "-f", "-", given=text)

    def reconnect(self, node: str) -> None:
        """Give a node its API server back."""
        self.host(node).check("nft", "-f", "-", given="add table ip lab; delete table ip lab")

    def unplug(self, node: str) -> None:
        """Take a node off the rack, as if it had lost its power: no network, no API."""
        self.disconnect(node)
        self.lab.tor.ip(f"link set {node}-eth0 down")

    @contextlib.contextmanager
    def without(self, daemon: str, *, by: signal.Signals = signal.SIGTERM) -> Iterator[None]:
        """The same rack without one of the DaemonSets; what it leaves behind is taken away as well."""
        for node in NODES:
            self.daemon(daemon, node).send(by)
        for node in NODES:
            self.daemon(daemon, node).wait()
        yield
        self._start_missing()

    def _patch(self, node: str, labels: dict[str, str | None] | dict[str, str]) -> None:
        self.api.patch(
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}}, {"metadata": {"labels": labels}}
        )

    def _start_missing(self) -> None:
        for daemon in DAEMONS:
            for node in NODES:
                running = self._programs.get((daemon, node))
                if running is None or not running.alive:
                    self._programs[daemon, node] = self.kubelet.start(daemon, node)

    def _settled(self) -> bool:
        dead = [program.output[-3000:] for program in self._programs.values() if not program.alive]
        assert not dead, "\n".join(dead)
        ready = all(self.kubelet.ready(daemon, node) for daemon in DAEMONS for node in NODES)
        held = all(len(self.holders(vip)) == 1 for vip in ONLINK)
        return ready and held and len(self.serving()) > 1


def addresses(host: Host) -> dict[str, int]:
    """The addresses on eth0 of a host, each with the seconds that it has left to live there."""
    (nic,) = json.loads(host.check("ip", "-j", "addr", "show", "dev", "eth0"))
    return {entry["local"]: entry["valid_life_time"] for entry in nic["addr_info"]}


def local_routes(host: Host) -> frozenset[str]:
    """The addresses that genlb made local on a host without an interface having them."""
    found = [
        json.loads(host.check("ip", family, "-j", "route", "show", "table", "local", "proto", "115"))
        for family in ("-4", "-6")
    ]
    return frozenset(route["dst"] for routes in found for route in routes)


def is_local(host: Host, vip: str) -> bool:
    """Whether a host takes packets to ``vip`` for its own."""
    return host.check("ip", "route", "get", vip).startswith("local ")


def guarded(host: Host) -> str:
    """The guard of a host, as text; empty where there is none."""
    return host.run("nft", "list", "table", "inet", "genlb").out
