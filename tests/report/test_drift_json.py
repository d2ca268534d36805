"""Drift as JSON: the schema of the package, and nothing that the model does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from genlb.drift.model import ABSENT, DriftReport
from genlb.report.drift_json import drift_json
from genlb.report.jsonout import failure
from genlb.resources import schema
from tests.report.drift_runs import CLEAN, EVIL, FULL, TIME, a_difference, a_drift, a_report, an_object

SCHEMA = jsonschema.Draft7Validator(schema("drift-report"))


def data(report: DriftReport) -> Any:
    return json.loads(drift_json(report))


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def the_difference(text: str) -> Any:
    (difference,) = json.loads(text, parse_constant=refuse)["clusters"][0]["objects"][0]["differences"]
    return difference


@pytest.mark.parametrize("report", [CLEAN, FULL, EVIL, a_report()], ids=["clean", "full", "hostile", "empty"])
def test_the_document_keeps_to_the_schema(report: DriftReport) -> None:
    SCHEMA.validate(data(report))


def test_a_run_without_a_result_keeps_to_the_schema_too() -> None:
    SCHEMA.validate(json.loads(failure("unknown-cluster", "there is no cluster fra9")))


def test_the_schema_refuses_what_the_model_does_not_hold() -> None:
    document = data(FULL)
    document["clusters"][1]["objects"][0]["differences"][0]["severity"] = "grave"

    assert not SCHEMA.is_valid(document)
    assert not SCHEMA.is_valid(data(FULL) | {"extra": 1})
    assert not SCHEMA.is_valid({"schemaVersion": 1})


def test_every_field_of_the_schema_is_written_somewhere() -> None:
    written = {name for report in (FULL, EVIL) for name, _ in fields(data(report))}
    definitions = schema("drift-report")["definitions"]
    described = {
        field
        for definition in definitions
        if definition != "failure"
        for name, value in fields(definitions[definition])
        if name == "properties"
        for field in value
    }

    assert described - written == {"uid", "resourceVersion"}


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Every name in a document with its value."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from fields(item)
    if isinstance(value, dict):
        yield from value.items()


def test_a_value_that_is_not_there_is_left_out_and_null_stays() -> None:
    found = a_difference(("spec", "a"), None, ABSENT)
    difference = the_difference(drift_json(a_report(a_drift("b", an_object("BGPPeer", "x", found)))))

    assert difference["desired"] is None
    assert "live" not in difference


def test_values_keep_their_types() -> None:
    value = {"a": [1, 2.5, True, None, "x"]}
    found = a_difference(("spec", "a"), value, "1")
    difference = the_difference(drift_json(a_report(a_drift("b", an_object("BGPPeer", "x", found)))))

    assert (difference["desired"], difference["live"]) == (value, "1")


def test_numbers_that_json_lacks_become_text() -> None:
    found = a_difference(("a",), float("inf"), [float("nan")])
    difference = the_difference(drift_json(a_report(a_drift("b", an_object("BGPPeer", "x", found)))))

    assert (difference["desired"], difference["live"]) == ("inf", ["nan"])


def test_it_tells_what_a_machine_branches_on() -> None:
    document = data(FULL)

    assert (document["kind"], document["time"]) == ("DriftReport", TIME)
    assert (document["complete"], document["drifts"]) == (False, True)
    assert document["summary"]["statuses"] == {"in step": 1, "drifted": 2, "incomplete": 1, "not checked": 1}
    assert [cluster["status"] for cluster in document["clusters"]] == [
        "in step",
        "drifted",
        "incomplete",
        "not checked",
        "drifted",
    ]
    assert document["clusters"][1]["traffic"] == "affected"


def test_the_writer_stands_beside_the_difference() -> None:
    difference = data(FULL)["clusters"][1]["objects"][0]["differences"][0]

    assert difference["attribution"] == {
        "confidence": "exact",
        "writers": [{"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-20T14:03:07Z"}],
    }


def test_it_is_ascii() -> None:
    assert drift_json(EVIL).isascii()
