"""Drift as metrics: a textfile that the collector takes, and figures that do not lie about what was not seen."""

from __future__ import annotations

import pytest

from genlb.drift.model import DriftReport
from genlb.report.drift_prom import drift_prom
from tests.report.drift_read import samples
from tests.report.drift_runs import CLEAN, EVIL, FULL, MESH, a_drift, a_report, an_object
from tests.report.runs import HOSTILE

REPORTS = pytest.mark.parametrize("report", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])


def figures(report: DriftReport, name: str, **labels: str) -> list[int]:
    wanted = labels.items()
    return [
        value
        for found, has, value in samples(drift_prom(report))
        if found == f"genlb_drift_{name}" and wanted <= has.items()
    ]


@REPORTS
def test_every_family_has_its_help_and_type_before_its_samples(report: DriftReport) -> None:
    helped: list[str] = []
    typed: list[str] = []
    for line in drift_prom(report).splitlines():
        word, _, rest = line.removeprefix("# ").partition(" ")
        if line.startswith("# HELP"):
            helped.append(rest.partition(" ")[0])
        elif line.startswith("# TYPE"):
            typed.append(rest.partition(" ")[0])
        else:
            assert helped[-1] == typed[-1] == word.partition("{")[0].partition(" ")[0]
    assert len(set(helped)) == len(helped) == len(typed)


@REPORTS
def test_no_sample_stands_there_twice(report: DriftReport) -> None:
    found = [(name, *sorted(labels.items())) for name, labels, _ in samples(drift_prom(report))]

    assert len(set(found)) == len(found)


def test_labels_hold_what_the_cluster_holds() -> None:
    quote = 'a"b\\c'
    report = a_report(a_drift(quote, an_object("BGPPeer", quote, MESH)))

    assert figures(report, "in_step", cluster=quote) == [0]
    assert figures(report, "difference", object=f"BGPPeer {quote}", path="spec.nodeToNodeMeshEnabled") == [1]


def test_a_hostile_name_stays_one_label() -> None:
    assert len(figures(EVIL, "up")) == 2
    assert "\n" in HOSTILE


@pytest.mark.parametrize(
    ("name", "cluster", "value"),
    [
        ("up", "fra1-prod", 1),
        ("up", "lab1", 0),
        ("complete", "fra1-prod", 0),
        ("complete", "ams1-prod", 1),
        ("in_step", "ams1-prod", 1),
        ("in_step", "muc1-edge", 0),
        ("not_checked", "ham1-prod", 1),
        ("ignored", "fra1-prod", 1),
        ("stale_files", "muc1-edge", 1),
    ],
)
def test_figures_are_those_of_the_cluster(name: str, cluster: str, value: int) -> None:
    assert figures(FULL, name, cluster=cluster) == [value]


def test_a_cluster_that_could_not_be_read_has_no_figures_but_that() -> None:
    assert {name for name, labels, _ in samples(drift_prom(FULL)) if labels.get("cluster") == "lab1"} == {
        "genlb_drift_up"
    }


def test_differences_are_counted_by_severity_and_traffic() -> None:
    assert figures(FULL, "differences", cluster="fra1-prod", severity="error") == [4]
    assert figures(FULL, "differences", cluster="fra1-prod", severity="info") == [1]
    assert figures(FULL, "traffic_differences", cluster="fra1-prod", traffic="affected") == [4]
    assert figures(FULL, "objects", cluster="fra1-prod", state="missing") == [1]


def test_the_time_is_that_of_the_run_and_left_out_where_there_is_none() -> None:
    assert figures(FULL, "last_run_timestamp_seconds") == [1795185000]
    assert figures(DriftReport(version="0.1.0", clusters=()), "last_run_timestamp_seconds") == []
