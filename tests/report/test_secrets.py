"""No secret gets out, whatever the format: those of a spec, and those of a cluster that drifts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genlb.api import hushing
from genlb.api.clusters import LoadedCluster, load, open_repository, others
from genlb.api.reports import report, run_of
from genlb.api.words import shown
from genlb.drift.compare import compare
from genlb.drift.model import DriftReport
from genlb.report.drift import DRIFT_FORMATS, text, write
from genlb.report.formats import FORMATS
from genlb.report.model import Cluster, Run
from genlb.report.style import PLAIN
from genlb.report.text import diagnostics_text
from genlb.resources import template
from genlb.yamltext import write as yaml
from tests.drift.objects import desired_of, live_of

HIDDEN = "hunter2xof7the9tor0and1all2of3it"  # what stands in every secret
GITLAB = f"glpat-{HIDDEN}"
PEM = f"-----BEGIN EC PRIVATE KEY-----\n{HIDDEN}\n-----END EC PRIVATE KEY-----\n"

SPEC = f"""\
apiVersion: genlb.io/v1alpha1
kind: Cluster
metadata: {{name: fra1}}
spec:
  versions: {{kubernetes: "1.35", calico: "3.32.1", metallb: "0.16.1"}}
  network: {{podCIDRs: ["10.244.0.0/16"], serviceCIDRs: ["10.96.0.0/16"], nodeCIDRs: ["10.20.1.0/24"]}}
  bgp:
    asNumber: 64600
    password: {HIDDEN}
  pools:
    - {{name: public, addresses: ["10.208.1.0/24"], bearerToken: {HIDDEN}}}
  kubeProxy: {{mode: iptables}}
  agents:
    image: {{repository: "https://bob:{HIDDEN}@registry.example.com/x", tag: v1}}
    helper: {GITLAB}
    apiKey: |
      {HIDDEN}
    certificate: {json.dumps(PEM)}
  gitops:
    engine: ArgoCD
    repoURL: https://{HIDDEN}@git.example.com/lb.git
    targetRevision: "https://git.example.com/?private_token={HIDDEN}&x=y"
  patches:
    - {{kind: Secret, name: x, merge: {{stringData: {{a: {HIDDEN}}}}}}}
"""


@pytest.fixture
def cluster(tmp_path: Path) -> LoadedCluster:
    """A cluster with a secret in every line that something is wrong with."""
    folder = tmp_path / "clusters" / "fra1"
    folder.mkdir(parents=True)
    (folder / "cluster.yaml").write_text(SPEC)
    (loaded,) = load(open_repository(str(tmp_path), today="2026-11-22"))
    return loaded


@pytest.fixture
def run(tmp_path: Path, cluster: LoadedCluster) -> Run:
    """What `genlb validate` reports of it."""
    repository = open_repository(str(tmp_path), today="2026-11-22")
    verdict = hushing.conclude(repository, [cluster.findings()], others(repository, everything=True), everything=True)
    return run_of(repository, "validate", [Cluster("fra1", "clusters/fra1/cluster.yaml", valid=False)], verdict)


def test_every_secret_stands_where_something_is_found(run: Run) -> None:
    """Else the tests below could not fail."""
    lines = SPEC.splitlines()
    quoted = {lines[told.diagnostic.span.line - 1] for told in run.findings}

    assert len([line for line in quoted if HIDDEN in line]) >= 5


@pytest.mark.parametrize("form", FORMATS)
def test_a_secret_of_a_spec_gets_into_no_report(run: Run, form: str) -> None:
    assert HIDDEN not in report(form, run)


def test_a_secret_of_a_spec_does_not_get_onto_a_terminal(tmp_path: Path, cluster: LoadedCluster) -> None:
    source = open_repository(str(tmp_path)).lines

    assert HIDDEN not in "\n".join(diagnostics_text(cluster.diagnostics, source, PLAIN))


def test_a_secret_is_not_told_when_the_merged_spec_is_shown(cluster: LoadedCluster) -> None:
    told = shown(cluster)

    assert HIDDEN not in told.yaml()
    assert HIDDEN not in told.text(PLAIN, origin=True)
    assert HIDDEN not in str(told.data(origin=True)["merged"])


def an_object(api: str, kind: str, **body: Any) -> dict[str, Any]:
    """One object of a cluster."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x", "namespace": "kube-system"}, **body}


def _secret(value: str) -> dict[str, Any]:
    return an_object("v1", "Secret", type="Opaque", data={"tor": value}, stringData={"other": value})


def _application(value: str) -> dict[str, Any]:
    source = {"repoURL": f"https://{value}@git.example.com/lb.git", "chart": f"https://x/?private_token={value}"}
    return an_object("argoproj.io/v1alpha1", "Application", spec={"source": source, "token": value})


def _config_map(value: str) -> dict[str, Any]:
    config = yaml({"clientConnection": {"kubeconfig": "x"}, "password": value, "note": PEM})
    return an_object("v1", "ConfigMap", data={"config.conf": config})


def _daemon_set(value: str) -> dict[str, Any]:
    container = {
        "name": "a",
        "image": "b",
        "args": [f"--token={value}"],
        "env": [{"name": "API_TOKEN", "value": value}],
    }
    return an_object("apps/v1", "DaemonSet", spec={"template": {"spec": {"containers": [container]}}})


@pytest.mark.parametrize("made", [_secret, _application, _config_map, _daemon_set], ids=lambda made: made.__name__)
@pytest.mark.parametrize("form", [*DRIFT_FORMATS, "terminal"])
def test_a_secret_of_a_cluster_gets_into_no_report(made: Callable[[str], dict[str, Any]], form: str) -> None:
    drift = compare("fra1", desired_of(made(HIDDEN)), live_of(made(f"{HIDDEN}2")), cluster=None, today="2026-11-22")
    told = DriftReport(version="0.1.0", clusters=(drift,))

    assert drift.differences
    assert HIDDEN not in (
        text(told, PLAIN, 120, verbose=True) if form == "terminal" else write(form, told, {}, template)
    )
