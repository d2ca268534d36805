"""SARIF: what GitHub's and others' code scanning reads, held to the schema and to the promises of a fingerprint."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from genlb.errors import Diagnostic, Span
from genlb.report.formats import FORMATS
from genlb.report.model import Run, told
from genlb.report.sarif import fingerprints, sarif
from genlb.rules import rules
from tests.report.runs import CLEAN, EVIL, FILE, FULL, HOSTILE, IMAGE, OVERLAP, RETYPED, SINGLE, a_run
from tests.report.sarif_schema import SARIF

RUNS = pytest.mark.parametrize("run", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])
OFFICIAL = os.environ.get("GENLB_SARIF_SCHEMA", "")


def the_run(run: Run) -> Any:
    (only,) = json.loads(sarif(run))["runs"]
    return only


def results(run: Run) -> Any:
    return the_run(run)["results"]


@RUNS
def test_the_log_keeps_to_a_strict_reading_of_the_specification(run: Run) -> None:
    jsonschema.Draft7Validator(SARIF).validate(json.loads(sarif(run)))


def test_the_strict_reading_refuses_what_is_no_sarif() -> None:
    log = json.loads(sarif(FULL))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = -1

    assert not jsonschema.Draft7Validator(SARIF).is_valid(log)
    assert not jsonschema.Draft7Validator(SARIF).is_valid(json.loads(sarif(FULL)) | {"verison": 1})


@pytest.mark.skipif(
    not OFFICIAL,
    reason="needs the official schema: GENLB_SARIF_SCHEMA=FILE, from"
    " https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
)
@RUNS
def test_the_log_keeps_to_the_official_schema(run: Run) -> None:
    schema = json.loads(Path(OFFICIAL).read_bytes())

    jsonschema.validators.validator_for(schema)(schema).validate(json.loads(sarif(run)))


def test_a_clean_run_has_an_empty_list_of_results_so_that_alerts_close() -> None:
    assert results(CLEAN) == []


def test_the_rules_are_those_of_the_catalogue_with_a_page_each() -> None:
    told_rules = the_run(CLEAN)["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in told_rules] == list(rules())
    assert told_rules[0]["helpUri"] == "https://github.com/genlb/genlb/blob/main/docs/rules/GLB101.md"
    assert {rule["id"]: rule["defaultConfiguration"]["level"] for rule in told_rules} | {
        "GLB201": "error",
        "GLB505": "warning",
        "GLB703": "note",
    } == {rule["id"]: rule["defaultConfiguration"]["level"] for rule in told_rules}


def test_a_finding_has_its_rule_level_place_and_cure() -> None:
    found = results(FULL)[0]

    assert the_run(FULL)["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"] == "GLB201"
    assert found["level"] == "error"
    assert found["message"] == {"text": 'pools "public" and "edge" overlap\nHelp: remove it from "edge"'}
    assert found["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": FILE, "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 5, "startColumn": 19, "endLine": 5, "endColumn": 36},
            },
            "logicalLocations": [{"fullyQualifiedName": "/spec/pools/edge/addresses/10.208.1.128~125"}],
        }
    ]
    assert found["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 31
    assert the_run(FULL)["columnKind"] == "unicodeCodePoints"


def test_what_concerns_a_whole_file_marks_no_column() -> None:
    whole = OVERLAP._replace(span=Span.whole(FILE))

    assert results(a_run([whole]))[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_fix_is_told_with_the_text_that_it_writes() -> None:
    (change,) = results(a_run([RETYPED]))[0]["fixes"][0]["artifactChanges"]

    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 26, "endLine": 2, "endColumn": 30},
            "insertedContent": {"text": '"1.30"'},
        }
    ]


def test_what_is_suppressed_is_told_with_the_reason_and_the_rest_as_not_suppressed() -> None:
    by_rule = {found["ruleId"]: found["suppressions"] for found in results(FULL)}

    assert by_rule["GLB201"] == []
    (suppression,) = by_rule["GLB303"]
    assert (suppression["kind"], suppression["justification"]) == ("external", "one ToR per rack")
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 40
    assert results(EVIL)[-1]["suppressions"][0]["kind"] == "inSource"


def test_what_could_not_be_read_makes_the_execution_unsuccessful() -> None:
    assert the_run(CLEAN)["invocations"] == [{"executionSuccessful": True}]
    (invocation,) = the_run(FULL)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"] == {"text": "muc1: Permission denied"}


def prints(*found: Diagnostic, pointer: str = "/spec/pools/edge") -> list[str]:
    return list(fingerprints(told(found, lambda _: (), lambda _: pointer)))


def test_a_fingerprint_outlives_lines_that_come_and_go() -> None:
    moved = OVERLAP._replace(span=Span(FILE, 99, 3, 99, 9), message="other words")

    assert prints(OVERLAP) == prints(moved)


def test_a_fingerprint_tells_rule_cluster_and_place_apart() -> None:
    other = OVERLAP._replace(cluster="ams1", span=OVERLAP.span._replace(file="clusters/ams1/cluster.yaml"))
    every = [
        *prints(OVERLAP),
        *prints(OVERLAP._replace(rule="GLB202")),
        *prints(other),
        *prints(OVERLAP, pointer="/spec/pools/public"),
    ]

    assert len(set(every)) == 4


def test_two_findings_of_one_rule_at_one_place_have_two_fingerprints() -> None:
    first, second = prints(OVERLAP, OVERLAP._replace(message="and another one"))

    assert first != second
    assert prints(OVERLAP) == [first]


def test_a_finding_in_a_shared_file_keeps_its_fingerprint_whichever_cluster_showed_it() -> None:
    assert prints(IMAGE) == prints(IMAGE._replace(cluster="aaa"))


def test_a_finding_without_a_place_of_its_own_is_known_by_its_words() -> None:
    assert prints(SINGLE, pointer="") != prints(SINGLE._replace(message="other words"), pointer="")


def test_the_log_is_ascii_and_nothing_in_it_is_a_link_or_a_placeholder() -> None:
    text = sarif(EVIL)

    assert text.isascii()
    message = results(EVIL)[0]["message"]["text"]
    assert r"\[x](javascript:alert(1))" in message
    assert "{{0}}" in message
    assert "\x1b" not in message
    assert "\u202e" not in message


def test_the_same_run_gives_the_same_bytes() -> None:
    for write in FORMATS.values():
        assert write(FULL) == write(FULL)


def test_secrets_are_in_no_report() -> None:
    leak = OVERLAP._replace(span=Span(FILE, 6, 15, 6, 23), message="not hunter22", help="hunter22")

    for write in FORMATS.values():
        assert "hunter22" not in write(a_run([leak]))


def test_every_report_tells_what_was_found_but_no_hostile_byte() -> None:
    for name, write in FORMATS.items():
        text = write(EVIL)
        assert "forged" in text
        assert HOSTILE not in text
        for character in "\x1b\x00\x07\x0b\x7f\x85\u202e\u2028":
            assert character not in text, (name, character)
