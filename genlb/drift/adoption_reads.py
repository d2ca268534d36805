"""What has to be read of a cluster to make a spec of it: some twenty requests, lists where the set matters."""

from __future__ import annotations

from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB, RBAC, served
from genlb.drift.model import Read
from genlb.drift.reads import NAMESPACE, OURS

_KUBE_SYSTEM = "kube-system"
_ALL_NAMESPACES = ""
_METALLB = "metallb-system"

_CLUSTER_WIDE = (
    *((f"{CALICO}/v3", kind) for kind in ("BGPConfiguration", "BGPPeer", "BGPFilter", "IPPool")),
    ("v1", "Node"),
)
_CLUSTER_WIDE_OPTIONAL = (
    (f"{CALICO}/v3", "FelixConfiguration"),
    (f"{CALICO}/v3", "ClusterInformation"),
    ("networking.k8s.io/v1", "ServiceCIDR"),
)
_IN_NAMESPACES = ((f"{METALLB}/v1beta1", "IPAddressPool"), ("apps/v1", "DaemonSet"))
_IN_NAMESPACES_OPTIONAL = (
    (f"{METALLB}/v1beta1", "BGPAdvertisement"),
    (f"{METALLB}/v1beta1", "L2Advertisement"),
    (f"{METALLB}/v1beta2", "BGPPeer"),
)
_OURS = (
    ("v1", "ServiceAccount", True),
    *((f"{RBAC}/v1", kind, True) for kind in ("Role", "RoleBinding")),
    *((f"{RBAC}/v1", kind, False) for kind in ("ClusterRole", "ClusterRoleBinding")),
    (f"{ARGO}/v1alpha1", "Application", True),
    (f"{FLUX}/v1", "Kustomization", True),
    ("source.toolkit.fluxcd.io/v1", "GitRepository", True),
)
_CONFIG_MAPS = (
    (_KUBE_SYSTEM, "kube-proxy", False),
    (_KUBE_SYSTEM, "kubeadm-config", True),
    (NAMESPACE, "genlb-sysctl", False),
    (NAMESPACE, "genlb-vip", False),
)


def adoption_reads() -> tuple[Read, ...]:
    """The requests, in a fixed order."""
    return (
        *(_list(api, kind, namespaced=False) for api, kind in _CLUSTER_WIDE),
        *(_list(api, kind, namespaced=False, optional=True) for api, kind in _CLUSTER_WIDE_OPTIONAL),
        *(_list(api, kind) for api, kind in _IN_NAMESPACES),
        *(_list(api, kind, optional=True) for api, kind in _IN_NAMESPACES_OPTIONAL),
        *(_list(api, kind, namespaced=spaced, optional=True)._replace(selector=OURS) for api, kind, spaced in _OURS),
        # The controller's image tells MetalLB's release; all Deployments of a cluster would be too many.
        Read(("apps/v1",), "Deployment", "deployments", _METALLB, optional=True),
        *(Read(("v1",), "Namespace", "namespaces", name=name) for name in (_KUBE_SYSTEM, NAMESPACE)),
        *(
            Read(("v1",), "ConfigMap", "configmaps", namespace, name, optional=optional)
            for namespace, name, optional in _CONFIG_MAPS
        ),
    )


def _list(api: str, kind: str, *, namespaced: bool = True, optional: bool = False) -> Read:
    known = served(api, kind, namespaced=namespaced)
    return Read(known.apis, kind, known.plural, _ALL_NAMESPACES, optional=optional)
