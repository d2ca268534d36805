"""What the cases do not show of the rules about GitOps, patches and secrets."""

from __future__ import annotations

from typing import Any

import pytest

from genlb.network import decide
from genlb.render.bgp_filter import NO_REEXPORT
from genlb.render.context import Unit
from genlb.render.daemon_set import config_hash
from genlb.render.engine import annotate
from genlb.render.units import produce
from genlb.resources import template
from genlb.rules import patched
from genlb.spec.assemble import LayerFile, assemble
from genlb.spec.model import Engine
from genlb.yamltext import load, read
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
        ({**ARGO, "flux": None}, set()),
    ],
)
def test_gitops_settings_fit_the_engine(gitops: dict[str, Any], rules: set[str]) -> None:
    assert with_gitops(**gitops) == rules


def test_what_a_fleet_shares_may_serve_two_engines() -> None:
    shared = b"apiVersion: genlb.io/v1alpha1\nkind: FleetDefaults\nspec: {gitops: {flux: {namespace: flux-lb}}}\n"
    document = a_document(gitops=ARGO)

    assert "GLB612" in ids(a_document(gitops={**ARGO, "flux": {"namespace": "flux-lb"}}))
    assert ids(document, shared) == set()
