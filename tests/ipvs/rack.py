"""The rack with the guest in it, and what can be asked about a VIP there."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.ipvs.uml import ADDRESS, Guest
from tests.kube.client import Client
from tests.lab import proxy
from tests.lab.host import until
from tests.lab.net import Lab
from tests.lab.proxy import METRICS_PORT, PORT, Vip, get
from tests.lab.traffic import Attempt, connect_all

GATEWAY = "10.0.0.1"

API = "192.0.2.1"
"""Where the guest finds the API server: an address of the ToR that stands in the server's certificate."""

VIPS = {key: Vip(vip.name, vip.address, vip.policy) for key, vip in proxy.VIPS.items()}
"""The Services of the lab, of IPv4 alone."""

ONLINK = VIPS["onlink", "Cluster"]
ROUTED = VIPS["routed", "Cluster"]
CLIENTS = ("client", "tor", "rackhost")

_SYNCS = re.compile(r'(?m)^kubeproxy_sync_proxy_rules_duration_seconds_count\{ip_family="IPv4"\} (\d+)$')


class Rack(NamedTuple):
    """A lab, and the guest in its rack; ``proxy`` is the process id of the guest's kube-proxy."""

    lab: Lab
    guest: Guest
    api: Client
    proxy: int

    def reached(self, vip: Vip) -> dict[str, str]:
        """What each client sees of a VIP, by new connections and with empty neighbour tables."""
        for host in (self.lab.tor, self.lab.hosts["rackhost"]):
            host.check("ip", "neigh", "flush", "all")
        outcomes = connect_all(Attempt(self.lab.hosts[client], vip.address, PORT) for client in CLIENTS)
        return {client: outcome.verdict for client, outcome in zip(CLIENTS, outcomes, strict=True)}

    def holders(self, vip: Vip) -> set[str]:
        """The interfaces of the guest that have the VIP."""
        lines = self.guest.check("ip", "-o", "addr", "show", "to", f"{vip.address}/32").splitlines()
        return {line.split()[1] for line in lines}

    def is_served(self) -> bool:
        """Whether kube-proxy holds every VIP, and nobody else does."""
        return all(self.holders(vip) == {"kube-ipvs0"} for vip in VIPS.values())

    def wait_for_syncs(self, number: int) -> None:
        """Wait until kube-proxy has looked at everything ``number`` times from beginning to end."""
        before = self._syncs()
        # One more: a look that is under way may have begun too early.
        until(lambda: self._syncs() > before + number, "looked at everything", pause=0.3)

    def _syncs(self) -> int:
        answer = get(self.lab.tor, METRICS_PORT, "/metrics", address=ADDRESS)
        found = answer and _SYNCS.search(answer[1])
        return int(found[1]) if found else 0
