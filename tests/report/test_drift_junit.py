"""Drift as JUnit: suites are clusters, cases are objects; an object fails where it drifts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from genlb.drift.model import ClusterDrift, DriftReport, NotChecked
from genlb.report.drift_junit import drift_junit
from tests.report.drift_runs import (
    AMS1,
    CLEAN,
    EVIL,
    FOREIGN,
    FRA1,
    FULL,
    LAB1,
    MUC1,
    RENDERED,
    a_drift,
    a_report,
    an_object,
)

REPORTS = pytest.mark.parametrize("report", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])


def root(report: DriftReport) -> ET.Element:
    return ET.fromstring(drift_junit(report))  # noqa: S314 -- written here


def cases(cluster: ClusterDrift) -> dict[str, ET.Element]:
    (suite,) = root(a_report(cluster))
    return {case.attrib["name"]: case for case in suite}


def tags(case: ET.Element) -> list[str]:
    return [child.tag for child in case]


@REPORTS
def test_the_counts_are_those_of_the_cases(report: DriftReport) -> None:
    for element in (root(report), *root(report)):
        found = list(element.iter("testcase"))
        assert int(element.attrib["tests"]) == len(found) > 0
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.attrib[word]) == sum(case.find(tag) is not None for case in found)


def test_an_object_in_step_is_a_case_that_passes() -> None:
    found = cases(AMS1)

    assert list(found) == [f"BGPPeer genlb-tor-{number}-v4" for number in range(4)]
    assert [tags(case) for case in found.values()] == [[], [], [], []]


def test_an_object_that_drifts_fails_at_its_file_and_tells_everything() -> None:
    case = cases(FRA1)["BGPConfiguration default"]
    (failure,) = case

    assert (failure.tag, failure.attrib["type"]) == ("failure", "error")
    assert failure.attrib["message"] == (
        "BGPConfiguration default: spec.nodeToNodeMeshEnabled: false in git, true in the cluster (and 1 more)"
    )
    assert (case.attrib["file"], case.attrib["line"]) == (f"{RENDERED}/advertise/bgpconfiguration-default.yaml", "14")
    assert failure.text is not None
    for words in ("GLB802", "kubectl-edit (Update)", "traffic affected: no router", "Remedy: Apply what git has"):
        assert words in failure.text


def test_notes_fail_nothing() -> None:
    (case,) = cases(a_drift("b", an_object("DaemonSet", "x", FOREIGN))).values()

    assert tags(case) == ["system-out"]


def test_what_was_not_checked_is_skipped_with_reason_and_cure() -> None:
    found = cases(FRA1)
    (skipped,) = found["Secret bgp-secrets in calico-system"]

    assert tags(found["Secret calico-system/bgp-secrets"]) == ["skipped"]
    assert skipped.tag == "skipped"
    assert skipped.attrib["message"].startswith("the API server forbids it (403); kubectl apply -f clusters/fra1-prod")


def test_a_cure_of_several_lines_keeps_them() -> None:
    (case,) = cases(a_drift("b", not_checked=(NotChecked("pools", "why", "first\nsecond"),))).values()

    assert case[0].attrib["message"] == "why; first\nsecond"


def test_a_cluster_that_could_not_be_read_is_an_error() -> None:
    (case,) = cases(LAB1).values()

    assert tags(case) == ["error"]
    assert case[0].attrib["message"] == "10.20.9.1:6443: no route to host"


def test_a_stale_file_fails() -> None:
    assert tags(cases(MUC1)["rendered file clusters/muc1-edge/rendered/routing/ipaddresspool-edge.yaml"]) == ["failure"]


def test_a_cluster_without_objects_has_a_case_still() -> None:
    assert list(cases(a_drift("b"))) == ["no objects"]


def test_hostile_text_stays_text() -> None:
    known = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"}

    assert {element.tag for element in root(EVIL).iter()} <= known
    assert "<![CDATA[" not in drift_junit(EVIL)
