"""kube-proxy's objects as kubeadm leaves them, and what becomes of them when what genlb rendered is applied.

Argo CD (``ServerSideApply=true``) and Flux apply on the server's side, with force and under their own names.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
import yaml

from tests.apiserver.rendered import CLUSTERS, objects, of_kind
from tests.apiserver.surroundings import HASH, KUBEADM, prepare
from tests.kube.client import ApiError, Client, Object

NAME = "kube-proxy"
STAMP = "genlb.io/kube-proxy-config-hash"
ENGINES = ("argocd-controller", "kustomize-controller")
MERGED = [cluster for cluster in CLUSTERS if of_kind(objects(cluster, "node"), "ConfigMap", NAME)]
OF_THE_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
COUNTED_BY_THE_SERVER = "deprecated.daemonset.template.generation"
Changes: TypeAlias = dict[tuple[str, ...], Any]

pytestmark = pytest.mark.parametrize("cluster", MERGED)


def rendered(cluster: str, kind: str) -> Object:
    (manifest,) = of_kind(objects(cluster, "node"), kind, NAME)
    return manifest


def without_server_fields(manifest: Object) -> Object:
    metadata = {key: value for key, value in manifest["metadata"].items() if key not in OF_THE_SERVER}
    kept = {key: value for key, value in metadata.get("annotations", {}).items() if key != COUNTED_BY_THE_SERVER}
    return {**manifest, "metadata": {**metadata, "annotations": kept}}


def changed(before: Any, after: Any, path: tuple[str, ...] = ()) -> Changes:
    """Each path whose value differs, with the value that it has now."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return {} if before == after else {path: after}
    found: Changes = {}
    for key in sorted({*before, *after}):
        found |= changed(before.get(key), after.get(key), (*path, key))
    return found


def with_annotations(manifest: Object) -> Changes:
    given = manifest["metadata"].get("annotations", {})
    return {("metadata", "annotations", key): value for key, value in given.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_in_the_config_map_changes_but_config_conf(api: Client, cluster: str, engine: str) -> None:
    prepare(api, cluster)
    wanted = rendered(cluster, "ConfigMap")
    before = without_server_fields(api.live(wanted))

    api.apply(wanted, manager=engine, force=True)

    after = without_server_fields(api.live(wanted))
    assert changed(before, after) == {
        ("data", "config.conf"): wanted["data"]["config.conf"],
        **with_annotations(wanted),
    }
    assert after["metadata"]["annotations"][HASH] == "sha256:0000"
    assert api.warnings == []


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_in_the_daemon_set_changes_but_the_stamp(api: Client, cluster: str, engine: str) -> None:
    prepare(api, cluster)
    wanted = rendered(cluster, "DaemonSet")
    before = without_server_fields(api.live(wanted))

    api.apply(wanted, manager=engine, force=True)

    after = without_server_fields(api.live(wanted))
    stamp = wanted["spec"]["template"]["metadata"]["annotations"]
    assert stamp.keys() == {STAMP}
    expected: Changes = {("spec", "template", "metadata", "annotations"): stamp, **with_annotations(wanted)}
    assert changed(before, after) == expected
    assert api.warnings == []


@pytest.mark.parametrize("kind", ["ConfigMap", "DaemonSet"])
def test_the_engine_owns_what_it_wrote_and_kubeadm_the_rest(api: Client, cluster: str, kind: str) -> None:
    prepare(api, cluster)
    wanted = rendered(cluster, kind)

    api.apply(wanted, manager=ENGINES[0], force=True)

    managed = {entry["manager"]: entry["fieldsV1"] for entry in api.live(wanted)["metadata"]["managedFields"]}
    assert managed.keys() == {ENGINES[0], KUBEADM}
    if kind == "ConfigMap":
        assert managed[ENGINES[0]]["f:data"].keys() == {"f:config.conf"}
        assert managed[KUBEADM]["f:data"].keys() == {".", "f:kubeconfig.conf"}
    else:
        stamp: Object = {"f:template": {"f:metadata": {"f:annotations": {f"f:{STAMP}": {}}}}}
        assert managed[ENGINES[0]]["f:spec"] == stamp


def test_without_force_config_conf_is_the_one_conflict(api: Client, cluster: str) -> None:
    prepare(api, cluster)

    with pytest.raises(ApiError, match='conflict with "kubeadm"') as refused:
        api.apply(rendered(cluster, "ConfigMap"))

    assert refused.value.status == 409
    assert [cause["field"] for cause in refused.value.causes] == [".data.config.conf"]
    api.apply(rendered(cluster, "DaemonSet"))  # nobody else sets the stamp


def test_what_the_base_says_beside_the_spec_is_still_there(api: Client, cluster: str) -> None:
    prepare(api, cluster)
    wanted = rendered(cluster, "ConfigMap")
    before = yaml.safe_load(api.live(wanted)["data"]["config.conf"])

    api.apply(wanted, manager=ENGINES[0], force=True)

    after = yaml.safe_load(api.live(wanted)["data"]["config.conf"])
    assert set(changed(before, after)) <= {("mode",), ("ipvs", "strictARP"), ("ipvs", "scheduler")}


def test_a_stamp_for_a_kube_proxy_that_is_not_there_makes_no_half_daemon_set(api: Client, cluster: str) -> None:
    wanted = rendered(cluster, "DaemonSet")

    with pytest.raises(ApiError, match=r"422 Invalid: .*containers: Required value") as refused:
        api.apply(wanted, manager=ENGINES[0], force=True)

    assert refused.value.status == 422
    assert api.find("apps/v1", "DaemonSet", NAME, "kube-system") is None


@pytest.mark.parametrize("kind", ["ConfigMap", "DaemonSet"])
def test_the_engine_that_lets_go_takes_nothing_else_along(api: Client, cluster: str, kind: str) -> None:
    """Applying less removes what the engine alone owns, which is what it wrote."""
    prepare(api, cluster)
    wanted = rendered(cluster, kind)
    api.apply(wanted, manager=ENGINES[0], force=True)
    bare = {key: wanted[key] for key in ("apiVersion", "kind")}

    api.apply({**bare, "metadata": {"name": NAME, "namespace": "kube-system"}}, manager=ENGINES[0], force=True)

    live = api.live(wanted)
    if kind == "ConfigMap":
        assert live["data"].keys() == {"kubeconfig.conf"}
    else:
        assert live["spec"]["template"]["spec"]["containers"][0]["name"] == NAME
        assert STAMP not in live["spec"]["template"]["metadata"].get("annotations", {})
