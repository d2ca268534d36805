"""Objects as a whole: missing, left behind, made by others, being deleted, not looked for; and the cluster itself."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.drift.compare import compare
from genlb.drift.model import ClusterDrift, Confidence, Live, ObjectDrift, State, Traffic, Versions
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey, key_of
from genlb.spec.model import Cluster
from tests.builders import a_cluster
from tests.drift.objects import (
    BGP,
    CONFIG_MAP,
    FILTER,
    GONE,
    PEER,
    POOL,
    SERVICE,
    change,
    desired_of,
    live_of,
    managed,
    yaml,
)
from tests.drift.pairs import entry

OURS = {"app.kubernetes.io/managed-by": "genlb", "genlb.io/cluster": "fra1-prod"}
CLUSTER = a_cluster("fra1-prod")


def found(*desired: Manifest, live: Live, cluster: Cluster | None = CLUSTER, strict: bool = False) -> ClusterDrift:
    return compare(
        "fra1-prod",
        desired_of(*desired),
        live,
        cluster=cluster,
        today="2026-11-22",
        strict=strict,
    )


def one(drift: ClusterDrift, kind: str) -> ObjectDrift:
    (found,) = [one for one in drift.objects if one.key.kind == kind]
    return found


def summary(drift: ObjectDrift) -> tuple[State, str, Severity, Traffic]:
    (difference,) = drift.differences
    return drift.state, difference.rule, difference.severity, difference.traffic


@pytest.mark.parametrize("manifest", [BGP, PEER, FILTER, POOL], ids=lambda one: str(one["kind"]))
def test_an_object_that_carries_traffic_is_sorely_missed(manifest: Manifest) -> None:
    drift = found(manifest, live=live_of(listed=(manifest,)))

    assert summary(drift.objects[0]) == (State.MISSING, "GLB811", Severity.ERROR, Traffic.AFFECTED)
    assert drift.objects[0].desired is not None


def test_what_nobody_looked_for_is_not_missing() -> None:
    drift = found(PEER, live=live_of())

    assert [one.state for one in drift.objects] == [State.NOT_CHECKED]
    assert not drift.drifts
    assert [one.what for one in drift.not_checked] == ["BGPPeer tor-a"]


def test_an_object_that_was_asked_for_by_name_and_not_found_is_missing() -> None:
    live = Live(objects={}, listed=frozenset(), looked_for=frozenset({key_of(CONFIG_MAP)}))

    assert one(found(CONFIG_MAP, live=live), "ConfigMap").state is State.MISSING


def test_an_object_that_is_being_deleted_is_as_good_as_gone() -> None:
    live = change(PEER, metadata__deletionTimestamp="2026-11-22T00:00:00Z", metadata__finalizers=["x"])

    assert summary(found(PEER, live=live_of(live)).objects[0]) == (
        State.TERMINATING,
        "GLB814",
        Severity.WARNING,
        Traffic.POSSIBLE,
    )


def test_what_genlb_left_behind_is_an_orphan() -> None:
    old = change(PEER, metadata__name="old", metadata__labels=OURS)
    drift = found(PEER, live=live_of(PEER, managed(old, entry("argocd-controller", {"f:spec": {"f:peerIP": {}}}))))

    orphan = next(one for one in drift.objects if one.key.name == "old")
    assert summary(orphan) == (State.ORPHANED, "GLB812", Severity.WARNING, Traffic.POSSIBLE)
    assert [writer.manager for writer in orphan.differences[0].attribution.writers] == ["argocd-controller"]
    assert orphan.differences[0].attribution.confidence is Confidence.ANCESTOR


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata__labels": {"app.kubernetes.io/managed-by": "Helm", "genlb.io/cluster": "fra1-prod"}},
        {"metadata__labels": {"app.kubernetes.io/managed-by": "genlb"}},
        {"metadata__ownerReferences": [{"uid": "1"}]},
        {"kind": "Lease", "apiVersion": "coordination.k8s.io/v1"},
    ],
)
def test_labels_alone_make_no_orphan(changes: dict[str, Any]) -> None:
    copy = change(CONFIG_MAP, **{"metadata__name": "copy", "metadata__labels": OURS, **changes})

    assert not found(live=live_of(copy)).objects


def test_a_label_that_is_no_text_ends_in_no_bug() -> None:
    labels = {"app.kubernetes.io/managed-by": "genlb", "genlb.io/cluster": {"a": "b"}}
    odd = change(CONFIG_MAP, metadata__name="odd", metadata__labels=labels)

    assert [one.key.name for one in found(live=live_of(odd)).objects] == ["odd"]


def test_an_application_of_another_cluster_is_no_orphan() -> None:
    application = yaml(
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: genlb-x, namespace: argocd,"
        " labels: {app.kubernetes.io/managed-by: genlb, genlb.io/cluster: other}}, spec: {}}"
    )

    assert not found(live=live_of(application)).objects


def test_applications_that_are_nowhere_here_run_elsewhere() -> None:
    application = yaml("{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: argocd}}")
    drift = found(application, live=live_of(listed=(application,)))

    assert drift.objects == ()
    assert any("another one" in note for note in drift.notes)


def test_one_of_several_applications_that_is_gone_is_missing() -> None:
    first = yaml(
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: argocd}, spec: {}}"
    )
    second = change(first, metadata__name="b")

    assert found(first, second, live=live_of(first)).objects[0].state is State.MISSING


SPEAKER = yaml("""
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: metallb-speaker, namespace: metallb-system, labels: {app.kubernetes.io/name: metallb}}
spec: {}
""")
METALLB_PEER = yaml(
    "{apiVersion: metallb.io/v1beta2, kind: BGPPeer, metadata: {name: x, namespace: metallb-system}, spec: {}}"
)
L2 = change(METALLB_PEER, apiVersion="metallb.io/v1beta1", kind="L2Advertisement")
ADVERTISEMENT = change(L2, kind="BGPAdvertisement")
IP_POOL = yaml(
    "{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: lb}, spec: {allowedUses: [LoadBalancer]}}"
)


@pytest.mark.parametrize(
    ("manifest", "rule", "severity"),
    [
        (SPEAKER, "GLB824", Severity.WARNING),
        (ADVERTISEMENT, "GLB825", Severity.WARNING),
        (L2, "GLB826", Severity.WARNING),
        (METALLB_PEER, "GLB827", Severity.WARNING),
        (IP_POOL, "GLB828", Severity.WARNING),
        (change(PEER, metadata__name="by-hand"), "GLB830", Severity.WARNING),
        (change(BGP, metadata__name="node.a"), "GLB813", Severity.INFO),
        (change(FILTER, metadata__name="by-hand"), "GLB813", Severity.INFO),
        (change(POOL, metadata__name="x", spec__addresses=["10.208.1.128-10.208.1.140"]), "GLB822", Severity.ERROR),
        (change(POOL, metadata__name="x", spec__addresses=["10.9.0.0/24"]), "GLB823", Severity.WARNING),
        (
            change(POOL, metadata__name="x", spec={"addresses": ["10.9.0.0/24"], "autoAssign": False}),
            "GLB813",
            Severity.INFO,
        ),
    ],
)
def test_what_others_made_beside_controller_only_metallb(manifest: Manifest, rule: str, severity: Severity) -> None:
    drift = found(POOL, live=live_of(POOL, manifest))
    other = next(one for one in drift.objects if one.key != key_of(POOL))

    assert (other.state, other.differences[0].rule, other.differences[0].severity) == (State.UNMANAGED, rule, severity)
    assert drift.drifts is (severity is not Severity.INFO)
    assert found(POOL, live=live_of(POOL, manifest), strict=True).drifts


@pytest.mark.parametrize("manifest", [L2, ADVERTISEMENT, METALLB_PEER], ids=lambda one: str(one["kind"]))
def test_an_advertisement_hurts_as_soon_as_a_speaker_runs(manifest: Manifest) -> None:
    other = one(found(live=live_of(SPEAKER, manifest)), str(manifest["kind"]))

    assert summary(other)[2:] == (Severity.ERROR, Traffic.AFFECTED)


@pytest.mark.parametrize(
    "manifest",
    [
        change(IP_POOL, spec__allowedUses=["Workload", "Tunnel"]),
        change(IP_POOL, spec={}),
        change(SPEAKER, metadata__name="node-exporter", metadata__labels={}),
        CONFIG_MAP,
        SERVICE,
    ],
)
def test_what_is_nobodys_business_is_not_told(manifest: Manifest) -> None:
    assert not found(live=live_of(manifest)).objects


def test_without_a_cluster_what_others_made_is_nobodys_business() -> None:
    assert not found(live=live_of(SPEAKER, L2, PEER), cluster=None).objects


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        (Versions(), []),
        (Versions("v1.35.2", "v3.32.1", "0.16.1"), []),
        (Versions("v1.36.0"), [("kubernetes", Severity.WARNING)]),
        (Versions(calico="v3.32.0"), [("calico", Severity.WARNING)]),
        (Versions(calico="v3.31.1", metallb="v0.15.2"), [("calico", Severity.WARNING), ("metallb", Severity.WARNING)]),
        (Versions(calico="master"), []),
    ],
)
def test_the_versions_that_run_are_compared_with_those_of_the_spec(
    running: Versions, expected: list[tuple[str, Severity]]
) -> None:
    live = Live(objects={}, listed=frozenset(), looked_for=frozenset(), versions=running)
    drift = found(live=live)

    assert [(one.path[-1], one.severity) for one in drift.differences] == expected
    assert all(one.key == ResourceKey("genlb.io", "Cluster", "", "fra1-prod") for one in drift.objects)


def served(name: str, address: str) -> Manifest:
    return change(SERVICE, metadata__name=name, status={"loadBalancer": {"ingress": [{"ip": address}]}})


def test_services_whose_address_git_would_take_away_are_named() -> None:
    wanted = change(POOL, spec__addresses=["10.208.1.0/25", "fd00:10:208:1::/112"])
    live = live_of(POOL, served("a", "10.208.1.200"), served("b", "10.208.1.3"), served("c", "192.0.2.1"))
    differences = one(found(wanted, live=live), "IPAddressPool").differences

    (lost,) = [one for one in differences if one.rule == "GLB210"]
    assert "shop/a" in lost.effect
    assert "shop/b" not in lost.effect
    assert "shop/c" not in lost.effect
    assert (lost.severity, lost.traffic) == (Severity.ERROR, Traffic.AFFECTED)


def test_moving_an_address_to_another_pool_takes_nothing_away() -> None:
    wanted = change(POOL, spec__addresses=["fd00:10:208:1::/112"])
    other = change(POOL, metadata__name="other", spec__addresses=["10.208.1.0/24"])

    drift = found(wanted, other, live=live_of(POOL, served("a", "10.208.1.200")))
    assert not [one for one in drift.differences if one.rule == "GLB210"]


def test_objects_come_by_state_then_by_name() -> None:
    drift = found(PEER, BGP, POOL, live=live_of(change(BGP, spec__asNumber=1), POOL, SPEAKER, listed=(PEER,)))

    assert [one.state for one in drift.objects] == [State.MISSING, State.DRIFTED, State.UNMANAGED, State.IN_STEP]


def test_without_managed_fields_that_is_said_once() -> None:
    drift = found(PEER, BGP, live=live_of(PEER, BGP))

    assert [note for note in drift.notes if "managedFields" in note] == list(drift.notes)
    assert len(drift.notes) == 1
    assert not found(PEER, live=live_of(managed(PEER, entry("x", {"f:spec": {}})))).notes


def test_what_is_nested_too_deeply_is_not_checked() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = {"a": deep}
    drift = found(CONFIG_MAP, BGP, live=live_of(change(CONFIG_MAP, data__extra=GONE) | {"x": deep}, BGP))

    assert one(drift, "ConfigMap").state is State.NOT_CHECKED
    assert one(drift, "BGPConfiguration").state is State.IN_STEP
    assert not drift.complete
