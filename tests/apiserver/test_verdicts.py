"""Three judges of one object agree: our object files offline, an API server with CRDs made of them, one with the real.

What the judges are shown: the sound objects and the mistakes of the contract tests, each CEL rule kept and broken, and
every field of what genlb renders with every value of a fixed set. Where the judges take an object, both servers also
fill in the same defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.apiserver.judges import REFUSED, created, disagreements
from tests.apiserver.variants import Variant, completed, variants
from tests.contract.object_files import GroupKind, object_files
from tests.contract.test_cel_rules import CASES
from tests.contract.test_cel_rules import IDS as RULE_IDS
from tests.contract.test_rendered_objects import MISTAKES, SAMPLES, merged
from tests.contract.verdict import group_kind, openapi_of_ours, refusals_by_ours
from tests.kube.client import Client

LAX_ABOUT = "namespace of a cluster-scoped object"


def schema_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    return openapi_of_ours(group_kind(manifest), manifest["apiVersion"].rpartition("/")[2])


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_sound_object_is_taken_by_all_with_the_same_defaults(servers: Mapping[str, Client], kind: str) -> None:
    assert disagreements(servers, [Variant(kind, SAMPLES[kind])]) == []
    assert created(servers["ours"], SAMPLES[kind]) is not REFUSED


def test_every_mistake_is_refused_by_all(servers: Mapping[str, Client]) -> None:
    mistakes = [
        Variant(f"{kind}: {what}", merged(SAMPLES[kind], mistake))
        for kind, mistake, what in MISTAKES
        if what != LAX_ABOUT
    ]

    assert disagreements(servers, mistakes) == []
    assert [what for what, manifest in mistakes if not refusals_by_ours(manifest)] == []


@pytest.mark.parametrize(("name", "keeps", "breaks"), [case[:3] for case in CASES], ids=RULE_IDS)
def test_a_cel_rule_means_the_same_to_all(
    servers: Mapping[str, Client], name: GroupKind, keeps: Mapping[str, Any], breaks: Mapping[str, Any]
) -> None:
    good, bad = manifest_of(name, keeps), manifest_of(name, breaks)

    assert disagreements(servers, [Variant("keeps the rule", good), Variant("breaks the rule", bad)]) == []
    assert created(servers["ours"], good) is not REFUSED
    assert created(servers["ours"], bad) is REFUSED


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_field_means_the_same_to_all(servers: Mapping[str, Client], kind: str) -> None:
    cases = [case for case in variants(SAMPLES[kind], schema_of(SAMPLES[kind])) if not is_let_pass(case)]

    assert disagreements(servers, cases) == []
    assert len(cases) > 300


def is_let_pass(case: Variant) -> bool:
    """Whether a list stands for a CIDR, which an API server lets pass."""
    return any(f".cidr = {text}" in case.what for text in ("[1]", "['x', 'x']"))


CONFIGURATION: Mapping[str, Any] = SAMPLES["BGPConfiguration"]
LET_PASS: Mapping[str, Mapping[str, Any]] = {
    "a list for a CIDR": merged(CONFIGURATION, {"spec": {"serviceLoadBalancerIPs": [{"cidr": ["10.0.0.0/8"]}]}}),
    "a null": {**CONFIGURATION, "spec": {**CONFIGURATION["spec"], "listenPort": None}},
    "a namespace for a cluster-scoped object": merged(CONFIGURATION, {"metadata": {"namespace": "metallb-system"}}),
}


@pytest.mark.parametrize("what", LET_PASS)
def test_what_a_server_lets_pass_is_refused_offline(servers: Mapping[str, Client], what: str) -> None:
    assert refusals_by_ours(LET_PASS[what]) != []
    assert [name for name, client in servers.items() if created(client, LET_PASS[what]) is REFUSED] == []


def manifest_of(name: GroupKind, spec: Mapping[str, Any]) -> dict[str, Any]:
    """An object with ``spec`` and whatever else its kind requires."""
    file = object_files()[name]
    (version,) = [entry for entry in file["versions"] if entry["storage"]]
    place = {"namespace": "metallb-system"} if file["scope"] == "Namespaced" else {}
    return {
        "apiVersion": f"{name.group}/{version['name']}",
        "kind": name.kind,
        "metadata": {"name": "default", **place},
        "spec": completed(spec, version["schema"]["properties"]["spec"]),
    }
