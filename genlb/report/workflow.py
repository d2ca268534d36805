"""Workflow commands of GitHub Actions: they put a finding beside its line in a pull request.

GitHub shows ten of each kind for a step and drops the others without a word, so the gravest come first and the rest
are counted. A command is one line; no text can end the line or a property.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.visible import visible_lines

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class Annotation(NamedTuple):
    """One finding; ``place`` holds the properties of the command, ``file`` and ``line`` above all."""

    severity: Severity
    title: str
    message: str
    place: Mapping[str, str | int]


def workflow_commands(found: Iterable[Annotation], command: str) -> str:
    """A workflow command on each line, the gravest first; a last line counts what GitHub would not show."""
    in_order = sorted(found, key=lambda one: one.severity.rank)
    count = Counter(one.severity for one in in_order)
    shown: Counter[Severity] = Counter()
    lines = []
    for one in in_order:
        shown[one.severity] += 1
        if shown[one.severity] <= MOST:
            lines.append(_line(one))
    more = [counted(count[kind] - MOST, word) for kind, word in _COMMANDS.items() if count[kind] > MOST]
    if more:
        told = f"GitHub shows {MOST} of each kind for a step; genlb {command} tells all"
        lines.append(f"genlb: {', '.join(more)} more: {told}")
    return "".join(f"{line}\n" for line in lines)


def _line(one: Annotation) -> str:
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in (*one.place.items(), ("title", one.title))
    )
    return f"::{_COMMANDS[one.severity]} {properties}::{_data(one.message)}"


def _data(text: str) -> str:
    return visible_lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
