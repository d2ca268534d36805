"""Each CEL rule of our object files, as the tests apply it: one spec that keeps it, one that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.cel_rules import RULES, broken_rules
from tests.contract.object_files import GroupKind, object_files
from tests.contract.verdict import openapi_of_ours

CONFIGURATION = GroupKind("projectcalico.org", "BGPConfiguration")
PEER = GroupKind("projectcalico.org", "BGPPeer")
FILTER = GroupKind("projectcalico.org", "BGPFilter")
FELIX = GroupKind("projectcalico.org", "FelixConfiguration")
POOL = GroupKind("projectcalico.org", "IPPool")
ADVERTISEMENT = GroupKind("metallb.io", "BGPAdvertisement")
METALLB_PEER = GroupKind("metallb.io", "BGPPeer")
KUSTOMIZATION = GroupKind("kustomize.toolkit.fluxcd.io", "Kustomization")
REPOSITORY = GroupKind("source.toolkit.fluxcd.io", "GitRepository")

LB_POOL = {"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer"]}
SELECTED: Mapping[str, Any] = {"serviceSelectors": [{}]}
AGGREGATION = "Services that are selected are announced one by one: leave both aggregation lengths at 32 and 128"

# kind, a spec that keeps every rule, one that breaks this rule, our words for it
CASES: list[tuple[GroupKind, Mapping[str, Any], Mapping[str, Any], str]] = [
    (
        CONFIGURATION,
        {"nodeMeshPassword": {}},
        {"nodeMeshPassword": {}, "nodeToNodeMeshEnabled": False},
        "a mesh password needs the node-to-node mesh",
    ),
    (
        CONFIGURATION,
        {"nodeMeshMaxRestartTime": "2m0s", "nodeToNodeMeshEnabled": True},
        {"nodeMeshMaxRestartTime": "2m0s", "nodeToNodeMeshEnabled": False},
        "a mesh restart time needs the node-to-node mesh",
    ),
    (
        FILTER,
        {"importV4": [{"action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In"}]},
        {"importV4": [{"action": "Accept", "matchOperator": "In"}]},
        "cidr and matchOperator go together",
    ),
    (
        FILTER,
        {"importV6": [{"action": "Accept", "prefixLength": {}, "cidr": "fd00::/8", "matchOperator": "In"}]},
        {"importV6": [{"action": "Accept", "prefixLength": {}}]},
        "prefixLength needs a cidr",
    ),
    (
        FILTER,
        {"exportV6": [{"action": "Accept", "operations": [{"setPriority": {"value": 1}}]}]},
        {"exportV6": [{"action": "Reject", "operations": [{"setPriority": {"value": 1}}]}]},
        "a rejected route takes no operations",
    ),
    (
        PEER,
        {"node": "a", "nodeSelector": ""},
        {"node": "a", "nodeSelector": "all()"},
        "choose nodes by name or by selector, not by both",
    ),
    (
        PEER,
        {"peerSelector": "all()"},
        {"peerSelector": "all()", "peerIP": "10.0.0.1"},
        "choose the remote side by address or by selector, not by both",
    ),
    (
        PEER,
        {"peerSelector": "all()", "asNumber": 0},
        {"peerSelector": "all()", "asNumber": 1},
        "selected peers bring their own AS number",
    ),
    (
        PEER,
        {"localWorkloadSelector": "all()", "asNumber": 1},
        {"localWorkloadSelector": "all()", "asNumber": 1, "peerIP": "10.0.0.1"},
        "workload peers have no peerIP",
    ),
    (
        PEER,
        {"localWorkloadSelector": "", "peerSelector": "all()"},
        {"localWorkloadSelector": "all()", "peerSelector": "all()"},
        "workload peers have no peerSelector",
    ),
    (PEER, {"peerIP": "10.0.0.1"}, {"localWorkloadSelector": "all()"}, "workload peers need an AS number"),
    (
        FELIX,
        {},
        {"nodeSelector": ""},
        "default and node.<name> choose their nodes by name, without a nodeSelector",
    ),
    (
        FELIX,
        {"routeTableRanges": []},
        {"routeTableRanges": [], "routeTableRange": {"min": 1, "max": 9}},
        "give one route table range or a list of them, not both",
    ),
    (
        POOL,
        {"cidr": "10.0.0.0/24", "ipipMode": "Always", "vxlanMode": "Never"},
        {"cidr": "10.0.0.0/24", "ipipMode": "Always", "vxlanMode": "CrossSubnet"},
        "a pool encapsulates in IPIP or in VXLAN, not in both",
    ),
    (
        POOL,
        LB_POOL | {"vxlanMode": "Never"},
        LB_POOL | {"vxlanMode": "Always"},
        "a pool for LoadBalancer addresses takes no encapsulation",
    ),
    (
        POOL,
        {"cidr": "10.0.0.0/24", "allowedUses": ["Workload", "Tunnel"]},
        {"cidr": "10.0.0.0/24", "allowedUses": ["LoadBalancer", "Tunnel"]},
        "a pool for LoadBalancer addresses has no other use",
    ),
    (
        POOL,
        {"cidr": "fd00::/64", "vxlanMode": "Always"},
        {"cidr": "fd00::/64", "ipipMode": "Always"},
        "IPIP carries IPv4 only",
    ),
    (
        ADVERTISEMENT,
        {**SELECTED, "aggregationLength": 32, "aggregationLengthV6": 128},
        {**SELECTED, "aggregationLengthV6": 64},
        AGGREGATION,
    ),
    (
        ADVERTISEMENT,
        {"serviceSelectors": [], "aggregationLength": 24},
        {**SELECTED, "aggregationLength": 24},
        AGGREGATION,
    ),
    (METALLB_PEER, {"connectTime": "65535s"}, {"connectTime": "65536s"}, "from 1 to 65535 seconds"),
    (METALLB_PEER, {"connectTime": "1m1s"}, {"connectTime": "0s"}, "from 1 to 65535 seconds"),
    (METALLB_PEER, {"connectTime": "2000ms"}, {"connectTime": "1500ms"}, "whole seconds only"),
    (KUSTOMIZATION, {"kubeConfig": {"secretRef": {}}}, {"kubeConfig": {}}, "kubeConfig needs a Secret or a ConfigMap"),
    (
        KUSTOMIZATION,
        {"kubeConfig": {"configMapRef": {}}},
        {"kubeConfig": {"configMapRef": {}, "secretRef": {}}},
        "kubeConfig comes from a Secret or from a ConfigMap, not from both",
    ),
    (
        REPOSITORY,
        {"provider": "aws", "serviceAccountName": "flux"},
        {"provider": "github", "serviceAccountName": "flux"},
        "serviceAccountName is for provider aws or azure",
    ),
]
IDS = [f"{name.kind}: {message}" for name, _, _, message in CASES]


@pytest.mark.parametrize(("name", "keeps", "breaks", "message"), CASES, ids=IDS)
def test_a_rule_holds_for_the_one_and_not_for_the_other(
    name: GroupKind, keeps: Mapping[str, Any], breaks: Mapping[str, Any], message: str
) -> None:
    assert messages(name, keeps) == []
    assert message in messages(name, breaks)


def test_every_rule_about_one_object_has_a_case() -> None:
    without_old_self = sum(rule is not None for rule in RULES.values())

    assert len({message for _, _, _, message in CASES}) == without_old_self


def test_a_broken_rule_is_told_with_its_place() -> None:
    spec = {"exportV4": [{"action": "Accept"}, {"action": "Accept", "cidr": "10.0.0.0/8"}]}
    manifest = {"metadata": {"name": "f"}, "spec": spec}

    found = list(broken_rules(openapi_of_ours(FILTER, "v3"), manifest))

    assert found == [".spec.exportV4[1]: cidr and matchOperator go together"]


def messages(name: GroupKind, spec: Mapping[str, Any]) -> list[str]:
    (version,) = [entry["name"] for entry in object_files()[name]["versions"] if entry["storage"]]
    manifest = {"metadata": {"name": "default"}, "spec": spec}
    return [line.split(": ", 1)[1] for line in broken_rules(openapi_of_ours(name, version), manifest)]
