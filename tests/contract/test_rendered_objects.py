"""Every custom resource that genlb renders is taken by its own object files and by the real CRDs, to the last field."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.object_files import REPOSITORY, object_files
from tests.contract.verdict import group_kind, refusals_by_ours, refusals_by_real

CLUSTERS = REPOSITORY / "clusters"


def custom_resources() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What is rendered and no kind of Kubernetes itself: the path below ``clusters/`` and the object."""
    for path in sorted(CLUSTERS.glob("*/rendered/**/*.yaml")):
        manifest = read(path)
        # metallb-values.yaml is no manifest; kinds of Kubernetes itself are judged by a real API server elsewhere.
        if "kind" in manifest and is_custom(group_kind(manifest).group):
            yield path.relative_to(CLUSTERS).as_posix(), manifest


def read(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def is_custom(group: str) -> bool:
    return "." in group and not group.endswith(".k8s.io")


RENDERED = dict(custom_resources())


@pytest.mark.parametrize("unit", ["routing", "advertise", "gitops"])
def test_the_examples_render_custom_resources_in_every_unit(unit: str) -> None:
    assert [path for path in RENDERED if path.split("/")[2] == unit] != []


@pytest.mark.parametrize("path", RENDERED)
def test_every_rendered_kind_has_an_object_file(path: str) -> None:
    assert group_kind(RENDERED[path]) in object_files()


@pytest.mark.parametrize("path", RENDERED)
def test_our_object_file_takes_what_is_rendered(path: str) -> None:
    product = object_files()[group_kind(RENDERED[path])]["product"]

    assert refusals_by_ours(RENDERED[path], release_of(path.split("/", 1)[0], product)) == []


@pytest.mark.usefixtures("real_crds")
@pytest.mark.parametrize("path", RENDERED)
def test_the_real_crd_takes_what_is_rendered(path: str) -> None:
    assert refusals_by_real(RENDERED[path]) == []


def release_of(cluster: str, product: str) -> tuple[int, ...] | None:
    """The release that the cluster's spec names for ``product``; none for a product that a spec does not know."""
    release = versions(cluster).get(product)
    return tuple(map(int, release.split("."))) if release else None


@functools.cache
def versions(cluster: str) -> Mapping[str, str]:
    """``spec.versions`` after FleetDefaults, profiles and the cluster's own file."""
    spec = read(CLUSTERS / cluster / "cluster.yaml")["spec"]
    profiles = [CLUSTERS / "_profiles" / f"{profile}.yaml" for profile in spec.get("profiles", ())]
    layers = [read(path) for path in (CLUSTERS / "_defaults.yaml", *profiles) if path.exists()]
    found: dict[str, str] = {}
    for layer in [*(layer.get("spec", {}) for layer in layers), spec]:
        found |= layer.get("versions", {})
    return found


BGP_CONFIGURATION = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "BGPConfiguration",
    "metadata": {"name": "default", "labels": {"app.kubernetes.io/managed-by": "genlb"}},
    "spec": {
        "asNumber": 64600,
        "nodeToNodeMeshEnabled": False,
        "serviceLoadBalancerAggregation": "Enabled",
        "serviceLoadBalancerIPs": [{"cidr": "10.208.1.0/24"}, {"cidr": "fd00:10:208:1::/112"}],
        "communities": [{"name": "public", "value": "65001:100"}],
        "prefixAdvertisements": [{"cidr": "10.208.1.0/24", "communities": ["public"]}],
        "ignoredInterfaces": ["dummy-genlb"],
        "listenPort": 179,
        "logSeverityScreen": "Info",
    },
}
BGP_PEER = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "BGPPeer",
    "metadata": {"name": "genlb-r1-tor-a-v4"},
    "spec": {
        "nodeSelector": "all()",
        "peerIP": "10.20.1.2",
        "asNumber": 65101,
        "localASNumber": 64601,
        "filters": ["genlb-no-reexport"],
        "password": {"secretKeyRef": {"name": "bgp-secrets", "key": "tor-password"}},
        "maxRestartTime": "2m0s",
    },
}
BGP_FILTER = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "BGPFilter",
    "metadata": {"name": "genlb-no-reexport"},
    "spec": {
        "exportV4": [{"action": "Reject", "cidr": "10.208.1.0/24", "matchOperator": "In", "source": "RemotePeers"}],
        "exportV6": [{"action": "Reject", "cidr": "fd00::/112", "matchOperator": "In", "source": "RemotePeers"}],
    },
}
IP_ADDRESS_POOL = {
    "apiVersion": "metallb.io/v1beta1",
    "kind": "IPAddressPool",
    "metadata": {"name": "public", "namespace": "metallb-system"},
    "spec": {
        "addresses": ["10.208.1.0/24", "10.208.3.32-10.208.3.39"],
        "autoAssign": False,
        "serviceAllocation": {"priority": 10, "namespaceSelectors": [{"matchLabels": {"team": "dns"}}]},
    },
}
APPLICATION = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {"name": "genlb-fra1-prod-routing", "namespace": "argocd"},
    "spec": {
        "project": "default",
        "destination": {"name": "fra1-prod"},
        "source": {"repoURL": "https://git.example.com/lb.git", "targetRevision": "main", "path": "clusters/fra1-prod"},
        "syncPolicy": {"retry": {"limit": 10, "backoff": {"duration": "10s", "factor": 2}}, "syncOptions": ["A=true"]},
    },
}
KUSTOMIZATION = {
    "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
    "kind": "Kustomization",
    "metadata": {"name": "genlb-routing", "namespace": "flux-system"},
    "spec": {
        "interval": "1h",
        "prune": True,
        "path": "./clusters/fra1-prod/rendered/routing",
        "deletionPolicy": "Orphan",
        "dependsOn": [{"name": "genlb-node"}],
        "sourceRef": {"kind": "GitRepository", "name": "lb"},
    },
}
GIT_REPOSITORY = {
    "apiVersion": "source.toolkit.fluxcd.io/v1",
    "kind": "GitRepository",
    "metadata": {"name": "genlb", "namespace": "flux-system"},
    "spec": {"interval": "5m0s", "url": "https://git.example.com/lb.git", "ref": {"branch": "main"}},
}
SAMPLES = {
    sample["kind"]: sample
    for sample in (BGP_CONFIGURATION, BGP_PEER, BGP_FILTER, IP_ADDRESS_POOL, APPLICATION, KUSTOMIZATION, GIT_REPOSITORY)
}

