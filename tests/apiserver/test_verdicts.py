"""Three judges of one object agree: our object files offline, an API server with CRDs made of them, one with the real.

What the judges are shown: the sound objects and the mistakes of the contract tests, each CEL rule kept and broken, and
every field of what genlb renders with every value of a fixed set. Where the judges take an object, both servers also
fill in the same defaults.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.apiserver.variants import Variant, completed, variants
from tests.contract.object_files import GroupKind, object_files
from tests.contract.real_crds import FOLDER
from tests.contract.test_cel_rules import CASES
from tests.contract.test_cel_rules import IDS as RULE_IDS
from tests.contract.test_rendered_objects import MISTAKES, SAMPLES, merged
from tests.contract.verdict import group_kind, openapi_of_ours, refusals_by_ours
from tests.kube.client import ApiError, Client, Object
from tests.kube.control_plane import ControlPlane

REFUSED = None
INT32_SINCE = 36
LAX_ABOUT = "namespace of a cluster-scoped object"
NAMESPACES = ("argocd", "flux-system", "metallb-system")
MADE_BY_THE_SERVER = ("creationTimestamp", "generation", "managedFields", "uid")


@pytest.fixture
def servers(control_plane: ControlPlane, control_plane_of_ours: ControlPlane) -> Iterator[Mapping[str, Client]]:
    """The API servers that judge, by whose CRDs they have."""
    planes = {"ours": control_plane_of_ours} | ({"real": control_plane} if FOLDER.is_dir() else {})
    with control_plane_of_ours.isolated() as ours, control_plane.isolated() as best:
        clients = {"ours": ours, "real": best}
        for client in clients.values():
            for name in NAMESPACES:
                client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield {name: clients[name] for name in planes}


def judged(client: Client, manifest: Mapping[str, Any]) -> Object | None:
    """What the server would store of ``manifest``, but for the status, which belongs to controllers; or REFUSED."""
    try:
        answer = client.create(manifest, dry_run=True)
    except ApiError as error:
        if error.status not in {http.client.BAD_REQUEST, http.client.UNPROCESSABLE_ENTITY}:
            raise
        return REFUSED
    metadata = {key: value for key, value in answer["metadata"].items() if key not in MADE_BY_THE_SERVER}
    rest = {key: value for key, value in answer.items() if key not in {"metadata", "status"}}
    return {**rest, "metadata": metadata}


def disagreements(servers: Mapping[str, Client], cases: Iterable[Variant]) -> list[str]:
    """A line for each object about which the judges disagree, be it about its defaults."""
    found = []
    for what, manifest in cases:
        offline = refusals_by_ours(manifest)
        stored = {name: judged(client, manifest) for name, client in servers.items()}
        expected = offline != [] and not is_about_int32(offline, servers["ours"])
        if any((answer is REFUSED) != expected for answer in stored.values()):
            verdicts = ", ".join(f"{name}: {'refused' if stored[name] is REFUSED else 'taken'}" for name in stored)
            found.append(f"{what}: offline: {offline or 'taken'}, servers: {verdicts}")
        elif any(answer != stored["ours"] for answer in stored.values()):
            found.append(f"{what}: other defaults: {stored}")
    return found


def is_about_int32(refusals: Sequence[str], client: Client) -> bool:
    """Whether nothing else is wrong than a number beyond int32, which servers hold to from 1.36 on."""
    if any("is not a 'int32'" not in line for line in refusals):
        return False
    return int(client.request("GET", "/version")["minor"]) < INT32_SINCE


def schema_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    return openapi_of_ours(group_kind(manifest), manifest["apiVersion"].rpartition("/")[2])


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_sound_object_is_taken_by_all_with_the_same_defaults(servers: Mapping[str, Client], kind: str) -> None:
    assert disagreements(servers, [Variant(kind, SAMPLES[kind])]) == []
    assert judged(servers["ours"], SAMPLES[kind]) is not REFUSED


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
    assert judged(servers["ours"], good) is not REFUSED
    assert judged(servers["ours"], bad) is REFUSED


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
    assert [name for name, client in servers.items() if judged(client, LET_PASS[what]) is REFUSED] == []


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
