"""What SARIF 2.1.0 logs have in common: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

from genlb.errors import Severity
from genlb.report.links import PROJECT, rule_url
from genlb.report.visible import visible_lines

Object: TypeAlias = dict[str, Any]

FINGERPRINT = "genlb/v1"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
# What a viewer would make a link of ([text](target)) or fill in ({0}) is text here: sections 3.11.5 and 3.11.6.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
_PLACEHOLDER = re.compile(r"\{(?=[0-9]+\})|(?<=[0-9])\}")


class Log(NamedTuple):
    """One run of ``genlb COMMAND``; ``notifications`` tell what could not be looked at."""

    command: str
    version: str
    rules: Iterable[Object]
    results: Iterable[Object]
    notifications: Iterable[Object]
    successful: bool


def log_text(log: Log) -> str:
    """The log as a document with one run."""
    invocation: Object = {"executionSuccessful": log.successful}
    if notifications := list(log.notifications):
        invocation["toolExecutionNotifications"] = notifications
    driver = {"name": "genlb", "version": log.version, "informationUri": PROJECT, "rules": list(log.rules)}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{log.command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
        "invocations": [invocation],
        "results": list(log.results),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


class Described(NamedTuple):
    """A rule as the log describes it; ``markdown`` is why and cure with what Markdown would take for markup escaped."""

    id: str
    title: str
    severity: Severity
    why: str
    cure: str
    markdown: tuple[str, str]
    tag: str


def rule_data(rule: Described) -> Object:
    """A ``reportingDescriptor``."""
    why, cure = rule.markdown
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "helpUri": rule_url(rule.id),
        "help": {"text": f"{rule.why}\n\n{rule.cure}", "markdown": f"{why}\n\n**Cure:** {cure}"},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.tag]},
    }


def notification(text: str, place: Object) -> Object:
    """What could not be looked at, with the file that it concerns."""
    return {"level": "error", "message": message_of(text), "locations": [{"physicalLocation": place}]}


def suppressed(justification: str, *, in_source: bool = False) -> Object:
    """A ``suppression`` that somebody answers for."""
    kind = "inSource" if in_source else "external"
    return {"kind": kind, "status": "accepted", "justification": plain(justification)}


def message_of(text: str) -> Object:
    """``text`` as a ``message``."""
    return {"text": plain(text)}


def plain(text: str) -> str:
    """``text`` that no terminal and no viewer takes for anything else."""
    return _PLACEHOLDER.sub(lambda match: match[0] * 2, _LINK.sub(r"\\[", visible_lines(text)))


def artifact(file: str) -> Object:
    """A file of the repository; bytes of its name that are no UTF-8 stay what they are."""
    return {"uri": quote(file, safe="/", errors="surrogateescape"), "uriBaseId": _ROOT}
