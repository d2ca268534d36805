"""What a cluster holds before genlb comes: namespaces of Calico, MetalLB and the GitOps engines, kubeadm's kube-proxy.

Written from what kubeadm's documentation and field reports show of its objects; only what others rely on is there.
"""

from __future__ import annotations

from pathlib import Path

from tests.apiserver.rendered import FOLDER
from tests.kube.client import Client, Object

NAMESPACES = ("argocd", "calico-system", "dns-system", "flux-system", "metallb-system")
KUBEADM = "kubeadm"
"""The field manager of kubeadm, which creates and updates; it never applies."""

HASH = "kubeadm.kubernetes.io/component-config.hash"


def prepare(api: Client, cluster: str = "") -> None:
    """Make the namespaces, and what kubeadm makes of kube-proxy, configured as the base of ``cluster`` says."""
    for name in NAMESPACES:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    base = FOLDER / cluster / "kube-proxy.base.yaml"
    if cluster and base.exists():
        for manifest in (config_map(base), daemon_set()):
            api.create(manifest, manager=KUBEADM)


def config_map(base: Path) -> Object:
    """The ConfigMap ``kube-system/kube-proxy`` of kubeadm."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "kube-proxy",
            "namespace": "kube-system",
            "labels": {"app": "kube-proxy"},
            "annotations": {HASH: "sha256:0000"},
        },
        "data": {"config.conf": base.read_text(), "kubeconfig.conf": "apiVersion: v1\nkind: Config\n"},
    }


def daemon_set() -> Object:
    """The DaemonSet ``kube-system/kube-proxy`` of kubeadm."""
    labels = {"k8s-app": "kube-proxy"}
    container = {
        "name": "kube-proxy",
        "image": "registry.example.com/kube-proxy:v1.37.2",
        "command": [
            "/usr/local/bin/kube-proxy",
            "--config=/var/lib/kube-proxy/config.conf",
            "--hostname-override=$(NODE_NAME)",
        ],
        "env": [{"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "securityContext": {"privileged": True},
        "volumeMounts": [{"name": "kube-proxy", "mountPath": "/var/lib/kube-proxy"}],
    }
    pod = {
        "containers": [container],
        "hostNetwork": True,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "priorityClassName": "system-node-critical",
        "tolerations": [{"operator": "Exists"}],
        "volumes": [{"name": "kube-proxy", "configMap": {"name": "kube-proxy"}}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system", "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
