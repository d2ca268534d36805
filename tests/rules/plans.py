"""Random specs that keep every invariant: address plans as people would draw them, in all shapes that genlb renders.

A plan is made from a ``random.Random``, so that Hypothesis (``st.randoms()``) and the mutation benchmark draw from the
same ones. Subnet ``r`` of the nodes is 10.20.r.0/24, pool ``i`` lies in 10.208.i.0/24; pods and Services keep apart.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

V4, V6 = 4, 6
DIGEST = "sha256:7b936e29c991bf9167d33b80a998fd22922c486e18dff5e97c84600e37259087"

NETWORKS = {
    V4: {"podCIDRs": "10.244.0.0/16", "serviceCIDRs": "10.96.0.0/16"},
    V6: {"podCIDRs": "fd00:10:244::/56", "serviceCIDRs": "fd00:10:96::/112"},
}


class Shape(NamedTuple):
    """What several sections of a plan have to agree on; ``modern`` is a Calico from 3.31 on."""

    families: list[int]
    racks: int
    kubernetes: str
    calico: str
    metallb: str

    @property
    def modern(self) -> bool:
        """Whether Calico has localASNumber, aggregation and nftables."""
        return self.calico >= "3.31"  # every release in question has two digits in its second place


def a_plan(random: Random) -> dict[str, Any]:
    """A Cluster as plain data."""
    shape = Shape(
        families=random.choice([[V4], [V4], [V6], [V4, V6], [V4, V6]]),
        racks=random.randint(1, 3),
        kubernetes=random.choice(["1.31.4", "1.33.9", "1.34", "1.35", "1.36", "1.37"]),
        calico=random.choice(["3.29.7", "3.30.7", "3.31.7", "3.32.1"]),
        metallb=random.choice(["0.15.3", "0.16.1"]),
    )
    pools = _pools(random, shape)
    spec: dict[str, Any] = {
        "versions": {"kubernetes": shape.kubernetes, "calico": shape.calico, "metallb": shape.metallb},
        "network": {
            **{key: [NETWORKS[family][key] for family in shape.families] for key in ("podCIDRs", "serviceCIDRs")},
            "nodeCIDRs": [_subnet(family, rack) for family in shape.families for rack in range(shape.racks)],
        },
        "bgp": _bgp(random, shape),
        "pools": pools,
        "kubeProxy": _kube_proxy(random, shape),
        "agents": {"image": {"repository": "registry.example.com/genlb/genlb", "digest": DIGEST}},
        "vipBinder": {"l2": {"interfaces": ["bond0"]}},
        "sysctls": random.choice(
            [
                {"rpFilter": "Loose"},
                {"rpFilter": "Strict", "interfaces": ["bond0"]},
                {"rpFilter": "Disabled", "interfaces": ["bond0", "eth*"], "persist": True},
                {"persist": True, "interfaces": ["bond0"], "extra": {"net.ipv4.fib_multipath_hash_policy": "1"}},
            ]
        ),
    }
    if not any(_is_on_link(pool) for pool in pools):
        spec["vipBinder"] = {"state": random.choice(["Enabled", "Enabled", "Cleanup", "Disabled"])}
    _sysctls_off(random, spec)
    _communities(random, spec)
    _explicit(random, spec)
    _patches(random, spec)
    spec["gitops"] = random.choice(
        [
            {"engine": "None"},
            {"engine": "ArgoCD", "repoURL": "https://git.example.com/platform/lb.git", "targetRevision": "main"},
            {"engine": "Flux", "flux": {"sourceRef": {"name": "flux-system"}}},
        ]
    )
    if shape.calico == "3.29.7":  # the ages have their own rules; a plan has to be free of findings, not of age
        spec["gitops"] = {"engine": "None"}
    return {"apiVersion": "genlb.io/v1alpha1", "kind": "Cluster", "metadata": {"name": "fra1"}, "spec": spec}


def _subnet(family: int, rack: int) -> str:
    return f"10.20.{rack}.0/24" if family == V4 else f"fd00:20:{rack}::/64"


def _bgp(random: Random, shape: Shape) -> dict[str, Any]:
    mesh = random.choice(["Enabled", "Disabled"])
    racks = [_rack(random, shape, number, mesh) for number in range(shape.racks)]
    bgp: dict[str, Any] = {"asNumber": 64600, "nodeToNodeMesh": mesh, "racks": racks}
    if shape.racks > 1 or random.random() < 0.3:
        bgp["rackLabel"] = "topology.genlb.io/rack"
    if random.random() < 0.5:
        bgp["password"] = {"secretName": "bgp-secrets", "key": "tor-password"}
        bgp["maxRestartTime"] = "2m0s"
    advertise: dict[str, Any] = {}
    if shape.modern and random.random() < 0.3:
        advertise["aggregation"] = "Disabled"
    if random.random() < 0.3:
        advertise["externalCIDRs"] = ["192.0.2.0/24" if V4 in shape.families else "2001:db8:1::/64"]
    if advertise:
        bgp["advertise"] = advertise
    return bgp


def _rack(random: Random, shape: Shape, number: int, mesh: str) -> dict[str, Any]:
    rack: dict[str, Any] = {"name": f"r{number}"}
    if shape.modern and random.random() < 0.7:
        rack["nodeASNumber"] = 64601 + number
    elif mesh == "Disabled":
        rack["numAllowedLocalASNumbers"] = 1
    routers = []
    for index, letter in enumerate("ab" if random.random() < 0.8 else "abc"):
        host = index + 2
        addresses = [
            f"10.20.{number}.{host}" if family == V4 else f"fd00:20:{number}::{host}" for family in shape.families
        ]
        routers.append({"name": f"r{number}-tor-{letter}", "asNumber": 65101 + number, "addresses": addresses})
    if random.random() < 0.2:
        # A router beyond the node's own wire, and the gateway to it.
        far = f"10.30.{number}.9" if V4 in shape.families else f"fd00:30:{number}::9"
        gateway = f"10.20.{number}.1" if V4 in shape.families else f"fd00:20:{number}::1"
        routers.append({"name": f"r{number}-far", "asNumber": 65201, "addresses": [far], "reachableBy": gateway})
    return {**rack, "routers": routers}


def _pools(random: Random, shape: Shape) -> list[dict[str, Any]]:
    on_link = random.random() < 0.4
    return [_pool(random, shape, index, on_link=on_link and index % 2 == 0) for index in range(random.randint(1, 5))]


def _pool(random: Random, shape: Shape, index: int, *, on_link: bool) -> dict[str, Any]:
    pool: dict[str, Any] = {"name": f"pool-{index}"}
    # A pool of one of two families says so.
    families = shape.families
    if len(families) > 1 and random.random() < 0.3:
        families = [random.choice(families)]
        pool["families"] = [f"IPv{family}" for family in families]
    rack = random.randrange(shape.racks)
    pool["addresses"] = [
        block for family in families for block in _blocks(random, family, index, rack if on_link else None)
    ]
    if random.random() < 0.3:
        pool["autoAssign"] = False
    if random.random() < 0.3:
        pool["avoidBuggyIPs"] = True
    if random.random() < 0.3:
        pool["allocateTo"] = random.choice(
            [
                {"priority": 10, "namespaces": ["dns-system", "web"]},
                {"namespaces": ["web"], "serviceSelectors": [{"matchLabels": {"tier": "edge"}}]},
                {
                    "namespaceSelectors": [
                        {"matchExpressions": [{"key": "env", "operator": "In", "values": ["a", "b"]}]}
                    ]
                },
            ]
        )
    return pool


def _blocks(random: Random, family: int, index: int, rack: int | None) -> list[str]:
    """The addresses of pool ``index``: one or two CIDRs or ranges, or some inside the subnet of ``rack``."""
    if rack is not None:
        return [f"10.20.{rack}.{32 * index + 32}/27" if family == V4 else f"fd00:20:{rack}::{index + 1}:0/112"]
    if family == V6:
        return random.choice(
            [[f"fd00:10:208:{index}::/112"], [f"fd00:10:208:{index}::10-fd00:10:208:{index}::1f"]],
        )
    return random.choice(
        [
            [f"10.208.{index}.0/24"],
            [f"10.208.{index}.0/26", f"10.208.{index}.128/25"],
            [f"10.208.{index}.32-10.208.{index}.47", f"10.209.{index}.0/24"],
            [f"10.208.{index}.32 - 10.208.{index}.95"],
        ]
    )


def _is_on_link(pool: dict[str, Any]) -> bool:
    return any(block.startswith(("10.20.", "fd00:20:")) for block in pool["addresses"])


def _kube_proxy(random: Random, shape: Shape) -> dict[str, Any]:
    modes = ["iptables", "ipvs"]
    if shape.modern and shape.kubernetes >= "1.34":  # before that the mode has a bug with eTP Local
        modes.append("nftables")
    mode = random.choice(modes)
    proxy: dict[str, Any] = {"mode": mode}
    if mode == "ipvs":
        proxy |= {"strictARP": random.random() < 0.6, "ipvs": {"scheduler": "rr"}}
    if random.random() < 0.3:
        proxy |= random.choice([{"managedBy": "k3s", "ownership": "None"}, {"managedBy": "kubespray"}])
    return proxy


def _sysctls_off(random: Random, spec: dict[str, Any]) -> None:
    """Now and then no daemon holds sysctls: kube-proxy's strictARP silences the nodes then."""
    if spec["kubeProxy"].get("strictARP") and random.random() < 0.4:
        spec["sysctls"] = {"state": random.choice(["Disabled", "Cleanup"])}


