from __future__ import annotations

from typing import Any

import pytest

from genlb.render.context import Context, Unit
from genlb.render.flux import git_repositories, kustomizations
from genlb.spec.model import Engine, LocalObject, SourceKind, SourceRef
from tests.render.gitops_units import FULL, with_gitops

REPOSITORY = "https://git.example.com/platform/lb.git"


def a_context(**changes: Any) -> Context:
    return with_gitops(Engine.FLUX, **{"repo_url": REPOSITORY, **changes})


def depends_on(context: Context, units: Any = FULL) -> list[list[str]]:
    return [[it["name"] for it in found["spec"].get("dependsOn", [])] for found in kustomizations(context, units)]


def test_the_routing_kustomization_is_all_this() -> None:
    assert kustomizations(a_context(), FULL)[1] == {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {
            "name": "genlb-routing",
            "namespace": "flux-system",
            "labels": {
                "app.kubernetes.io/name": "genlb",
                "app.kubernetes.io/component": "gitops",
                "app.kubernetes.io/part-of": "genlb",
                "app.kubernetes.io/managed-by": "genlb",
                "genlb.io/cluster": "fra1-prod",
                "genlb.io/unit": "routing",
            },
        },
        "spec": {
            "interval": "1h0m0s",
            "retryInterval": "2m0s",
            "timeout": "3m0s",
            "dependsOn": [{"name": "genlb-node"}],
            "sourceRef": {"kind": "GitRepository", "name": "genlb"},
            "path": "./clusters/fra1-prod/rendered/routing",
            "prune": True,
            "deletionPolicy": "Orphan",
            "wait": False,
            "force": False,
        },
    }


def test_each_unit_waits_for_the_one_before() -> None:
    assert depends_on(a_context()) == [[], ["genlb-node"], ["genlb-routing"]]


def test_the_first_unit_waits_for_what_the_user_names() -> None:
    context = a_context(flux={"depends_on": (LocalObject(name="metallb"), LocalObject(name="calico"))})

    assert depends_on(context) == [["metallb", "calico"], ["genlb-node"], ["genlb-routing"]]


def test_a_unit_without_objects_is_left_out_and_waited_for_by_nobody() -> None:
    context = a_context(flux={"depends_on": (LocalObject(name="metallb"),)})

    assert depends_on(context, {**FULL, Unit.ROUTING: []}) == [["metallb"], ["genlb-node"]]
    assert depends_on(context, {**FULL, Unit.NODE: []}) == [["metallb"], ["genlb-routing"]]


@pytest.mark.parametrize("field", ["targetNamespace", "postBuild", "healthChecks", "namePrefix", "commonMetadata"])
def test_nothing_is_rewritten_or_waited_for(field: str) -> None:
    assert not [it for it in kustomizations(a_context(), FULL) if field in it["spec"]]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (SourceRef(name="lb"), {"kind": "GitRepository", "name": "lb"}),
        (
            SourceRef(kind=SourceKind.OCI_REPOSITORY, name="lb", namespace="sources"),
            {"kind": "OCIRepository", "name": "lb", "namespace": "sources"},
        ),
    ],
)
def test_a_source_that_exists_is_used_and_none_is_made(ref: SourceRef, expected: dict[str, str]) -> None:
    context = a_context(flux={"source_ref": ref})

    assert [it["spec"]["sourceRef"] for it in kustomizations(context, FULL)] == [expected] * 3
    assert git_repositories(context) == []


def test_a_repository_alone_makes_a_source() -> None:
    context = a_context(target_revision="main", flux={"namespace": "gitops"})

    (source,) = git_repositories(context)
    assert source["apiVersion"] == "source.toolkit.fluxcd.io/v1"
    assert source["kind"] == "GitRepository"
    assert (source["metadata"]["name"], source["metadata"]["namespace"]) == ("genlb", "gitops")
    assert source["spec"] == {"interval": "5m0s", "url": REPOSITORY, "ref": {"branch": "main"}}
    assert [it["metadata"]["namespace"] for it in kustomizations(context, FULL)] == ["gitops"] * 3


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("main", {"branch": "main"}),
        ("release/1.2", {"branch": "release/1.2"}),
        ("refs/tags/v1.2.3", {"name": "refs/tags/v1.2.3"}),
        ("3f1c7a528f0e4b7e9a531de0a5f9b7c13f1c7a52", {"commit": "3f1c7a528f0e4b7e9a531de0a5f9b7c13f1c7a52"}),
        ("HEAD", None),
    ],
)
def test_a_revision_is_said_in_the_words_of_flux(revision: str, expected: dict[str, str] | None) -> None:
    (source,) = git_repositories(a_context(target_revision=revision))

    assert source["spec"].get("ref") == expected


def test_the_path_begins_where_this_repository_lies() -> None:
    paths = [it["spec"]["path"] for it in kustomizations(a_context(path="platform/lb"), FULL)]

    assert paths[0] == "./platform/lb/clusters/fra1-prod/rendered/node"
