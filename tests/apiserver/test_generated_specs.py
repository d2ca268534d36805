"""Of a few hundred specs made at random, half of them spoilt: real servers say what genlb says without one.

Two verdicts are held against theirs: that of the object files on each custom resource, as it is and, of every other
one, spoilt once more, and that of ``genlb validate`` on a whole spec. Each distinct object is judged by a server-side
apply that is dry.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from genlb.api import LoadedCluster, load, open_repository
from genlb.render.tree import assemble
from tests.apiserver.judges import INT32_SINCE, is_refused, refusal
from tests.apiserver.test_verdicts import is_let_pass
from tests.apiserver.variants import Variant, a_variant
from tests.contract.object_files import GroupKind
from tests.contract.test_cel_rules import CASES
from tests.contract.test_rendered_objects import is_custom, merged
from tests.contract.verdict import group_kind, openapi_of_ours, refusals_by_ours
from tests.generated import Generated, specs
from tests.kube.client import ApiError, Client, Object
from tests.kube.parallel import in_parallel

COUNT = 240
SEED = 5

CEL: Mapping[GroupKind, Sequence[Mapping[str, Any]]] = {
    name: [spec for kind, keeps, breaks, _ in CASES if kind == name for spec in (keeps, breaks)]
    for name in {case[0] for case in CASES}
}
"""Specs that are about a CEL rule, by kind: one that keeps it, one that breaks it."""


class Judged(NamedTuple):
    """A spec, what ``genlb validate`` makes of it, and its objects, be they wanted or not."""

    spec: Generated
    loaded: LoadedCluster
    objects: Sequence[Object]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Judged]:
    """Every spec as genlb judges it, and what it renders; what it would not render because of an error, too."""
    root = tmp_path_factory.mktemp("generated")
    generated = {spec.name: spec for spec in specs(SEED, COUNT)}
    for name, spec in generated.items():
        write(root / "clusters" / name / "cluster.yaml", spec.spec_text)
    loaded = load(open_repository(str(root)))
    return [Judged(generated[cluster.name], cluster, list(objects(cluster))) for cluster in loaded]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)


def objects(cluster: LoadedCluster) -> Iterator[Object]:
    """Everything that would be applied. A spec that cannot be read has no objects."""
    if cluster.context is None:
        return
    for folder in assemble(cluster.context).folders.values():
        yield from map(dict, folder)


def distinct(cases: Iterable[Variant]) -> list[Variant]:
    """One case of each object, labels apart: those hold the name of the cluster."""
    found: dict[str, Variant] = {}
    for case in cases:
        metadata = {key: value for key, value in case.manifest["metadata"].items() if key != "labels"}
        found.setdefault(json.dumps({**case.manifest, "metadata": metadata}, sort_keys=True), case)
    return list(found.values())


def cases_of(judged: Sequence[Judged]) -> Iterator[Variant]:
    """Every object of every spec, told with what is special about the spec."""
    for spec, _, manifests in judged:
        for manifest in manifests:
            name = f"{spec.name} ({spec.change or 'sound'}): {manifest['kind']} {manifest['metadata']['name']:.40}"
            yield Variant(name, manifest)


def is_custom_resource(case: Variant) -> bool:
    return is_custom(group_kind(case.manifest).group)


def spoilt(case: Variant, random: Random) -> Variant:
    """``case`` with one field changed, or with what some CEL rule is about."""
    name = group_kind(case.manifest)
    if random.random() < 0.5 and name in CEL:
        spec = random.choice(CEL[name])
        return Variant(f"{case.what} with {spec}", merged(case.manifest, {"spec": spec}))
    schema = openapi_of_ours(name, case.manifest["apiVersion"].rpartition("/")[2])
    change = a_variant(case.manifest, schema, random)
    return case if is_let_pass(change) else Variant(f"{case.what} with {change.what}", change.manifest)


def make_namespaces(client: Client, cases: Iterable[Variant]) -> None:
    """Make every namespace that an object lies in, unless nobody can: no server takes an object in such a one."""
    for name in {case.manifest["metadata"].get("namespace") for case in cases} - {None}:
        try:
            client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        except ApiError as error:
            if error.status != http.client.UNPROCESSABLE_ENTITY:
                raise


def verdicts(client: Client, cases: Sequence[Variant]) -> list[str]:
    """Why the server refuses each object; empty for one that it takes."""
    make_namespaces(client, cases)
    return in_parallel(client, lambda user, case: refusal(user, case.manifest), cases)


def test_the_servers_and_the_object_files_agree_on_every_custom_resource(
    judged: Sequence[Judged], servers: Mapping[str, Client]
) -> None:
    random = Random(SEED)  # noqa: S311 -- the same objects in every run
    rendered = distinct(case for case in cases_of(judged) if is_custom_resource(case))
    cases = distinct([*rendered, *(spoilt(case, random) for case in rendered[::2])])
    found = {name: verdicts(client, cases) for name, client in servers.items()}

    offline = [refusals_by_ours(case.manifest) for case in cases]
    refused = [is_refused(refusals, servers["ours"]) for refusals in offline]

    disagreements = [
        f"{case.what}: {name}: {found[name][index] or 'taken'}, offline: {offline[index] or 'taken'}"
        for index, case in enumerate(cases)
        for name in servers
        if bool(found[name][index]) != refused[index]
    ]
    assert disagreements == []
    assert len(cases) > 1000
    assert sum(refused) > 200
    assert len([refusals for refusals in offline if is_about_cel(refusals)]) > 50


def is_about_cel(refusals: Sequence[str]) -> bool:
    """Whether it is a CEL rule that is broken: nobody looks for one in an object that does not fit its schema."""
    return any(words in line for line in refusals for _, _, _, words in CASES)


def test_what_validate_lets_pass_every_server_takes(judged: Sequence[Judged], api: Client) -> None:
    passed = [one for one in judged if one.loaded.valid]
    cases = distinct(case for one in passed for case in cases_of([one]) if not is_patched_by_hand(one, case))
    older = {one.spec.name for one in passed if is_for_an_older_kubernetes(one.loaded)}

    refused = [
        f"{case.what}: {verdict}"
        for case, verdict in zip(cases, verdicts(api, cases), strict=True)
        if verdict and not (ABOUT_INT32 in verdict and case.what.split()[0] in older)
    ]

    assert refused == []
    assert {warning for _, warning in api.warnings if "unknown field" in warning} == set()
    assert len(passed) > COUNT / 3
    assert len([one for one in passed if one.spec.change]) > COUNT / 20


ABOUT_INT32 = "must be of type integer with format int32"


def is_for_an_older_kubernetes(cluster: LoadedCluster) -> bool:
    """Whether the servers that the spec is for take numbers beyond int32."""
    return cluster.context is not None and cluster.context.cluster.spec.versions.kubernetes.minor < INT32_SINCE


def is_patched_by_hand(one: Judged, case: Variant) -> bool:
    """Whether a patch changed an object of Kubernetes itself: of those genlb has no schema to hold the patch to."""
    patches = one.loaded.context.cluster.spec.patches if one.loaded.context else ()
    return not is_custom_resource(case) and any(patch.kind == case.manifest["kind"] for patch in patches)
