"""The address plan, the releases and the identity of a live cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_interface
from typing import Any

from genlb.drift.adoption_sight import Gap, Note, Part, Sight, networks
from genlb.drift.within import inside, mapping, maps, name_of, text, texts
from genlb.errors import InvalidInput
from genlb.manifest import Manifest
from genlb.spec.model import UUID
from genlb.spec.values import Network
from genlb.yamltext.go import load

_KUBE_SYSTEM = "kube-system"
_RELEASE = re.compile(r"v?([0-9]+\.[0-9]+\.[0-9]+)")
_ON_NODES = ("projectcalico.org/IPv4Address", "projectcalico.org/IPv6Address")


def adopt_identity(sight: Sight, *, name: str, context: str) -> Part:
    """``access``: by which context the cluster is reached, and the uid by which it is known."""
    access: dict[str, Any] = {"context": context} if context and context != name else {}
    uid = text(sight.one("", "Namespace", _KUBE_SYSTEM), "metadata", "uid")
    if re.fullmatch(UUID, uid):
        return Part({"access": access | {"uid": uid}})
    note = Note(
        Gap.UNKNOWN, "access.uid", "the uid of namespace kube-system: genlb cannot tell this cluster from another"
    )
    return Part({"access": access} if access else {}, (note,))


def adopt_versions(sight: Sight) -> Part:
    """``versions``: as the cluster tells them itself, else as its images are tagged."""
    told = sight.live.versions
    found = {
        "kubernetes": _release(told.kubernetes) or _oldest(_kubelets(sight)),
        "calico": _release(told.calico) or _oldest(_calicos(sight)),
        "metallb": _release(told.metallb) or _oldest(_metallbs(sight)),
    }
    notes = tuple(
        Note(Gap.UNKNOWN, f"versions.{component}", "the release that runs: nothing that was read tells it")
        for component, version in found.items()
        if not version
    )
    return Part({"versions": {component: version for component, version in found.items() if version}}, notes)


def adopt_network(sight: Sight) -> Part:
    """``network``: CIDRs of pods, Services and nodes, each from whoever knows it best."""
    kubeadm = _kubeadm(sight)
    found = {
        "podCIDRs": _ip_pools(sight) or networks(text(kubeadm, "networking", "podSubnet").split(",")),
        "serviceCIDRs": _service_cidrs(sight) or networks(text(kubeadm, "networking", "serviceSubnet").split(",")),
        "nodeCIDRs": _node_cidrs(sight),
    }
    notes = [Note(Gap.UNKNOWN, f"network.{field}", _WHERE[field]) for field, cidrs in found.items() if not cidrs]
    if found["nodeCIDRs"]:
        notes.append(Note(Gap.ASSUMED, "network.nodeCIDRs", "the subnets of the nodes as Calico detected them"))
    return Part(
        {"network": {field: [str(cidr) for cidr in cidrs] for field, cidrs in found.items() if cidrs}}, tuple(notes)
    )


_WHERE = {
    "podCIDRs": "the CIDRs of the pods: neither Calico's IPPools nor kubeadm-config tell them",
    "serviceCIDRs": "the CIDRs of the Services (--service-cluster-ip-range of the API server)",
    "nodeCIDRs": "the subnets of the nodes, which decide what is on-link: the Nodes have no annotation of Calico's",
}


def _ip_pools(sight: Sight) -> tuple[Network, ...]:
    """The pools from which pods get addresses."""
    pools = (mapping(pool, "spec") for pool in sight.calico("IPPool"))
    usable = (pool for pool in pools if pool.get("disabled") is not True and _is_for_pods(texts(pool, "allowedUses")))
    return networks(text(pool, "cidr") for pool in usable)


def _is_for_pods(uses: list[str]) -> bool:
    return not uses or "Workload" in uses


def _service_cidrs(sight: Sight) -> tuple[Network, ...]:
    """What Kubernetes 1.33 and later keep as objects."""
    return networks(
        cidr for item in sight.all("networking.k8s.io", "ServiceCIDR") for cidr in texts(item, "spec", "cidrs")
    )


def _node_cidrs(sight: Sight) -> tuple[Network, ...]:
    """The subnets in which Calico found the addresses of the nodes; one without a length tells nothing."""
    found: dict[str, None] = {}
    for node in sight.all("", "Node"):
        for annotation in _ON_NODES:
            try:
                network = ip_interface(text(node, "metadata", "annotations", annotation)).network
            except ValueError:
                continue
            if network.prefixlen < network.max_prefixlen:
                found[str(network)] = None
    return networks(sorted(found))


def _kubeadm(sight: Sight) -> Any:
    """Kubeadm's ClusterConfiguration."""
    written = text(sight.one("", "ConfigMap", "kubeadm-config", _KUBE_SYSTEM), "data", "ClusterConfiguration")
    try:
        return load(written.encode("utf-8", "replace"), "kubeadm-config") if written else {}
    except InvalidInput:
        return {}


def _kubelets(sight: Sight) -> Iterator[str]:
    return (text(node, "status", "nodeInfo", "kubeletVersion") for node in sight.all("", "Node"))


def _calicos(sight: Sight) -> Iterator[str]:
    yield from (text(one, "spec", "calicoVersion") for one in sight.calico("ClusterInformation"))
    yield from _images(one for one in sight.all("apps", "DaemonSet") if name_of(one) == "calico-node")


def _metallbs(sight: Sight) -> Iterator[str]:
    workloads = [*sight.all("apps", "Deployment"), *sight.all("apps", "DaemonSet")]
    yield from (image for image in _images(workloads) if "metallb" in image)


def _images(workloads: Iterable[Manifest]) -> Iterator[str]:
    for workload in workloads:
        for container in maps(inside(workload, "spec", "template", "spec"), "containers"):
            yield text(container, "image").partition("@")[0]


def _release(written: str) -> str:
    found = _RELEASE.search(written.rpartition(":")[2] if "/" in written else written)
    return found[1] if found else ""


def _oldest(written: Iterable[str]) -> str:
    """The lowest release: what runs on every node can be relied on, what runs on one cannot."""
    found = {release for one in written if (release := _release(one))}
    return min(found, key=lambda release: tuple(map(int, release.split("."))), default="")
