"""Drift as SARIF: at the rendered file's line, beside the spec's, with fingerprints that hold."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from genlb.drift.catalogue import RULES
from genlb.drift.model import ClusterDrift, DriftReport
from genlb.report.drift_sarif import drift_sarif
from tests.report.drift_runs import CLEAN, EVIL, FRA1, FULL, LOST_CIDR, MESH, RENDERED, a_drift, a_report, an_object
from tests.report.sarif_schema import SARIF

REPORTS = pytest.mark.parametrize("report", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])
OFFICIAL = os.environ.get("GENLB_SARIF_SCHEMA", "")


def the_run(report: DriftReport) -> Any:
    (run,) = json.loads(drift_sarif(report))["runs"]
    return run


def results(*clusters: ClusterDrift) -> Any:
    return the_run(a_report(*clusters))["results"]


@REPORTS
def test_the_log_keeps_to_a_strict_reading_of_the_specification(report: DriftReport) -> None:
    jsonschema.Draft7Validator(SARIF).validate(json.loads(drift_sarif(report)))


@pytest.mark.skipif(not OFFICIAL, reason="needs the official schema: GENLB_SARIF_SCHEMA=FILE")
@REPORTS
def test_the_log_keeps_to_the_official_schema(report: DriftReport) -> None:
    schema = json.loads(Path(OFFICIAL).read_bytes())

    jsonschema.validators.validator_for(schema)(schema).validate(json.loads(drift_sarif(report)))


def test_the_rules_are_those_of_drift() -> None:
    assert [rule["id"] for rule in the_run(CLEAN)["tool"]["driver"]["rules"]] == list(RULES)


def test_a_clean_run_has_an_empty_list_of_results_so_that_alerts_close() -> None:
    assert the_run(CLEAN)["results"] == []
    assert the_run(CLEAN)["invocations"] == [{"executionSuccessful": True}]


def test_a_result_stands_at_the_line_of_the_rendered_file_and_names_the_specs() -> None:
    result = results(FRA1)[0]

    assert (result["ruleId"], result["level"]) == ("GLB801", "error")
    assert RULES["GLB801"].id == list(RULES)[result["ruleIndex"]]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {
            "uri": f"{RENDERED}/advertise/bgpconfiguration-default.yaml",
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": 14},
    }
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "clusters/fra1-prod/cluster.yaml"
    assert related["physicalLocation"]["region"] == {"startLine": 21, "startColumn": 21}


def test_what_git_does_not_have_stands_at_the_spec_of_its_cluster() -> None:
    (stranger,) = [result for result in results(FRA1) if result["ruleId"] == "GLB822"]

    uri = stranger["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "clusters/fra1-prod/cluster.yaml"


def test_a_fingerprint_holds_while_lines_move_and_values_change() -> None:
    moved = dataclasses.replace(MESH, line=99, live="other", effect="")
    prints = [results(a_drift("b", an_object("BGPPeer", "x", one)))[0]["partialFingerprints"] for one in (MESH, moved)]

    assert prints[0] == prints[1]
    assert prints[0] != results(a_drift("b", an_object("BGPPeer", "x", LOST_CIDR)))[0]["partialFingerprints"]


def test_the_same_difference_in_two_clusters_is_two_alerts() -> None:
    one, other = results(*(a_drift(name, an_object("BGPPeer", "x", MESH)) for name in "ab"))

    assert one["partialFingerprints"] != other["partialFingerprints"]


def test_what_is_ignored_for_a_reason_is_told_as_suppressed() -> None:
    (hushed,) = [result for result in results(FRA1) if result["suppressions"]]

    (suppression,) = hushed["suppressions"]
    assert suppression["justification"] == "the team of DNS tests this until NET-1234 is done (until 2030-03-31)"


def test_what_could_not_be_read_is_told_and_the_run_no_success() -> None:
    (invocation,) = the_run(FULL)["invocations"]
    words = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]

    assert invocation["executionSuccessful"] is False
    assert "lab1: 10.20.9.1:6443: no route to host" in words
    assert any(text.startswith("ham1-prod: not checked: ipaddresspools") for text in words)


def test_hostile_text_makes_no_link() -> None:
    for result in the_run(EVIL)["results"]:
        assert " [x](javascript:" not in result["message"]["text"]
        assert " \\[x](javascript:" in result["message"]["text"]