# kind, JSON merge patch, what it is: none of them may pass either judge.
MISTAKES: list[tuple[str, Mapping[str, Any], str]] = [
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerIP": [{"cidr": "10.0.0.0/24"}]}}, "misspelt field"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerIPs": [{"cird": "10.0.0.0/24"}]}}, "misspelt field in a list"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerIPs": [{"cidr": "10.0.0.1"}]}}, "an address, no CIDR"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerIPs": [{"cidr": "10.0.0.0/255.0.0.0"}]}}, "a netmask"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerIPs": ["10.0.0.0/24"]}}, "a string for an object"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerIPs": {"cidr": "10.0.0.0/24"}}}, "an object for a list"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerAggregation": "enabled"}}, "wrong enum"),
    ("BGPConfiguration", {"spec": {"serviceLoadBalancerAggregation": True}}, "bool for enum"),
    ("BGPConfiguration", {"spec": {"nodeToNodeMeshEnabled": "false"}}, "string for bool"),
    ("BGPConfiguration", {"spec": {"asNumber": "64600"}}, "string for number"),
    ("BGPConfiguration", {"spec": {"asNumber": 4200000000}}, "beyond int32"),
    ("BGPConfiguration", {"spec": {"listenPort": 0}}, "below the minimum"),
    ("BGPConfiguration", {"spec": {"logSeverityScreen": "Verbose"}}, "pattern"),
    ("BGPConfiguration", {"spec": {"logSeverityScreen": "Info\n"}}, "pattern and a newline"),
    ("BGPConfiguration", {"spec": {"communities": [{"name": "p", "value": "65001"}]}}, "no community"),
    ("BGPConfiguration", {"spec": {"ignoredInterfaces": ["a", "a"]}}, "twice in a set"),
    ("BGPConfiguration", {"spec": {"nodeMeshMaxRestartTime": "2m0s"}}, "mesh timer without mesh"),
    ("BGPConfiguration", {"spec": None}, "no spec"),
    ("BGPConfiguration", {"status": {}}, "no status there"),
    ("BGPConfiguration", {"metadata": {"namespace": "calico-system"}}, "namespace of a cluster-scoped object"),
    ("BGPConfiguration", {"metadata": {"labels": {"genlb.io/wave": 2}}}, "number for a label"),
    ("BGPConfiguration", {"metadata": {"annotation": {}}}, "misspelt metadata"),
    ("BGPConfiguration", {"metadata": {"name": None}}, "no name"),
    ("BGPPeer", {"spec": {"asNumber": 65101.5}}, "fraction for integer"),
    ("BGPPeer", {"spec": {"password": {"secretKeyRef": {"key": None}}}}, "missing required, nested"),
    ("BGPPeer", {"spec": {"password": {"secretKeyRef": {"keys": "tor"}}}}, "misspelt, nested"),
    ("BGPPeer", {"spec": {"password": "secret"}}, "string for object"),
    ("BGPPeer", {"spec": {"nextHopMode": "self"}}, "wrong enum"),
    ("BGPPeer", {"spec": {"reversePeering": "On"}}, "wrong enum said twice upstream"),
    ("BGPPeer", {"spec": {"filters": "genlb-no-reexport"}}, "string for list"),
    ("BGPPeer", {"spec": {"peerIP": "x" * 65}}, "too long"),
    ("BGPPeer", {"spec": {"node": "worker-1"}}, "node beside nodeSelector"),
    ("BGPPeer", {"spec": {"peerSelector": "all()"}}, "peerSelector beside peerIP"),
    ("BGPPeer", {"spec": {"peerIP": None, "peerSelector": "all()"}}, "peerSelector with an AS number"),
    ("BGPFilter", {"spec": {"exportV4": [{"cidr": "10.0.0.0/8", "matchOperator": "In"}]}}, "no action"),
    ("BGPFilter", {"spec": {"exportV4": [{"action": "Reject", "cidr": "10.0.0.0/8"}]}}, "cidr without operator"),
    ("BGPFilter", {"spec": {"exportV4": [{"action": "Reject", "source": "remotePeers"}]}}, "wrong enum"),
    ("BGPFilter", {"spec": {"exportV4": [{"action": "Accept", "operations": []}]}}, "too few"),
    ("BGPFilter", {"spec": {"exportV4": [{"action": "Accept", "communities": {"values": ["70000:1"]}}]}}, "pattern"),
    ("BGPFilter", {"spec": {"exportV4": [{"action": "Accept", "prefixLength": {"min": 8}}]}}, "length without cidr"),
    ("IPAddressPool", {"spec": {"addresses": None}}, "missing required"),
    ("IPAddressPool", {"spec": {"addresses": [10]}}, "number for string"),
    ("IPAddressPool", {"spec": {"autoAssign": "no"}}, "string for bool"),
    ("IPAddressPool", {"spec": {"serviceAllocation": {"prioritty": 1}}}, "misspelt, nested"),
    (
        "IPAddressPool",
        {"spec": {"serviceAllocation": {"serviceSelectors": [{"matchLabels": {"tier": 1}}]}}},
        "number in a map of strings",
    ),
    (
        "IPAddressPool",
        {"specs": {}},
        "misspelt at the top",
    ),
    ("Application", {"spec": {"project": None}}, "missing required"),
    ("Application", {"spec": {"source": {"targetRevison": "main"}}}, "misspelt, nested"),
    ("Application", {"spec": {"syncPolicy": {"retry": {"limit": "10"}}}}, "string for number"),
    ("Application", {"spec": {"syncPolicy": {"retry": {"backoff": {"factor": 2.5}}}}}, "fraction for integer"),
    ("Application", {"spec": {"ignoreDifferences": [{"group": "metallb.io"}]}}, "missing required in a list"),
    ("Kustomization", {"spec": {"interval": "1 hour"}}, "pattern"),
    ("Kustomization", {"spec": {"deletionPolicy": "Keep"}}, "wrong enum"),
    ("Kustomization", {"spec": {"dependsOn": ["genlb-node"]}}, "string for object"),
    ("Kustomization", {"spec": {"sourceRef": {"kind": "Git"}}}, "wrong enum, nested"),
    ("Kustomization", {"spec": {"kubeConfig": {}}}, "neither of two"),
    ("Kustomization", {"spec": {"prune": None}}, "missing required"),
    ("GitRepository", {"spec": {"url": "git.example.com/lb.git"}}, "pattern"),
    ("GitRepository", {"spec": {"ref": {"brnch": "main"}}}, "misspelt, nested"),
    ("GitRepository", {"spec": {"interval": None}}, "missing required"),
]
IDS = [f"{kind}: {what}" for kind, _, what in MISTAKES]


