"""Live clusters as dumps: what a spec renders plus what stands around it, and one that nobody made with genlb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genlb import api
from genlb.manifest import Manifest
from genlb.network.dataplane import decide_dataplane
from genlb.spec.model import Dataplane, Spec

UID = "3f1c7a52-8f0e-4b7e-9a53-1de0a5f9b7c1"

_PROXY = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: {}\n"


def rendered(root: Path, name: str) -> list[Manifest]:
    """Everything that the cluster renders."""
    cluster = next(api.load(api.open_repository(str(root)), [name]))
    found = api.render(cluster)
    return [*(manifest for unit in found.objects.values() for manifest in unit), *found.gitops]


def spec_of(root: Path, name: str) -> Spec:
    """The spec as it is read."""
    context = next(api.load(api.open_repository(str(root)), [name])).context
    assert context is not None
    return context.cluster.spec


def surroundings(spec: Spec) -> list[Manifest]:
    """What Kubernetes, Calico and MetalLB have in a cluster of this spec whether genlb is there or not."""
    v4 = [one for one in spec.network.node_cidrs if one.version == 4]
    v6 = [one for one in spec.network.node_cidrs if one.version == 6]
    nodes: list[Manifest] = []
    for index in range(max(len(v4), len(v6))):
        found: dict[str, str] = {}
        if index < len(v4):
            found["projectcalico.org/IPv4Address"] = f"{v4[index][-2]}/{v4[index].prefixlen}"
        if index < len(v6):
            found["projectcalico.org/IPv6Address"] = f"{v6[index][1]}/{v6[index].prefixlen}"
        told = {"nodeInfo": {"kubeletVersion": f"v{spec.versions.kubernetes}.0"}}
        nodes.append(an_object("v1", "Node", f"node-{index}", annotations=found) | {"status": told})
    pods, services = spec.network.pod_cidrs, spec.network.service_cidrs
    kubeadm = f"networking: {{serviceSubnet: {','.join(map(str, services))!r}}}\n"
    dataplane, _ = decide_dataplane(spec)
    felix: dict[str, Any] = {"bpfEnabled": dataplane is Dataplane.BPF}
    if dataplane is not Dataplane.BPF:
        felix["nftablesMode"] = "Enabled" if dataplane is Dataplane.NFTABLES else "Disabled"
    image = f"registry.example.com/metallb/controller:v{spec.versions.metallb}"
    container = {"name": "controller", "image": image}
    return [
        an_object("v1", "Namespace", "kube-system", uid=UID),
        *nodes,
        *(
            an_object("projectcalico.org/v3", "IPPool", f"pods-{index}", spec={"cidr": str(cidr)})
            for index, cidr in enumerate(pods)
        ),
        an_object("v1", "ConfigMap", "kubeadm-config", "kube-system") | {"data": {"ClusterConfiguration": kubeadm}},
        an_object("projectcalico.org/v3", "FelixConfiguration", "default", spec=felix),
        an_object(
            "projectcalico.org/v3",
            "ClusterInformation",
            "default",
            spec={"calicoVersion": f"v{spec.versions.calico}"},
        ),
        an_object(
            "apps/v1",
            "Deployment",
            "controller",
            spec.namespaces.metallb,
            spec={"template": {"spec": {"containers": [container]}}},
        ),
    ]


def kube_proxy(mode: str) -> Manifest:
    """The ConfigMap as an installer leaves it."""
    return an_object("v1", "ConfigMap", "kube-proxy", "kube-system") | {"data": {"config.conf": _PROXY.format(mode)}}


def by_hand() -> list[Manifest]:
    """A cluster that was configured without genlb: other names, filters, timers."""
    calico, metallb = "projectcalico.org/v3", "metallb.io/v1beta1"
    return [
        an_object("v1", "Namespace", "kube-system", uid=UID),
        an_object("v1", "Node", "n1", annotations={"projectcalico.org/IPv4Address": "10.20.1.11/24"})
        | {"status": {"nodeInfo": {"kubeletVersion": "v1.35.2"}}},
        an_object(calico, "IPPool", "default-ipv4-ippool", spec={"cidr": "10.244.0.0/16"}),
        an_object("networking.k8s.io/v1", "ServiceCIDR", "kubernetes", spec={"cidrs": ["10.96.0.0/16"]}),
        an_object(calico, "ClusterInformation", "default", spec={"calicoVersion": "v3.32.1"}),
        an_object(
            calico,
            "BGPConfiguration",
            "default",
            spec={
                "asNumber": 64600,
                "nodeToNodeMeshEnabled": False,
                "logSeverityScreen": "Info",
                "serviceLoadBalancerAggregation": "Enabled",
                "listenPort": 1179,
                "serviceLoadBalancerIPs": [{"cidr": "10.208.2.0/24"}, {"cidr": "10.208.1.0/24"}],
            },
        ),
        an_object(
            calico,
            "BGPPeer",
            "rack1-leaf.a",
            spec={"peerIP": "10.20.1.2", "asNumber": 65101, "keepaliveTime": "10s", "filters": ["acme-import"]},
        ),
        an_object(calico, "BGPPeer", "rack1-leaf.b", spec={"peerIP": "10.20.1.3", "asNumber": 65101}),
        an_object(calico, "BGPFilter", "acme-import", spec={"importV4": [{"action": "Accept"}]}),
        # Both flags are what the API server fills in.
        *(
            an_object(
                metallb,
                "IPAddressPool",
                pool,
                "metallb-system",
                spec={"addresses": [cidr], "autoAssign": True, "avoidBuggyIPs": False},
            )
            for pool, cidr in (("web", "10.208.1.0/24"), ("dns", "10.208.2.0/24"))
        ),
        an_object(
            "apps/v1",
            "Deployment",
            "controller",
            "metallb-system",
            spec={
                "template": {
                    "spec": {"containers": [{"name": "c", "image": "registry.example.com/metallb/controller:v0.16.1"}]}
                }
            },
        ),
        kube_proxy("ipvs"),
    ]


def an_object(api_version: str, kind: str, name: str, namespace: str = "", **rest: Any) -> Manifest:
    """One object; ``annotations`` and ``uid`` go into its metadata."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    metadata |= {key: rest.pop(key) for key in ("annotations", "uid") if key in rest}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def dump(path: Path, objects: list[Manifest]) -> str:
    """A file as ``kubectl get -o json`` writes it."""
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}), encoding="utf-8")
    return str(path)
