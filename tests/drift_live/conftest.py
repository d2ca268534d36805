"""A real cluster in step with git, and ``genlb drift`` with a token that has the rendered role and nothing else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from genlb.cli.main import run
from tests.apiserver.rendered import objects, render
from tests.apiserver.surroundings import prepare
from tests.kube.client import APPLY_PATCH, MERGE_PATCH, Client, Object
from tests.kube.control_plane import ControlPlane

CLUSTER = "fra1-prod"
CONTEXT = "genlb-tests"  # what the control plane's kubeconfigs call it
ROLE = "genlb-drift-reader"
RBAC = "rbac.authorization.k8s.io"


class Finding(NamedTuple):
    """One difference of a report, as far as tests look at it."""

    object: str
    rule: str
    sort: str
    path: str
    desired: Any
    live: Any
    manager: str
    operation: str


class Told(NamedTuple):
    """How ``genlb drift`` ended and what it said of the one cluster."""

    code: int
    data: dict[str, Any]
    err: str

    @property
    def findings(self) -> set[Finding]:
        """All differences that are no mere information."""
        return {one for one, severity in self.all if severity != "info"}

    @property
    def all(self) -> list[tuple[Finding, str]]:
        """All differences, each with its severity."""
        (cluster,) = self.data["clusters"]
        return [
            (_finding(one, difference), difference["severity"])
            for one in cluster["objects"]
            for difference in one["differences"]
        ]

    @property
    def cluster(self) -> dict[str, Any]:
        """What is told of the cluster."""
        (cluster,) = self.data["clusters"]
        return dict(cluster)


def _finding(one: dict[str, Any], difference: dict[str, Any]) -> Finding:
    name = "/".join(filter(None, (one["kind"], one.get("namespace"), one["name"])))
    writers = difference["attribution"]["writers"] or [{}]
    values = (_hashable(difference.get("desired")), _hashable(difference.get("live")))
    who = (writers[0].get("manager", ""), writers[0].get("operation", ""))
    return Finding(name, difference["rule"], difference["sort"], difference["path"], *values, *who)


def _hashable(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


class Base(NamedTuple):
    """What all tests of a module share: the repository and who asks."""

    repository: Path
    kubeconfig: Path
    manifests: list[Object]


class Lab(NamedTuple):
    """A cluster in step, an administrator of it, and drift."""

    api: Client
    base: Base
    plane: ControlPlane
    kubectl_path: Path
    capsys: pytest.CaptureFixture[str]

    def drift(self, *arguments: str, kubeconfig: Path | None = None, cluster: str = CLUSTER) -> Told:
        """Run ``genlb drift -o json``."""
        self.capsys.readouterr()
        where = ["--kubeconfig", str(kubeconfig or self.base.kubeconfig)] if "--live" not in arguments else []
        names = [cluster] if cluster else []
        code = run(["-C", str(self.base.repository), "drift", *names, *where, *arguments, "-o", "json"])
        out, err = self.capsys.readouterr()
        return Told(code, json.loads(out), err)

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl as an administrator."""
        command = [str(self.kubectl_path), "--kubeconfig", str(self.plane.kubeconfig), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def manifest(self, kind: str, name: str) -> Object:
        """A fresh copy of what git has."""
        (found,) = (one for one in self.base.manifests if (one["kind"], one["metadata"]["name"]) == (kind, name))
        copy: Object = json.loads(json.dumps(found))
        return copy

    def edit(self, kind: str, name: str, patch: Object, *, manager: str) -> None:
        """A merge patch by ``manager``, as a controller makes it."""
        self._patch(self.manifest(kind, name), patch, MERGE_PATCH, {"fieldManager": manager})

    def apply(self, kind: str, name: str, part: Object, *, manager: str) -> None:
        """Server-side apply of a part of an object by ``manager``, by force."""
        manifest = self.manifest(kind, name)
        metadata = {key: value for key, value in manifest["metadata"].items() if key in {"name", "namespace"}}
        body = {"apiVersion": manifest["apiVersion"], "kind": kind, "metadata": metadata, **part}
        self._patch(manifest, body, APPLY_PATCH, {"fieldManager": manager, "force": "true"})

    def _patch(self, manifest: Object, body: Object, form: str, query: dict[str, str]) -> None:
        metadata = manifest["metadata"]
        resource = self.api.resource(manifest["apiVersion"], manifest["kind"])
        path = resource.path(metadata.get("namespace"), metadata["name"])
        self.api.request("PATCH", path, body, query=query, content_type=form)


@pytest.fixture(scope="module")
def base(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """What ``fra1-prod`` renders, applied; and an account that the rendered role is bound to."""
    with control_plane.isolated() as api:
        folder = tmp_path_factory.mktemp("drift")
        uid = api.get("v1", "Namespace", "kube-system")["metadata"]["uid"]
        version = ".".join(api.request("GET", "/version")["gitVersion"].removeprefix("v").split(".")[:2])
        change = {"access": {"context": CONTEXT, "uid": uid}, "versions": {"kubernetes": version}}
        clusters = render(CLUSTER, change, folder / "lb")
        prepare(api, CLUSTER)
        manifests = objects(CLUSTER, folder=clusters)
        for manifest in manifests:
            api.apply(manifest, manager="genlb", force=True)
        token = an_account(api, "drift", ROLE)
        yield Base(folder / "lb", control_plane.kubeconfig_for(token, folder / "kubeconfig"), manifests)


@pytest.fixture
def lab(
    base: Base,
    control_plane: ControlPlane,
    kube_program: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Lab]:
    """The cluster, which is in step again after the test."""
    with control_plane.isolated() as api:
        yield Lab(api, base, control_plane, kube_program("kubectl"), capsys)


def an_account(api: Client, name: str, role: str) -> str:
    """A token of a new ServiceAccount in ``default``, bound to a ClusterRole if one is named."""
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "default"}})
    if role:
        api.create(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": f"{name}-reads"},
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "default"}],
            }
        )
    return api.account(name, "default").token
