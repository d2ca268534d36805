"""Which requests drift needs: lists where the set matters, single objects by name where a list would be large.

At most 25 for a cluster of this repository, whatever it holds. Where a list has a selector, an object that lost its
labels is not in it; `follow_ups` asks for such objects by name, which is nothing in a cluster that is in step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB, RBAC, Served, identity_group, served
from genlb.drift.model import Desired, Live, Read
from genlb.manifest import Manifest, ResourceKey
from genlb.spec.model import Cluster, Engine

OURS = "app.kubernetes.io/managed-by=genlb"
"""The selector of what genlb rendered."""

NAMESPACE = "genlb-system"
KUBE_SYSTEM = "kube-system"

_NEVER_LISTED = frozenset({"ConfigMap", "Secret"})
_FEW = 8


class _Wish(NamedTuple):
    api: str
    kind: str
    namespace: str = ""
    name: str = ""
    selector: str = ""
    optional: bool = False

    def read(self) -> Read:
        known = served(self.api, self.kind, namespaced=bool(self.namespace))
        return Read(known.apis, self.kind, known.plural, self.namespace, self.name, self.selector, self.optional)


def reads_for(desired: Desired, cluster: Cluster | None, *, nodes: bool = False) -> tuple[Read, ...]:
    """The requests that answer everything `compare` asks, in a fixed order; without a cluster, what is desired alone.

    ``nodes`` adds what the daemons report of their nodes.
    """
    wishes = () if cluster is None else (*_of_cluster(cluster), *(_of_nodes() if nodes else ()))
    reads = [wish.read() for wish in wishes]
    rest = {
        key: wanted.manifest for key, wanted in desired.objects.items() if not any(_has(read, key) for read in reads)
    }
    return (*reads, *_of_objects(rest))


def follow_ups(reads: Sequence[Read], desired: Desired, live: Live) -> tuple[Read, ...]:
    """Desired objects that a list with a selector did not hold, each by its name: they may have lost their labels."""
    selective = [read for read in reads if read.selector]
    return tuple(
        _by_name(key, wanted.manifest)
        for key, wanted in sorted(desired.objects.items())
        if key not in live.objects and not live.covers(key) and any(_has(read, key) for read in selective)
    )


def kind_of(read: Read) -> tuple[str, str]:
    """Group and kind by which the objects are known."""
    return identity_group(read.apis[0].rpartition("/")[0]), read.kind


def _of_cluster(cluster: Cluster) -> Iterator[_Wish]:
    metallb = cluster.spec.namespaces.metallb
    for kind in ("BGPConfiguration", "BGPPeer", "BGPFilter", "IPPool"):
        yield _Wish(f"{CALICO}/v3", kind)
    yield _Wish(f"{METALLB}/v1beta1", "IPAddressPool", metallb)
    for kind in ("BGPAdvertisement", "L2Advertisement"):
        yield _Wish(f"{METALLB}/v1beta1", kind, metallb, optional=True)
    yield _Wish(f"{METALLB}/v1beta2", "BGPPeer", metallb, optional=True)
    # Ours, kube-proxy, MetalLB's speaker, and calico-node, whose image tells Calico's version: a dozen objects.
    yield _Wish("apps/v1", "DaemonSet")
    yield _Wish("apps/v1", "Deployment", metallb)
    yield _Wish("v1", "Namespace", name=NAMESPACE)
    yield _Wish("v1", "ConfigMap", KUBE_SYSTEM, "kube-proxy")
    yield _Wish("v1", "ConfigMap", NAMESPACE, "genlb-sysctl")
    yield _Wish("v1", "ConfigMap", NAMESPACE, "genlb-vip")
    yield _Wish("v1", "Service")
    yield _Wish("v1", "ServiceAccount", selector=OURS)
    for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"):
        yield _Wish(f"{RBAC}/v1", kind, selector=OURS)
    yield from _of_gitops(cluster)


def _of_gitops(cluster: Cluster) -> Iterator[_Wish]:
    gitops = cluster.spec.gitops
    if gitops.engine is Engine.ARGO_CD:
        yield _Wish(f"{ARGO}/v1alpha1", "Application", gitops.argocd.namespace, selector=OURS, optional=True)
    elif gitops.engine is Engine.FLUX:
        yield _Wish(f"{FLUX}/v1", "Kustomization", gitops.flux.namespace, selector=OURS, optional=True)


def _of_nodes() -> Iterator[_Wish]:
    yield _Wish("v1", "Node")
    yield _Wish("coordination.k8s.io/v1", "Lease", NAMESPACE)


def _of_objects(objects: dict[ResourceKey, Manifest]) -> Iterator[Read]:
    """One list where there are several of a kind in a namespace, else each by its name."""
    count = Counter((key.group, key.kind, key.namespace) for key in objects)
    listed = set()
    for key in sorted(objects):
        group = (key.group, key.kind, key.namespace)
        if count[group] == 1 or (key.kind in _NEVER_LISTED and count[group] <= _FEW):
            yield _by_name(key, objects[key])
        elif group not in listed:
            listed.add(group)
            yield _by_name(key, objects[key])._replace(name="")


def _by_name(key: ResourceKey, manifest: Manifest) -> Read:
    known: Served = served(manifest["apiVersion"], key.kind, namespaced=bool(key.namespace))
    return Read(known.apis, key.kind, known.plural, key.namespace, key.name)


def _has(read: Read, key: ResourceKey) -> bool:
    """Whether the answer to ``read`` would hold the object, if it is there and has our labels."""
    return (
        kind_of(read) == (key.group, key.kind)
        and read.namespace in {"", key.namespace}
        and read.name in {"", key.name}
        and not (read.name and read.namespace != key.namespace)
    )
