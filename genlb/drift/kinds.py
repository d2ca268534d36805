"""How the kinds that drift looks at are asked for: API versions, plural, and whether they live in a namespace."""

from __future__ import annotations

from typing import NamedTuple

CALICO = "projectcalico.org"
CALICO_STORED = "crd.projectcalico.org"
METALLB = "metallb.io"
RBAC = "rbac.authorization.k8s.io"
ARGO = "argoproj.io"
FLUX = "kustomize.toolkit.fluxcd.io"


class Served(NamedTuple):
    """Where an API server has a kind; of several ``apis`` the first one that it knows is asked."""

    apis: tuple[str, ...]
    plural: str
    namespaced: bool = True


_CALICO_APIS = (f"{CALICO}/v3", f"{CALICO_STORED}/v1")

_CORE = {
    "ConfigMap": "configmaps",
    "Endpoints": "endpoints",
    "LimitRange": "limitranges",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "ReplicationController": "replicationcontrollers",
    "ResourceQuota": "resourcequotas",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
}

KINDS: dict[tuple[str, str], Served] = {
    **{("", kind): Served(("v1",), plural) for kind, plural in _CORE.items()},
    ("", "Namespace"): Served(("v1",), "namespaces", namespaced=False),
    ("", "Node"): Served(("v1",), "nodes", namespaced=False),
    ("", "PersistentVolume"): Served(("v1",), "persistentvolumes", namespaced=False),
    ("apps", "DaemonSet"): Served(("apps/v1",), "daemonsets"),
    ("apps", "Deployment"): Served(("apps/v1",), "deployments"),
    ("apps", "ReplicaSet"): Served(("apps/v1",), "replicasets"),
    ("apps", "StatefulSet"): Served(("apps/v1",), "statefulsets"),
    ("batch", "CronJob"): Served(("batch/v1",), "cronjobs"),
    ("batch", "Job"): Served(("batch/v1",), "jobs"),
    ("autoscaling", "HorizontalPodAutoscaler"): Served(
        ("autoscaling/v2", "autoscaling/v1"), "horizontalpodautoscalers"
    ),
    ("policy", "PodDisruptionBudget"): Served(("policy/v1",), "poddisruptionbudgets"),
    ("networking.k8s.io", "Ingress"): Served(("networking.k8s.io/v1",), "ingresses"),
    ("networking.k8s.io", "IngressClass"): Served(("networking.k8s.io/v1",), "ingressclasses", namespaced=False),
    ("networking.k8s.io", "NetworkPolicy"): Served(("networking.k8s.io/v1",), "networkpolicies"),
    ("coordination.k8s.io", "Lease"): Served(("coordination.k8s.io/v1",), "leases"),
    ("discovery.k8s.io", "EndpointSlice"): Served(("discovery.k8s.io/v1",), "endpointslices"),
    ("scheduling.k8s.io", "PriorityClass"): Served(("scheduling.k8s.io/v1",), "priorityclasses", namespaced=False),
    ("storage.k8s.io", "StorageClass"): Served(("storage.k8s.io/v1",), "storageclasses", namespaced=False),
    (RBAC, "ClusterRole"): Served((f"{RBAC}/v1",), "clusterroles", namespaced=False),
    (RBAC, "ClusterRoleBinding"): Served((f"{RBAC}/v1",), "clusterrolebindings", namespaced=False),
    (RBAC, "Role"): Served((f"{RBAC}/v1",), "roles"),
    (RBAC, "RoleBinding"): Served((f"{RBAC}/v1",), "rolebindings"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Served(
        ("apiextensions.k8s.io/v1",), "customresourcedefinitions", namespaced=False
    ),
    (CALICO, "BGPConfiguration"): Served(_CALICO_APIS, "bgpconfigurations", namespaced=False),
    (CALICO, "BGPFilter"): Served(_CALICO_APIS, "bgpfilters", namespaced=False),
    (CALICO, "BGPPeer"): Served(_CALICO_APIS, "bgppeers", namespaced=False),
    (CALICO, "FelixConfiguration"): Served(_CALICO_APIS, "felixconfigurations", namespaced=False),
    (CALICO, "IPPool"): Served(_CALICO_APIS, "ippools", namespaced=False),
    (CALICO, "IPReservation"): Served(_CALICO_APIS, "ipreservations", namespaced=False),
    (CALICO, "KubeControllersConfiguration"): Served(_CALICO_APIS, "kubecontrollersconfigurations", namespaced=False),
    (METALLB, "BFDProfile"): Served((f"{METALLB}/v1beta1",), "bfdprofiles"),
    (METALLB, "BGPAdvertisement"): Served((f"{METALLB}/v1beta1",), "bgpadvertisements"),
    (METALLB, "BGPPeer"): Served((f"{METALLB}/v1beta2", f"{METALLB}/v1beta1"), "bgppeers"),
    (METALLB, "Community"): Served((f"{METALLB}/v1beta1",), "communities"),
    (METALLB, "IPAddressPool"): Served((f"{METALLB}/v1beta1",), "ipaddresspools"),
    (METALLB, "L2Advertisement"): Served((f"{METALLB}/v1beta1",), "l2advertisements"),
    (ARGO, "Application"): Served((f"{ARGO}/v1alpha1",), "applications"),
    (FLUX, "Kustomization"): Served((f"{FLUX}/v1", f"{FLUX}/v1beta2"), "kustomizations"),
}
"""What genlb renders, what stands beside it in a cluster, and the usual kinds of ``--desired PATH``."""


def identity_group(group: str) -> str:
    """The group by which an object is known: Calico's objects are served under two and are the same ones."""
    return CALICO if group == CALICO_STORED else group


def served(api: str, kind: str, *, namespaced: bool) -> Served:
    """Where ``kind`` of ``api`` (``apps/v1``) is found; for a kind that is not in the table, as English has plurals."""
    group = identity_group(api.rpartition("/")[0])
    known = KINDS.get((group, kind))
    if known is None:
        return Served((api,), _plural(kind.lower()), namespaced)
    return known._replace(apis=tuple(dict.fromkeys((api, *known.apis))) if group != CALICO else known.apis)


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
