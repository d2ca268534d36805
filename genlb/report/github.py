"""Annotations for GitHub Actions: workflow commands that put a finding beside its line in a pull request.

GitHub shows ten of each kind for a step and drops the others without a word, so the gravest come first and the rest
are counted. A command is one line; what a spec holds can end neither the line nor a property.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.links import rule_url
from genlb.report.model import Run, Told
from genlb.report.visible import visible
from genlb.rules import rules

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(run: Run) -> str:
    """One workflow command on each line; a last line counts what GitHub would not show."""
    return "".join(f"{line}\n" for line in _lines(run))


def _lines(run: Run) -> Iterator[str]:
    shown: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for command, line in _commands(run):
        if shown[command] < MOST:
            shown[command] += 1
            yield line
        else:
            left[command] += 1
    if left:
        more = ", ".join(f"{counted(left[name], name)}" for name in _COMMANDS.values() if left[name])
        yield f"genlb: {more} more: GitHub shows {MOST} of each kind for a step; genlb {run.command} tells all"


def _commands(run: Run) -> Iterator[tuple[str, str]]:
    for cluster in run.unread:
        yield "error", f"::error file={_property(cluster.file)},title=not read::{_data(cluster.unread)}"
    for told in run.findings:
        command = _COMMANDS[told.diagnostic.severity]
        yield command, f"::{command} {_properties(told)}::{_data(_message(told))}"


def _properties(told: Told) -> str:
    diagnostic, span = told.diagnostic, told.diagnostic.span
    rule = rules().get(diagnostic.rule)
    place = {"file": span.file, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line and span.column < span.end_column:
        place |= {"col": span.column, "endColumn": span.end_column}
    place["title"] = f"{diagnostic.rule} {rule.title}" if rule else diagnostic.rule
    return ",".join(f"{name}={_property(str(value))}" for name, value in place.items())


def _message(told: Told) -> str:
    diagnostic = told.diagnostic
    parts = [diagnostic.message, diagnostic.why, diagnostic.help and f"help: {diagnostic.help}"]
    return "\n".join(part for part in (*parts, rule_url(diagnostic.rule)) if part)


def _data(text: str) -> str:
    shown = "\n".join(map(visible, text.split("\n")))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
