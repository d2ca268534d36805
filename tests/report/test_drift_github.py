"""Drift as annotations of GitHub Actions: beside the rendered line, the gravest first, ten of each kind."""

from __future__ import annotations

import re
from urllib.parse import unquote

from genlb.errors import Severity
from genlb.report.drift_github import drift_github
from tests.report.drift_runs import EVIL, FRA1, FULL, RENDERED, a_difference, a_drift, a_report, an_object

COMMAND = re.compile(r"::(error|warning|notice) (?:[a-z]+=[^,:]*,)*[a-z]+=[^,:]*::[^\r\n]*")


def test_a_difference_stands_beside_its_line() -> None:
    first, *_ = drift_github(a_report(FRA1)).splitlines()

    assert first.startswith(
        f"::error file={RENDERED}/advertise/bgpconfiguration-default.yaml,line=14,"
        "title=GLB801 A field has another value than in git::fra1-prod: BGPConfiguration default: "
    )
    assert "Remedy: Apply what git has" in unquote(first)


def test_the_gravest_come_first() -> None:
    kinds = [line.split(" ")[0] for line in drift_github(FULL).splitlines()]

    assert kinds == sorted(kinds, key=["::error", "::warning", "::notice"].index)


def test_what_was_not_checked_is_annotated() -> None:
    told = drift_github(FULL)

    assert "::error title=not checked::lab1: 10.20.9.1:6443: no route to host" in told
    assert "::warning title=not checked::ham1-prod: ipaddresspools: the dump holds no List of them%0A" in told


def test_of_more_than_ten_of_a_kind_the_rest_is_counted() -> None:
    many = [
        an_object("BGPPeer", f"p{number}", a_difference(("a",), 1, 2, severity=severity))
        for severity in Severity
        for number in range(14)
    ]
    *lines, last = drift_github(a_report(a_drift("b", *many))).splitlines()

    assert len(lines) == 30
    assert last.startswith("genlb: 4 errors, 4 warnings, 4 notices more: GitHub shows 10 of each kind")


def test_every_line_of_a_hostile_report_is_one_whole_command() -> None:
    for line in drift_github(EVIL).splitlines():
        assert COMMAND.fullmatch(line), line
