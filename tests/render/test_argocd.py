from __future__ import annotations

from typing import Any

import pytest

from genlb.manifest import Manifest
from genlb.render.argocd import applications
from genlb.render.context import Context, Unit
from genlb.spec.model import Destination, Engine
from tests.render.gitops_units import ACCOUNT, FULL, PROXY, with_gitops

REPOSITORY = "https://git.example.com/platform/lb.git"
NODE, ROUTING, ADVERTISE = range(3)


def a_context(**changes: Any) -> Context:
    return with_gitops(Engine.ARGO_CD, **{"repo_url": REPOSITORY, "target_revision": "main", **changes})


def annotation(application: Manifest, name: str) -> str | None:
    value: str | None = application["metadata"]["annotations"].get(f"argocd.argoproj.io/{name}")
    return value


def test_the_routing_application_is_all_this() -> None:
    assert applications(a_context(), FULL)[ROUTING] == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "genlb-fra1-prod-routing",
            "namespace": "argocd",
            "labels": {
                "app.kubernetes.io/name": "genlb",
                "app.kubernetes.io/component": "gitops",
                "app.kubernetes.io/part-of": "genlb",
                "app.kubernetes.io/managed-by": "genlb",
                "genlb.io/cluster": "fra1-prod",
                "genlb.io/unit": "routing",
                "genlb.io/wave": "2",
            },
            "annotations": {
                "argocd.argoproj.io/compare-options": "ServerSideDiff=false",
                "argocd.argoproj.io/manifest-generate-paths": ".",
                "argocd.argoproj.io/sync-wave": "2",
            },
        },
        "spec": {
            "project": "default",
            "destination": {"name": "fra1-prod", "namespace": "genlb-system"},
            "source": {
                "repoURL": REPOSITORY,
                "targetRevision": "main",
                "path": "clusters/fra1-prod/rendered/routing",
            },
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
                "retry": {
                    "limit": 10,
                    "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"},
                    "refresh": True,
                },
                "syncOptions": [
                    "ApplyOutOfSyncOnly=true",
                    "FailOnSharedResource=true",
                    "RespectIgnoreDifferences=true",
                ],
            },
            "ignoreDifferences": [{"group": "metallb.io", "kind": "IPAddressPool", "jsonPointers": ["/status"]}],
        },
    }


def test_there_is_one_application_per_unit_in_waves() -> None:
    found = applications(a_context(), FULL)

    assert [it["metadata"]["name"] for it in found] == [
        "genlb-fra1-prod-node",
        "genlb-fra1-prod-routing",
        "genlb-fra1-prod-advertise",
    ]
    assert [annotation(it, "sync-wave") for it in found] == ["1", "2", "3"]


@pytest.mark.parametrize("empty", Unit)
def test_a_unit_without_objects_has_no_application(empty: Unit) -> None:
    found = applications(a_context(), {**FULL, empty: []})

    assert [it["metadata"]["name"] for it in found] == [
        f"genlb-fra1-prod-{unit.value}" for unit in Unit if unit is not empty
    ]


def test_deleting_an_application_withdraws_nothing() -> None:
    assert not [it for it in applications(a_context(), FULL) if "finalizers" in it["metadata"]]


def test_no_application_prunes_everything_last() -> None:
    # It would sort all pruning by name and so undo the waves.
    options = [option for it in applications(a_context(), FULL) for option in it["spec"]["syncPolicy"]["syncOptions"]]

    assert "PruneLast=true" not in options


def test_the_node_application_asks_for_server_side_apply_where_kube_proxy_needs_it() -> None:
    node = applications(a_context(), {**FULL, Unit.NODE: [ACCOUNT, PROXY]})[NODE]

    assert "ServerSideApply=true" in node["spec"]["syncPolicy"]["syncOptions"]
    assert annotation(node, "compare-options") == "ServerSideDiff=true"


def test_no_application_asks_for_server_side_apply_without_need() -> None:
    for application in applications(a_context(), FULL):
        assert "ServerSideApply=true" not in application["spec"]["syncPolicy"]["syncOptions"]
    assert [annotation(it, "compare-options") for it in applications(a_context(), FULL)] == [
        None,
        "ServerSideDiff=false",
        None,
    ]


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        (Destination(), {"name": "fra1-prod"}),
        (Destination(name="fra"), {"name": "fra"}),
        (Destination(server="https://10.0.0.1:6443"), {"server": "https://10.0.0.1:6443"}),
        # Argo CD refuses an Application with both.
        (Destination(name="fra", server="https://10.0.0.1:6443"), {"name": "fra"}),
    ],
)
def test_the_destination_is_the_one_of_the_spec_or_the_clusters_name(
    destination: Destination, expected: dict[str, str]
) -> None:
    found = applications(a_context(destination=destination), FULL)

    assert [it["spec"]["destination"] for it in found] == [{**expected, "namespace": "genlb-system"}] * 3


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "clusters/fra1-prod/rendered/node"),
        (".", "clusters/fra1-prod/rendered/node"),
        ("platform/lb", "platform/lb/clusters/fra1-prod/rendered/node"),
        ("./platform/lb/", "platform/lb/clusters/fra1-prod/rendered/node"),
    ],
)
def test_the_path_begins_where_this_repository_lies(path: str, expected: str) -> None:
    assert applications(a_context(path=path), FULL)[NODE]["spec"]["source"]["path"] == expected


def test_namespace_and_project_come_from_the_spec() -> None:
    context = a_context(argocd={"namespace": "gitops", "project": "network"})

    for application in applications(context, FULL):
        assert application["metadata"]["namespace"] == "gitops"
        assert application["spec"]["project"] == "network"
