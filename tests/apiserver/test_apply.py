"""A real API server takes every object of every example; a second time changes nothing; what is read back is equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.apiserver.rendered import CLUSTERS, GITOPS, objects
from tests.apiserver.surroundings import prepare
from tests.contract.object_files import GroupKind, object_files
from tests.contract.test_rendered_objects import versions
from tests.kube import crds
from tests.kube.client import Client, Object

CALICO = object_files()[GroupKind("projectcalico.org", "BGPConfiguration")]["release"]
NEWEST = [cluster for cluster in CLUSTERS if versions(cluster)["calico"] == CALICO]
MANAGER = "kustomize-controller"


def apply_all(api: Client, cluster: str) -> list[Object]:
    """Apply as the GitOps engines do, which force: kube-proxy's configuration is kubeadm's until then."""
    return [api.apply(manifest, manager=MANAGER, force=True) for manifest in objects(cluster)]


def written(manifest: Object) -> str:
    """Which write of which object this is."""
    return f"{manifest['kind']} {manifest['metadata']['name']} {manifest['metadata']['resourceVersion']}"


def missing(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """The paths where ``found`` lacks what ``wanted`` says; lists are equal or they are not."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            yield from missing(value, found[key], f"{path}.{key}") if key in found else [f"{path}.{key}"]
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from missing(one, other, f"{path}[{index}]")
    elif type(wanted) is not type(found) or wanted != found:
        yield f"{path}: {wanted!r} became {found!r}"


def test_there_are_examples() -> None:
    assert len(CLUSTERS) >= 3
    assert {"Application", "Kustomization"} <= {item["kind"] for name in CLUSTERS for item in objects(name, GITOPS)}


def test_a_kind_whose_real_definition_is_to_be_had_is_served_by_that(api: Client) -> None:
    for real in crds.real():
        name = real["metadata"]["name"]

        assert schemas(api.get(crds.VERSION, crds.KIND, name)) == schemas(real), name


def schemas(crd: Object) -> dict[str, Any]:
    return {version["name"]: version["schema"] for version in crd["spec"]["versions"]}


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_object_is_applied_without_a_warning(api: Client, cluster: str) -> None:
    prepare(api, cluster)

    applied = apply_all(api, cluster)

    assert len(applied) > 10
    assert api.warnings == []


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_a_second_apply_changes_nothing(api: Client, cluster: str) -> None:
    prepare(api, cluster)

    for manifest in apply_all(api, cluster):
        report(api, manifest)
    before = [written(api.live(manifest)) for manifest in objects(cluster)]
    again = apply_all(api, cluster)

    assert [written(manifest) for manifest in again] == before


def report(api: Client, manifest: Object) -> None:
    """What Flux does at once. Its CRDs have a default for the status, which the server stores with the next write."""
    if ".toolkit.fluxcd.io/" in manifest["apiVersion"]:
        api.patch(manifest, {"status": {"observedGeneration": 1}}, subresource="status")


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_what_is_read_back_is_what_was_applied(api: Client, cluster: str) -> None:
    prepare(api, cluster)
    apply_all(api, cluster)

    lost = {
        f"{manifest['kind']} {manifest['metadata']['name']}": found
        for manifest in objects(cluster)
        if (found := list(missing(manifest, api.live(manifest))))
    }

    assert lost == {}


@pytest.mark.parametrize("cluster", NEWEST)
def test_a_custom_resource_holds_nothing_but_what_git_says(api: Client, cluster: str) -> None:
    """Defaults are rendered, so that a comparison has nothing to explain; those of the CRDs' own release, at least."""
    prepare(api, cluster)
    apply_all(api, cluster)

    added = {
        f"{manifest['kind']} {manifest['metadata']['name']}": found
        for manifest in objects(cluster, "routing", "advertise")
        if (found := list(missing(api.live(manifest)["spec"], manifest["spec"])))
    }

    assert added == {}


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_only_kube_proxy_belongs_to_somebody_else(api: Client, cluster: str) -> None:
    """Without force nothing else is refused: no other object is shared with anybody."""
    prepare(api, cluster)

    shared = [item for item in objects(cluster) if item["metadata"].get("namespace") == "kube-system"]
    own = [item for item in objects(cluster) if item not in shared]

    assert [api.apply(manifest)["kind"] for manifest in own] == [manifest["kind"] for manifest in own]
    assert {item["metadata"]["name"] for item in shared} <= {"kube-proxy"}
