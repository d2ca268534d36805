"""What of SARIF 2.1.0 genlb writes, as a JSON Schema that allows nothing else.

Written from the specification (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, section 3). Stricter
than the official schema, which leaves most objects open: a misspelt property fails here. The official one is checked as
well where ``GENLB_SARIF_SCHEMA`` names it.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_POSITIVE: Schema = {"type": "integer", "minimum": 1}
_LEVEL: Schema = {"enum": ["none", "note", "warning", "error"]}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    properties = required | (optional or {})
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least}


_MESSAGE = _object({"text": _TEXT})
# 3.4.3: a URI reference, relative to the base that uriBaseId names; so no scheme and no leading slash.
_ARTIFACT = _object(
    {
        "uri": {"type": "string", "pattern": r"^(?!/)[A-Za-z0-9%/._~!$&'()*+,;=@-]+$"},
        "uriBaseId": {"const": "%SRCROOT%"},
    }
)
_REGION = _object({"startLine": _POSITIVE}, dict.fromkeys(("startColumn", "endLine", "endColumn"), _POSITIVE))
_PLACE = _object({"artifactLocation": _ARTIFACT}, {"region": _REGION})
_LOCATION = _object(
    {"physicalLocation": _PLACE}, {"logicalLocations": _list(_object({"fullyQualifiedName": _TEXT}), 1)}
)
_RELATED = _object({"id": {"type": "integer", "minimum": 0}, "physicalLocation": _PLACE, "message": _MESSAGE})
_SUPPRESSION = _object(
    {"kind": {"enum": ["inSource", "external"]}},
    {
        "status": {"enum": ["accepted", "underReview", "rejected"]},
        "justification": _TEXT,
        "location": _object({"physicalLocation": _PLACE}),
    },
)
_REPLACEMENT = _object({"deletedRegion": _REGION}, {"insertedContent": _object({"text": {"type": "string"}})})
_CHANGE = _object({"artifactLocation": _ARTIFACT, "replacements": _list(_REPLACEMENT, 1)})
_RESULT = _object(
    {
        "ruleId": _TEXT,
        "level": _LEVEL,
        "message": _MESSAGE,
        "locations": _list(_LOCATION, 1),
        "partialFingerprints": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        },
        "suppressions": _list(_SUPPRESSION),
    },
    {
        "ruleIndex": {"type": "integer", "minimum": 0},
        "relatedLocations": _list(_RELATED, 1),
        "fixes": _list(_object({"artifactChanges": _list(_CHANGE, 1)}, {"description": _MESSAGE}), 1),
    },
)
_RULE = _object(
    {
        "id": _TEXT,
        "shortDescription": _MESSAGE,
        "fullDescription": _MESSAGE,
        "helpUri": {"type": "string", "pattern": "^https://"},
        "help": _object({"text": _TEXT}, {"markdown": _TEXT}),
        "defaultConfiguration": _object({"level": _LEVEL}),
        "properties": _object({"tags": {"type": "array", "uniqueItems": True, "maxItems": 10, "items": _TEXT}}),
    }
)
_DRIVER = _object(
    {
        "name": _TEXT,
        "version": _TEXT,
        "informationUri": {"type": "string", "pattern": "^https://"},
        "rules": _list(_RULE),
    }
)
_NOTIFICATION = _object({"message": _MESSAGE}, {"level": _LEVEL, "locations": _list(_LOCATION)})
_INVOCATION = _object(
    {"executionSuccessful": {"type": "boolean"}}, {"toolExecutionNotifications": _list(_NOTIFICATION, 1)}
)
_RUN = _object(
    {"tool": _object({"driver": _DRIVER}), "results": _list(_RESULT)},
    {
        "automationDetails": _object({"id": _TEXT}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "originalUriBaseIds": _object({"%SRCROOT%": _object({}, {"description": _MESSAGE})}),
        "invocations": _list(_INVOCATION),
    },
)

SARIF: Schema = _object(
    {"version": {"const": "2.1.0"}, "runs": {**_list(_RUN, 1), "maxItems": 20}},
    {"$schema": {"type": "string", "pattern": "^https://.*/sarif-schema-2\\.1\\.0\\.json$"}},
)
