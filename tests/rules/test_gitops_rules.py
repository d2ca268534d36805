"""What the cases do not show of the rules about GitOps, patches and secrets."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.render.bgp_filter import NO_REEXPORT
from genlb.render.context import Unit
from genlb.render.engine import annotate
from genlb.render.units import produce
from genlb.resources import template
from genlb.rules import patched
from genlb.spec.model import Engine
from genlb.yamltext import load
from tests.builders import a_context, a_full_cluster
from tests.rules.judged import a_document, ids, judged

URL = "https://git.example.com/platform/lb.git"
FLUX = {"engine": "Flux", "repoURL": URL, "targetRevision": "main"}
ARGO = {"engine": "ArgoCD", "repoURL": URL}


def with_gitops(**changes: Any) -> set[str]:
    return ids(a_document(gitops=changes))


def with_patch(kind: str, name: str, merge: Any, **changes: Any) -> set[str]:
    return ids(a_document(patches=[{"kind": kind, "name": name, "merge": merge}], **changes))


@pytest.mark.parametrize(
    ("url", "flux", "argo"),
    [
        (URL, set(), set()),
        ("http://git.example.com/lb", set(), set()),
        ("ssh://git@git.example.com/platform/lb.git", set(), set()),
        ("git@git.example.com:platform/lb.git", {"GLB601"}, set()),
        ("git.example.com:lb", {"GLB601"}, set()),
        ("oci://registry.example.com/lb", {"GLB601"}, set()),
        ("git://git.example.com/lb", {"GLB601"}, set()),
        ("/srv/git/lb.git", {"GLB601"}, {"GLB601"}),
        ("./lb", {"GLB601"}, {"GLB601"}),
        ("lb", {"GLB601"}, {"GLB601"}),
        ("https://", {"GLB601"}, {"GLB601"}),
    ],
)
def test_each_engine_has_its_own_idea_of_a_repository_url(url: str, flux: set[str], argo: set[str]) -> None:
    assert with_gitops(**{**FLUX, "repoURL": url}) == flux
    assert with_gitops(**{**ARGO, "repoURL": url}) == argo
    assert with_gitops(**{**FLUX, "repoURL": url, "flux": {"sourceRef": {"name": "lb"}}}) == set()
    assert with_gitops(repoURL=url) == set()


@pytest.mark.parametrize(
    ("gitops", "rules"),
    [
        ({"engine": "Flux", "repoURL": URL}, {"GLB602"}),
        ({"engine": "Flux", "flux": {"sourceRef": {"name": "lb"}}}, set()),
        (ARGO, set()),
        ({**FLUX, "path": "a/../.."}, {"GLB605"}),
        ({**FLUX, "path": "a/../b"}, set()),
        ({"path": "../x"}, set()),  # nobody applies anything
        ({**ARGO, "destination": {"server": "https://10.20.1.10:6443"}}, set()),
        ({**FLUX, "destination": {"name": "fra1"}}, {"GLB612"}),
        ({"argocd": {"project": "net"}}, {"GLB612"}),
    ],
)
def test_gitops_settings_fit_the_engine(gitops: dict[str, Any], rules: set[str]) -> None:
    assert with_gitops(**gitops) == rules


@pytest.mark.parametrize(
    ("kind", "name", "merge", "rules"),
    [
        ("BGPPeer", "genlb-tor-a-v4", {"spec": {"filters": None}}, {"GLB611"}),
        ("BGPPeer", "genlb-tor-a-v4", {"spec": None}, {"GLB611"}),
        ("BGPPeer", "genlb-tor-a-v4", {"spec": {"ttlSecurity": 1}}, set()),
        ("BGPPeer", "somebody-else", {"spec": {"filters": None}}, set()),
        ("BGPFilter", "genlb-no-reexport", {"spec": {"exportV4": None}}, {"GLB611"}),
        ("BGPFilter", "genlb-no-reexport", {"spec": {"exportV6": []}}, {"GLB611"}),
        ("BGPConfiguration", "default", {"metadata": {"annotations": None}}, {"GLB611"}),
        ("BGPConfiguration", "default", {"spec": {"logSeverityScreen": "Warning"}}, set()),
        ("Namespace", "genlb-system", {"metadata": {"labels": {"team": "net"}}}, set()),
        ("ConfigMap", "genlb-vip", {"metadata": {"annotations": None}}, set()),
        ("DaemonSet", "genlb-sysctl", {"spec": {"template": None}}, {"GLB611"}),
        ("DaemonSet", "genlb-sysctl", {"spec": {"template": {"metadata": {"annotations": None}}}}, {"GLB611"}),
        ("DaemonSet", "genlb-sysctl", {"spec": {"minReadySeconds": 5}}, set()),
    ],
)
def test_a_patch_may_do_everything_but_take_a_protection_away(
    kind: str, name: str, merge: dict[str, Any], rules: set[str]
) -> None:
    assert with_patch(kind, name, merge) == rules


def test_a_peer_inside_the_as_has_no_filter_to_lose() -> None:
    racks = [{"name": "r1", "routers": [{"name": n, "asNumber": 64600, "addresses": [a]} for n, a in ROUTERS]}]

    assert with_patch("BGPPeer", "genlb-tor-a-v4", {"spec": {"filters": []}}, bgp={"racks": racks}) == set()


ROUTERS = (("tor-a", "10.20.1.2"), ("tor-b", "10.20.1.3"))


def test_the_names_of_protections_are_those_that_are_rendered() -> None:
    context = a_context(a_full_cluster(), base_config={"mode": "ipvs"}, template=a_template)
    objects = {unit: produce(unit, context) for unit in Unit}
    kept = {"argocd.argoproj.io/sync-options": Engine.ARGO_CD, "kustomize.toolkit.fluxcd.io/prune": Engine.FLUX}
    daemons = [item for item in objects[Unit.NODE] if item["kind"] == "DaemonSet" and "selector" in item["spec"]]

    assert patched.NO_REEXPORT == NO_REEXPORT
    assert patched.KEEPING.keys() == kept.keys()
    assert all(patched.CONFIG_HASH in item["spec"]["template"]["metadata"]["annotations"] for item in daemons)
    assert len(daemons) == 2
    for item in (item for unit in Unit for item in objects[unit]):
        for key, engine in kept.items():
            annotations = annotate(item, engine)["metadata"].get("annotations", {})
            is_kept = patched.KEEPING[key] in annotations.get(key, "")
            assert is_kept is patched.is_kept(item["kind"], item["metadata"]["name"]), item["metadata"]["name"]


def a_template(name: str) -> Any:
    return load(template(f"{name}.yaml"), name)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "an AWS access key"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE", "a private key"),
        ("-----BEGIN " + "PRIVATE KEY-----", "a private key"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("glpat-" + "a" * 20, "a GitLab token"),
        ("xoxb-" + "1" * 24, "a Slack token"),
    ],
)
def test_a_credential_is_found_by_its_form_wherever_it_stands(value: str, words: str) -> None:
    patch = {"kind": "BGPConfiguration", "name": "default", "merge": {"metadata": {"annotations": {"x/y": value}}}}
    (found,) = judged(a_document(patches=[patch]))

    assert (found.rule, found.message) == ("GLB310", f"{words} stands in the spec")
    assert value not in found.message


@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN CERTIFICATE-----\nMIIE",
        "-----BEGIN PUBLIC KEY-----",
        "XAKIAIOSFODNN7EXAMPLE",
        "akiaiosfodnn7example",
        "ghp_short",
        "a-perfectly-long-text-without-any-secret-in-it",
    ],
)
def test_what_only_resembles_a_credential_is_none(value: str) -> None:
    patch = {"kind": "BGPConfiguration", "name": "default", "merge": {"metadata": {"annotations": {"x/y": value}}}}

    assert ids(a_document(patches=[patch])) == set()