def _agents(random: Random) -> dict[str, Any]:
    agents: dict[str, Any] = {"image": {"repository": "registry.example.com/genlb/genlb", "digest": DIGEST}}
    if random.random() < 0.4:
        agents["tolerations"] = random.choice(
            [
                [{"operator": "Exists"}],
                [{"key": "dedicated", "operator": "Equal", "value": "lb", "effect": "NoSchedule"}],
                [{"key": "dedicated", "value": "lb", "effect": "NoExecute", "tolerationSeconds": 60}],
            ]
        )
    if random.random() < 0.4:
        sizes = {"requests": {"cpu": "20m", "memory": "48Mi"}, "limits": {"cpu": "0.5", "memory": "96Mi"}}
        agents["resources"] = {random.choice(["vip", "sysctl"]): sizes}
    return agents


def _patches(random: Random, spec: dict[str, Any]) -> None:
    """Sometimes one session has a setting that the spec has no word for, or Felix logs more."""
    router = random.choice([router for rack in spec["bgp"]["racks"] for router in rack["routers"]])
    family = V6 if ":" in random.choice(router["addresses"]) else V4
    fields = random.choice([{"ttlSecurity": 1}, {"keepOriginalNextHop": True}, {"filters": ["genlb-no-reexport"]}])
    peer = {"kind": "BGPPeer", "name": f"genlb-{router['name']}-v{family}", "merge": {"spec": fields}}
    logs = {"kind": "BGPConfiguration", "name": "default", "merge": {"spec": {"logSeverityScreen": "Warning"}}}
    if random.random() < 0.4:
        spec["patches"] = random.choice([[peer], [peer, logs], [logs]])


def _communities(random: Random, spec: dict[str, Any]) -> None:
    """Some communities, each used by at least one routed pool."""
    routed = [pool for pool in spec["pools"] if not _is_on_link(pool)]
    if not routed or random.random() < 0.6:
        return
    values = {"public": "65001:100", "blue": "65001:4200:7"}
    chosen = random.sample(sorted(values), random.randint(1, 2))
    spec["bgp"]["communities"] = [{"name": name, "value": values[name]} for name in chosen]
    random.choice(routed)["communities"] = chosen


def _explicit(random: Random, spec: dict[str, Any]) -> None:
    """Now and then the advertised CIDRs are listed: those of the routed pools that are CIDRs themselves."""
    routed = [block for pool in spec["pools"] if not _is_on_link(pool) for block in pool["addresses"]]
    if routed and all("/" in block for block in routed) and random.random() < 0.5:
        spec["bgp"].setdefault("advertise", {}).update(loadBalancerIPs="Explicit", loadBalancerCIDRs=routed)