@pytest.mark.parametrize("kind", SAMPLES)
def test_our_object_file_takes_a_sound_object(kind: str) -> None:
    assert refusals_by_ours(SAMPLES[kind]) == []


@pytest.mark.usefixtures("real_crds")
@pytest.mark.parametrize("kind", SAMPLES)
def test_the_real_crd_takes_a_sound_object(kind: str) -> None:
    assert refusals_by_real(SAMPLES[kind]) == []


@pytest.mark.parametrize(("kind", "mistake"), [entry[:2] for entry in MISTAKES], ids=IDS)
def test_our_object_file_refuses_a_mistake(kind: str, mistake: Mapping[str, Any]) -> None:
    assert refusals_by_ours(merged(SAMPLES[kind], mistake)) != []


@pytest.mark.usefixtures("real_crds")
@pytest.mark.parametrize(("kind", "mistake"), [entry[:2] for entry in MISTAKES], ids=IDS)
def test_the_real_crd_refuses_a_mistake(kind: str, mistake: Mapping[str, Any]) -> None:
    assert refusals_by_real(merged(SAMPLES[kind], mistake)) != []


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [
        ("BGPConfiguration", (3, 30, 9), (3, 31, 0)),
        ("BGPPeer", (3, 30, 9), (3, 31, 0)),
        ("BGPFilter", (3, 26, 9), (3, 27, 0)),
    ],
)
def test_a_field_is_refused_for_a_release_that_lacks_it(
    kind: str, older: tuple[int, ...], newer: tuple[int, ...]
) -> None:
    assert refusals_by_ours(SAMPLES[kind], older) != []
    assert refusals_by_ours(SAMPLES[kind], newer) == []


def merged(manifest: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """RFC 7396, small: maps merge, null removes, everything else replaces."""
    out = copy.deepcopy(dict(manifest))
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        else:
            out[key] = value
    return out
