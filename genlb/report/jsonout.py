"""Results for machines: one JSON document with ``schemaVersion``, whatever happened.

ASCII only: a reader's terminal is safe from what a spec may hold, and every encoding carries it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from genlb.errors import Diagnostic, Span

SCHEMA_VERSION = 1


def document(body: Mapping[str, Any]) -> str:
    """``body`` as text, with the schema version first."""
    return json.dumps({"schemaVersion": SCHEMA_VERSION, **body}, indent=2) + "\n"


def failure(kind: str, message: str, diagnostics: Iterable[Diagnostic] = ()) -> str:
    """The document of a command that did not come to a result; ``kind`` is a word to branch on."""
    body: dict[str, Any] = {"error": {"kind": kind, "message": message}}
    return document(body | {"diagnostics": diagnostics_data(diagnostics)})


def diagnostics_data(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Diagnostics as plain data; empty parts are left out."""
    return [_diagnostic(diagnostic) for diagnostic in diagnostics]


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **place_data(diagnostic.span),
    }
    if diagnostic.related:
        told["related"] = [place_data(related.span) | {"note": related.note} for related in diagnostic.related]
    optional = {"why": diagnostic.why, "help": diagnostic.help, "cluster": diagnostic.cluster}
    return told | {key: value for key, value in optional.items() if value}


def place_data(span: Span) -> dict[str, Any]:
    """A place, its end included."""
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
