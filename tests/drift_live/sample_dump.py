"""Makes the dump that the documentation and ``make demo`` show: ``python -m tests.drift_live.sample_dump > FILE``.

A real API server holds what ``clusters/fra1-prod`` renders; then people and programs do to it what they do to clusters,
and kubectl writes down what there is.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.apiserver.rendered import objects
from tests.apiserver.surroundings import prepare
from tests.kube import crds
from tests.kube.assets import asset
from tests.kube.client import MERGE_PATCH, Client, Object
from tests.kube.control_plane import ControlPlane

CLUSTER = "fra1-prod"

# Each is one kubectl command: what is dumped, and from where.
DUMPED = (
    ("bgpconfigurations.v3.projectcalico.org",),
    ("bgpfilters.v3.projectcalico.org",),
    ("bgppeers.v3.projectcalico.org",),
    ("ippools.v3.projectcalico.org",),
    ("ipaddresspools,l2advertisements,bgpadvertisements", "-A"),
    ("daemonsets,deployments", "-A"),
    ("services", "-n", "shop"),
    ("namespace", "genlb-system"),
    ("configmap", "kube-proxy", "-n", "kube-system"),
    ("configmap", "genlb-sysctl", "-n", "genlb-system"),
    ("configmap", "genlb-vip", "-n", "genlb-system"),
    ("serviceaccounts,roles,rolebindings", "-A", "-l", "app.kubernetes.io/managed-by=genlb"),
    ("clusterroles,clusterrolebindings", "-l", "app.kubernetes.io/managed-by=genlb"),
)


def main() -> None:
    """Write the dump to stdout."""
    with tempfile.TemporaryDirectory() as folder, ControlPlane(Path(folder), definitions=crds.best()) as plane:
        _fill(plane.client)
        _drift(plane.client)
        kubectl = [str(asset("kubectl")), "--kubeconfig", str(plane.kubeconfig)]
        for what in DUMPED:
            got = subprocess.run(
                [*kubectl, "get", *what, "--show-managed-fields", "-o", "yaml"],
                check=True,
                capture_output=True,
                text=True,
            )
            sys.stdout.write(f"---\n{got.stdout}")


def _fill(api: Client) -> None:
    """A cluster in step, with Calico, MetalLB and a Service."""
    prepare(api, CLUSTER)
    for manifest in objects(CLUSTER, "node", "routing", "advertise"):
        api.apply(manifest, manager="argocd-controller", force=True)
    api.create(
        _workload("DaemonSet", "calico-node", "calico-system", "registry.example.com/calico/node:v3.32.1"),
        manager="operator",
    )
    api.create(
        _workload("Deployment", "controller", "metallb-system", "registry.example.com/metallb/controller:v0.16.1"),
        manager="helm",
    )
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"name": "https", "port": 443}]},
    }
    api.create(service, manager="argocd-controller")
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "10.208.1.17", "ipMode": "VIP"}]}}}
    api.patch(service, status, content_type=MERGE_PATCH, subresource="status")


def _drift(api: Client) -> None:
    """What people and programs did since then."""
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in objects(CLUSTER)}
    # Somebody looked for the reason of an outage and left a trace.
    _edit(api, by_name["BGPConfiguration", "default"], {"spec": {"nodeToNodeMeshEnabled": True}}, "kubectl-edit")
    # A dashboard saves more than one field.
    _edit(api, by_name["IPAddressPool", "public"], {"spec": {"autoAssign": True}}, "Mozilla")
    # An upgrade wrote the configuration anew.
    proxy = api.get("v1", "ConfigMap", "kube-proxy", "kube-system")
    config = proxy["data"]["config.conf"].replace("strictARP: true", "strictARP: false")
    _edit(api, by_name["ConfigMap", "kube-proxy"], {"data": {"config.conf": config}}, "kubeadm")
    # A router was replaced, and its session taken away by hand.
    api.delete(by_name["BGPPeer", "genlb-r2-tor-b-v6"])
    # Advice from the internet.
    advertisement = {"name": "default", "namespace": "metallb-system"}
    api.create(
        {"apiVersion": "metallb.io/v1beta1", "kind": "L2Advertisement", "metadata": advertisement},
        manager="kubectl-create",
    )


def _edit(api: Client, manifest: Object, patch: Object, manager: str) -> None:
    metadata = manifest["metadata"]
    path = api.resource(manifest["apiVersion"], manifest["kind"]).path(metadata.get("namespace"), metadata["name"])
    api.request("PATCH", path, patch, query={"fieldManager": manager}, content_type=MERGE_PATCH)


def _workload(kind: str, name: str, namespace: str, image: str) -> Object:
    labels = {"k8s-app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name, "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": pod},
    }


if __name__ == "__main__":
    main()
