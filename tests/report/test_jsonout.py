"""JSON for machines: one document with a schema version, whatever happened."""

from __future__ import annotations

import json

from genlb.errors import Diagnostic, Related, Severity, Span
from genlb.report.jsonout import diagnostics_data, document, failure

PLACE = Span("clusters/a/cluster.yaml", 4, 19, 4, 36)


def finding(**more: object) -> Diagnostic:
    return Diagnostic(rule="GLB201", severity=Severity.ERROR, message="overlap", span=PLACE, **more)  # type: ignore[arg-type]


def test_the_schema_version_stands_first() -> None:
    assert json.loads(document({"clusters": []})) == {"schemaVersion": 1, "clusters": []}
    assert document({}).startswith('{\n  "schemaVersion": 1')
    assert document({}).endswith("}\n")


def test_a_diagnostic_says_its_place_in_full() -> None:
    assert diagnostics_data([finding()]) == [
        {
            "rule": "GLB201",
            "severity": "error",
            "message": "overlap",
            "file": "clusters/a/cluster.yaml",
            "line": 4,
            "column": 19,
            "endLine": 4,
            "endColumn": 36,
        }
    ]


def test_reason_cure_cluster_and_related_places_are_there_when_known() -> None:
    related = (Related(Span("clusters/_defaults.yaml", 1, 2, 1, 3), "here"),)
    told = diagnostics_data([finding(why="w", help="h", cluster="a", related=related)])[0]

    assert (told["why"], told["help"], told["cluster"]) == ("w", "h", "a")
    assert told["related"] == [
        {"file": "clusters/_defaults.yaml", "line": 1, "column": 2, "endLine": 1, "endColumn": 3, "note": "here"}
    ]


def test_a_failure_is_a_document_too() -> None:
    told = json.loads(failure("undetermined", "cannot read x", [finding()]))

    assert told["schemaVersion"] == 1
    assert told["error"] == {"kind": "undetermined", "message": "cannot read x"}
    assert told["diagnostics"][0]["rule"] == "GLB201"


def test_hostile_text_is_ascii_and_valid() -> None:
    text = document({"name": "\x1b\x9b\u202e\udc80"})

    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["name"] == "\x1b\x9b\u202e\udc80"
