from __future__ import annotations

from typing import Any

import pytest

from genlb.manifest import Manifest
from genlb.render.context import Unit
from genlb.render.engine import annotate
from genlb.render.units import produce
from genlb.spec.model import DaemonState, Engine
from tests.builders import a_cluster, a_full_cluster
from tests.render.skeletons import a_node_context

ARGO = "argocd.argoproj.io"
FLUX = "kustomize.toolkit.fluxcd.io"
BASE = {"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration"}
PROTECTED = [
    ("Namespace", "genlb-system"),
    ("ConfigMap", "kube-proxy"),
    ("DaemonSet", "kube-proxy"),
    ("BGPConfiguration", "default"),
]


def an_object(kind: str, name: str = "x", **metadata: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}, "spec": {}}


def annotations_of(kind: str, name: str, engine: Engine) -> dict[str, str]:
    out: dict[str, str] = annotate(an_object(kind, name), engine)["metadata"].get("annotations", {})
    return out


def argo(kind: str, name: str = "x") -> dict[str, str]:
    return annotations_of(kind, name, Engine.ARGO_CD)


def sync_options(kind: str, name: str = "x") -> list[str]:
    return argo(kind, name).get(f"{ARGO}/sync-options", "").split(",")


def flux(kind: str, name: str = "x") -> dict[str, str]:
    return annotations_of(kind, name, Engine.FLUX)


def wave(kind: str, name: str = "x") -> int:
    return int(argo(kind, name)[f"{ARGO}/sync-wave"])


def everything() -> list[Manifest]:
    context = a_node_context(a_full_cluster(), base_config=BASE)
    return [manifest for unit in Unit for manifest in produce(unit, context)]


# ------------------------------------------------------------------------------------------------- every engine
@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("state", DaemonState)
def test_every_object_that_can_be_rendered_has_a_treatment(engine: Engine, state: DaemonState) -> None:
    cluster = a_full_cluster(vip_binder={"state": state}, sysctls={"state": state})
    context = a_node_context(cluster, base_config=BASE)

    for manifest in (manifest for unit in Unit for manifest in produce(unit, context)):
        annotate(manifest, engine)


def test_without_an_engine_there_is_no_annotation() -> None:
    assert [annotate(manifest, Engine.NONE) for manifest in everything()] == everything()


@pytest.mark.parametrize(("engine", "other"), [(Engine.ARGO_CD, FLUX), (Engine.FLUX, ARGO)])
def test_only_the_chosen_engine_is_spoken_to(engine: Engine, other: str) -> None:
    keys = {key for it in everything() for key in annotate(it, engine)["metadata"].get("annotations", {})}

    assert not [key for key in keys if key.startswith(other)]


@pytest.mark.parametrize("engine", [Engine.ARGO_CD, Engine.FLUX])
def test_all_annotations_are_strings(engine: Engine) -> None:
    values = [v for it in everything() for v in annotate(it, engine)["metadata"].get("annotations", {}).values()]

    assert {type(value) for value in values} == {str}


def test_metadata_is_written_name_first_and_annotations_last() -> None:
    manifest = an_object("IPAddressPool", namespace="metallb-system", annotations={"own": "1"}, labels={"a": "b"})

    annotated = annotate(manifest, Engine.ARGO_CD)

    assert list(annotated) == ["apiVersion", "kind", "metadata", "spec"]
    assert list(annotated["metadata"]) == ["name", "namespace", "labels", "annotations"]


def test_an_objects_own_annotations_stay_and_the_object_is_not_changed() -> None:
    manifest = an_object("BGPPeer", annotations={"own": "1"})

    assert annotate(manifest, Engine.ARGO_CD)["metadata"]["annotations"]["own"] == "1"
    assert manifest["metadata"] == {"name": "x", "annotations": {"own": "1"}}


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        annotate(an_object("Secret"), Engine.ARGO_CD)


# ------------------------------------------------------------------------------------------------------ Argo CD
def test_waves_follow_the_apply_order_of_each_unit() -> None:
    context = a_node_context(a_full_cluster(), base_config=BASE)

    for unit in Unit:
        waves = [wave(it["kind"], it["metadata"]["name"]) for it in produce(unit, context)]
        assert waves == sorted(waves), unit


