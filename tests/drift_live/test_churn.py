"""What everybody does to every cluster all the time is no drift."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.drift_live.conftest import CLUSTER, Lab, Told
from tests.kube.client import MERGE_PATCH
from tests.kube.controllers import controllers

RUNS = 100
ROUNDS = 4


def status_updates(lab: Lab) -> None:
    """What controllers and kubelets report."""
    status = {
        "status": {"desiredNumberScheduled": 3, "currentNumberScheduled": 3, "numberMisscheduled": 0, "numberReady": 3}
    }
    for name in ("genlb-vip", "genlb-sysctl"):
        lab.api.patch(lab.manifest("DaemonSet", name), status, content_type=MERGE_PATCH, subresource="status")


def argo_labels(lab: Lab) -> None:
    """How Argo CD marks what it tracks."""
    marks = {
        "labels": {"app.kubernetes.io/instance": "genlb-fra1-prod-routing"},
        "annotations": {"argocd.argoproj.io/tracking-id": "genlb-fra1-prod-routing:metallb.io/IPAddressPool:x/public"},
    }
    for kind, name in (("IPAddressPool", "public"), ("BGPConfiguration", "default"), ("DaemonSet", "genlb-vip")):
        lab.edit(kind, name, {"metadata": marks}, manager="argocd-controller")


def flux_labels(lab: Lab) -> None:
    """How Flux marks what it owns."""
    owner = {"kustomize.toolkit.fluxcd.io/name": "lb", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    for manifest in lab.base.manifests:
        lab.edit(
            manifest["kind"],
            manifest["metadata"]["name"],
            {"metadata": {"labels": owner}},
            manager="kustomize-controller",
        )


def resyncs(lab: Lab) -> None:
    """The same applied once more, by genlb and by a GitOps engine beside it."""
    for manifest in lab.base.manifests:
        lab.api.apply(manifest, manager="genlb", force=True)
        lab.api.apply(manifest, manager="argocd-controller", force=True)


def working_controllers(lab: Lab) -> None:
    """Those of Kubernetes itself at work on the objects."""
    with controllers(lab.plane) as process:
        process.wait_until(
            lambda: (
                lab.api.get("apps/v1", "DaemonSet", "genlb-vip", "genlb-system")["status"].get("observedGeneration", 0)
                > 0
            ),
            "looking at DaemonSets",
        )


def last_applied(lab: Lab) -> None:
    """The bookkeeping of kubectl beside that of the server."""
    mark = {"kubectl.kubernetes.io/last-applied-configuration": "{}\n"}
    lab.edit("IPAddressPool", "public", {"metadata": {"annotations": mark}}, manager="kubectl-client-side-apply")


@pytest.mark.parametrize(
    "churn", [status_updates, argo_labels, flux_labels, resyncs, working_controllers, last_applied]
)
def test_a_clean_cluster_stays_in_step(lab: Lab, churn: Callable[[Lab], None]) -> None:
    told: list[Told] = []
    for _ in range(ROUNDS):
        churn(lab)
        told += (lab.drift() for _ in range(RUNS // ROUNDS))

    assert [one.findings for one in told] == [set()] * RUNS
    assert {one.code for one in told} == {0}


def test_two_runs_say_the_same(lab: Lab) -> None:
    lab.edit("BGPPeer", "genlb-r1-tor-a-v4", {"spec": {"asNumber": 65199}}, manager="kubectl-edit")

    first, second = (lab.drift() for _ in range(2))

    for one in (first, second):
        one.data.pop("time")
    assert first == second
    assert first.cluster["name"] == CLUSTER
