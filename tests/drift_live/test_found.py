"""Whatever somebody does to a cluster is found, and told with his name."""

from __future__ import annotations

from pathlib import Path

import pytest

from genlb.drift.kinds import KINDS
from tests.drift_live.conftest import Finding, Lab

PEER = "genlb-r1-tor-a-v4"


def test_a_fresh_cluster_is_in_step(lab: Lab) -> None:
    told = lab.drift()

    assert told.all == []
    assert (told.code, told.data["drifts"], told.data["complete"]) == (0, False, True)
    assert told.cluster["states"]["in step"] == len(lab.base.manifests)


def test_an_edit_by_kubectl(lab: Lab) -> None:
    lab.kubectl(
        *("patch", "bgppeers.v3.projectcalico.org", PEER, "--type=merge", "--field-manager=kubectl-edit"),
        *("-p", '{"spec": {"asNumber": 65199}}'),
    )

    told = lab.drift()

    assert told.findings == {
        Finding(f"BGPPeer/{PEER}", "GLB801", "changed", "spec.asNumber", 65101, 65199, "kubectl-edit", "Update")
    }
    assert told.code == 1


def test_another_manager_that_applies(lab: Lab) -> None:
    lab.apply("IPAddressPool", "public", {"spec": {"autoAssign": True}}, manager="platform-team")

    told = lab.drift()

    assert told.findings == {
        Finding(
            *("IPAddressPool/metallb-system/public", "GLB801", "changed", "spec.autoAssign"),
            *(False, True, "platform-team", "Apply"),
        )
    }
    assert told.code == 1


def test_a_controller_that_writes(lab: Lab) -> None:
    patch = {"spec": {"nodeToNodeMeshEnabled": True}}
    lab.edit("BGPConfiguration", "default", patch, manager="some-operator")

    told = lab.drift()

    assert {(one.path, one.manager, one.operation) for one in told.findings} == {
        ("spec.nodeToNodeMeshEnabled", "some-operator", "Update")
    }
    assert told.cluster["traffic"] != "none"


def test_a_setting_inside_the_configuration_of_kube_proxy(lab: Lab) -> None:
    live = lab.api.get("v1", "ConfigMap", "kube-proxy", "kube-system")
    changed = live["data"]["config.conf"].replace("strictARP: true", "strictARP: false")
    assert changed != live["data"]["config.conf"]
    lab.edit("ConfigMap", "kube-proxy", {"data": {"config.conf": changed}}, manager="kubeadm")

    told = lab.drift()

    assert {(one.object, one.desired, one.live, one.manager) for one in told.findings} == {
        ("ConfigMap/kube-system/kube-proxy", True, False, "kubeadm")
    }


def test_scaling(lab: Lab, tmp_path: Path) -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "example.com/web:1"}]},
            },
        },
    }
    lab.api.apply(deployment, manager="argocd-controller")
    file = tmp_path / "web.yaml"
    file.write_text(str(deployment))
    clean = lab.drift("--desired", str(file), "--context", "genlb-tests", kubeconfig=lab.plane.kubeconfig, cluster="")

    lab.kubectl("scale", "deployment/web", "--replicas=5")
    told = lab.drift("--desired", str(file), "--context", "genlb-tests", kubeconfig=lab.plane.kubeconfig, cluster="")

    assert (clean.code, clean.all) == (0, [])
    assert [(one.path, one.desired, one.live, one.manager) for one in told.findings] == [
        ("spec.replicas", 2, 5, "kubectl")
    ]


def test_what_git_dropped_and_the_cluster_kept(lab: Lab) -> None:
    peer = lab.manifest("BGPPeer", "genlb-r1-tor-b-v4")
    peer["spec"]["ttlSecurity"] = 3
    lab.api.apply(peer, manager="genlb", force=True)

    told = lab.drift()

    assert {(one.rule, one.sort, one.path, one.manager) for one in told.findings} == {
        ("GLB803", "extra", "spec.ttlSecurity", "genlb")
    }


def test_a_field_that_was_taken_away(lab: Lab) -> None:
    lab.edit("BGPPeer", PEER, {"spec": {"password": None}}, manager="kubectl-edit")

    told = lab.drift()

    assert {(one.rule, one.sort, one.path) for one in told.findings} == {("GLB802", "missing", "spec.password")}


def test_a_deletion(lab: Lab) -> None:
    lab.api.delete(lab.manifest("BGPFilter", "genlb-no-reexport"))

    told = lab.drift()

    assert {(one.object, one.rule) for one in told.findings} == {("BGPFilter/genlb-no-reexport", "GLB811")}
    assert told.code == 1


def test_a_deletion_that_does_not_end(lab: Lab) -> None:
    lab.edit("IPAddressPool", "dns", {"metadata": {"finalizers": ["example.com/hold"]}}, manager="kubectl-edit")
    lab.api.delete(lab.manifest("IPAddressPool", "dns"))

    assert ("IPAddressPool/metallb-system/dns", "GLB814") in {(one.object, one.rule) for one in lab.drift().findings}


def test_what_lost_its_labels_is_not_taken_for_missing(lab: Lab) -> None:
    lab.edit(
        "ClusterRole",
        "genlb-vip",
        {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}},
        manager="kubectl-edit",
    )

    told = lab.drift()

    assert {one.sort for one, _ in told.all} == {"missing"}
    assert {one.path for one, _ in told.all} == {'metadata.labels["app.kubernetes.io/managed-by"]'}


def test_a_foreign_key(lab: Lab) -> None:
    lab.edit("ConfigMap", "genlb-vip", {"data": {"notes.txt": "by hand"}}, manager="kubectl-edit")

    told = lab.drift()

    assert [(one.rule, one.sort, one.manager) for one, _ in told.all] == [("GLB804", "foreign", "kubectl-edit")]


def test_strict_takes_foreign_keys_for_drift(lab: Lab) -> None:
    lab.edit("ConfigMap", "genlb-vip", {"data": {"notes.txt": "by hand"}}, manager="kubectl-edit")

    assert lab.drift("--strict").code == 1


def test_a_foreign_object(lab: Lab) -> None:
    lab.api.create(
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "L2Advertisement",
            "metadata": {"name": "by-hand", "namespace": "metallb-system"},
        },
        manager="kubectl-create",
    )

    told = lab.drift()

    (found,) = told.all
    assert (found[0].object, found[0].sort) == ("L2Advertisement/metallb-system/by-hand", "object")


def test_what_git_no_longer_has(lab: Lab) -> None:
    peer = lab.manifest("BGPPeer", PEER)
    peer["metadata"]["name"] = "genlb-r9-tor-z-v4"
    lab.api.apply(peer, manager="genlb")

    assert {(one.object, one.rule) for one in lab.drift().findings} == {("BGPPeer/genlb-r9-tor-z-v4", "GLB812")}


def test_at_most_25_requests(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from genlb.stores import cluster

    counts: list[int] = []
    read = cluster.read_cluster

    def counted(*arguments: object, **options: object) -> cluster.Reading:
        reading = read(*arguments, **options)  # type: ignore[arg-type]
        counts.append(reading.requests)
        return reading

    monkeypatch.setattr(cluster, "read_cluster", counted)
    lab.drift()
    for kind in ("ClusterRole", "Role", "RoleBinding"):
        for manifest in lab.base.manifests:
            if manifest["kind"] == kind:
                lab.api.delete(manifest)
    lab.drift(kubeconfig=lab.plane.kubeconfig)

    assert counts[0] <= 25
    assert counts[1] <= 30, "of a wrecked cluster one more for each kind, however many objects are gone"
    assert ("metallb.io", "IPAddressPool") in KINDS