def test_the_waves_are_those_of_the_safe_order() -> None:
    assert [
        wave("Namespace"),
        wave("ClusterRole"),
        wave("DaemonSet", "genlb-sysctl"),
        wave("ConfigMap", "kube-proxy"),
        wave("DaemonSet", "kube-proxy"),
        wave("IPAddressPool"),
        wave("DaemonSet", "genlb-vip"),
        wave("BGPPeer"),
        wave("BGPConfiguration"),
    ] == [-50, -40, -30, -20, -15, -10, 0, 10, 20]


def test_the_filter_stands_in_a_wave_before_the_peers_that_name_it() -> None:
    assert wave("IPAddressPool") < wave("BGPFilter") < wave("BGPPeer")


@pytest.mark.parametrize(("kind", "name"), PROTECTED)
def test_argo_neither_prunes_nor_deletes_what_others_live_on(kind: str, name: str) -> None:
    assert {"Prune=false", "Delete=false"} <= set(sync_options(kind, name))


@pytest.mark.parametrize(("kind", "name"), PROTECTED)
def test_what_argo_keeps_does_not_hold_the_application_out_of_sync(kind: str, name: str) -> None:
    assert argo(kind, name)[f"{ARGO}/compare-options"] == "IgnoreExtraneous"


def test_nothing_else_is_kept() -> None:
    kept = [
        (it["kind"], it["metadata"]["name"])
        for it in everything()
        if "Prune=false" in sync_options(it["kind"], it["metadata"]["name"])
    ]

    assert sorted(kept) == sorted(PROTECTED)


def test_pools_are_pruned_last_of_all() -> None:
    assert sync_options("IPAddressPool") == ["SkipDryRunOnMissingResource=true", "PruneLast=true"]


@pytest.mark.parametrize("kind", ["IPAddressPool", "BGPFilter", "BGPPeer", "BGPConfiguration"])
def test_custom_resources_may_come_before_their_definitions(kind: str) -> None:
    assert "SkipDryRunOnMissingResource=true" in sync_options(kind)


def test_kube_proxy_is_applied_server_side_and_its_partial_daemon_set_unvalidated() -> None:
    assert sync_options("ConfigMap", "kube-proxy") == ["Prune=false", "Delete=false", "ServerSideApply=true"]
    assert sync_options("DaemonSet", "kube-proxy") == [
        "Prune=false",
        "Delete=false",
        "ServerSideApply=true",
        "Validate=false",
    ]


def test_nothing_but_kube_proxy_is_applied_server_side() -> None:
    # Calico 3.32.0 refuses server-side apply of BGPConfiguration.
    server_side = {
        it["metadata"]["name"]
        for it in everything()
        if "ServerSideApply=true" in sync_options(it["kind"], it["metadata"]["name"])
    }

    assert server_side == {"kube-proxy"}


def test_nothing_is_ever_replaced_or_forced() -> None:
    options = {option for it in everything() for option in sync_options(it["kind"], it["metadata"]["name"])}

    assert not options & {"Replace=true", "Force=true"}


# --------------------------------------------------------------------------------------------------------- Flux
@pytest.mark.parametrize(("kind", "name"), PROTECTED)
def test_flux_never_prunes_what_others_live_on(kind: str, name: str) -> None:
    assert flux(kind, name)[f"{FLUX}/prune"] == "disabled"


@pytest.mark.parametrize(("kind", "name"), [it for it in PROTECTED if it[0] != "Namespace"])
def test_flux_leaves_what_others_set_in_shared_objects(kind: str, name: str) -> None:
    assert flux(kind, name)[f"{FLUX}/ssa"] == "Merge"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ConfigMap", "genlb-sysctl"),
        ("ConfigMap", "genlb-vip"),
        ("ConfigMap", "kube-proxy"),
        ("DaemonSet", "genlb-sysctl"),
        ("DaemonSet", "genlb-vip"),
    ],
)
def test_flux_substitutes_nothing_in_what_may_hold_a_dollar(kind: str, name: str) -> None:
    assert flux(kind, name)[f"{FLUX}/substitute"] == "disabled"


@pytest.mark.parametrize("kind", ["IPAddressPool", "BGPFilter", "BGPPeer", "ServiceAccount"])
def test_flux_needs_no_word_about_the_rest(kind: str) -> None:
    assert "annotations" not in annotate(an_object(kind), Engine.FLUX)["metadata"]


def test_a_cluster_without_daemons_is_annotated_all_the_same() -> None:
    cluster = a_cluster(vip_binder={"state": DaemonState.DISABLED}, sysctls={"state": DaemonState.DISABLED})

    for manifest in produce(Unit.NODE, a_node_context(cluster)):
        annotate(manifest, Engine.FLUX)
