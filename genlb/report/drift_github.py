"""Drift as annotations of GitHub Actions, beside the lines of the rendered files; the gravest come first.

GitHub shows ten of each kind for a step and drops the others without a word, so the rest is counted. A command is one
line; what a cluster holds can end neither the line nor a property.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from genlb.drift.model import Difference, DriftReport, ObjectDrift
from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.drift_words import message, reasons, title
from genlb.report.github import MOST
from genlb.report.visible import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def drift_github(report: DriftReport) -> str:
    """One workflow command on each line; a last line counts what GitHub would not show."""
    shown: Counter[str] = Counter()
    lines: list[str] = []
    left = 0
    for command, rest in sorted(_commands(report), key=lambda pair: list(_COMMANDS.values()).index(pair[0])):
        shown[command] += 1
        if shown[command] <= MOST:
            lines.append(f"::{command}{rest}")
        else:
            left += 1
    if left:
        lines.append(f"genlb: {counted(left, 'finding')} more: GitHub shows {MOST} of each kind; genlb drift tells all")
    return "".join(f"{line}\n" for line in lines)


def _commands(report: DriftReport) -> Iterator[tuple[str, str]]:
    for cluster in report.clusters:
        if cluster.error:
            yield "error", f" title=not checked::{_data(f'{cluster.name}: {cluster.error}')}"
        for missed in cluster.not_checked:
            told = f"{cluster.name}: {missed.what}: {missed.why}\n{missed.cure}"
            yield "warning", f" title=not checked::{_data(told)}"
        for file in cluster.stale:
            yield "warning", f" file={_property(file)},title=stale render::run genlb render"
        for one in cluster.objects:
            for difference in one.differences:
                yield _COMMANDS[difference.severity], _annotation(cluster.name, one, difference)


def _annotation(cluster: str, one: ObjectDrift, difference: Difference) -> str:
    file = f"file={_property(one.file)},line={difference.line or 1}," if one.file else ""
    heading = _property(f"{difference.rule} {title(difference.rule)}")
    words = [f"{cluster}: {message(one, difference)}", *(f"{word}: {text}" for word, text in reasons(difference))]
    return f" {file}title={heading}::{_data(chr(10).join(words))}"


def _data(text: str) -> str:
    told = "\n".join(map(visible, text.split("\n")))
    return told.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
