"""GitHub's annotations: one command a line, nothing forged, no more than GitHub shows."""

from __future__ import annotations

import re

from genlb.errors import Severity, Span
from genlb.report.github import github
from tests.report.runs import CLEAN, EVIL, FILE, FULL, NEW, OVERLAP, a_run


def test_a_finding_is_one_command_with_its_place() -> None:
    assert github(a_run([OVERLAP])) == (
        f"::error file={FILE},line=5,endLine=5,col=19,endColumn=36,title=GLB201 Two pools overlap"
        '::pools "public" and "edge" overlap%0AMetalLB refuses the second%0Ahelp: remove it from "edge"'
        "%0Ahttps://github.com/genlb/genlb/blob/main/docs/rules/GLB201.md\n"
    )


def test_columns_are_told_for_a_place_on_one_line_only() -> None:
    spans = [Span(FILE, 3, 7, 5, 36), Span.whole(FILE)]

    for line in github(a_run(OVERLAP._replace(span=span) for span in spans)).splitlines():
        assert "col=" not in line.lower()


def test_severities_are_the_commands_of_github() -> None:
    assert [line.split(" ")[0] for line in github(FULL).splitlines()] == [
        "::error",
        "::error",
        "::error",
        "::warning",
        "::notice",
    ]


def test_a_clean_run_says_nothing() -> None:
    assert github(CLEAN) == ""


def test_ten_of_each_kind_and_the_rest_in_a_number() -> None:
    errors = [OVERLAP._replace(span=OVERLAP.span._replace(line=n, end_line=n)) for n in range(1, 14)]
    notes = [NEW._replace(span=NEW.span._replace(line=n, end_line=n)) for n in range(1, 12)]

    lines = github(a_run([*errors, *notes])).splitlines()

    assert len([line for line in lines if line.startswith("::error ")]) == 10
    assert len([line for line in lines if line.startswith("::notice ")]) == 10
    assert (
        lines[-1] == "genlb: 3 errors, 1 notice more: GitHub shows 10 of each kind for a step; genlb validate tells all"
    )


def test_what_could_not_be_read_is_an_error() -> None:
    assert github(FULL).splitlines()[0] == (
        "::error file=clusters/muc1/cluster.yaml,title=not read::muc1: Permission denied"
    )


def test_hostile_text_ends_neither_a_line_nor_a_property() -> None:
    lines = github(EVIL).splitlines()

    assert len(lines) == 4
    for line in lines:
        command = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert command is not None
        names = [part.partition("=")[0] for part in command[2].split(",")]
        assert set(names) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert len(set(names)) == len(names)


def test_a_percent_sign_is_text() -> None:
    assert "100%25 of%253A" in github(a_run([OVERLAP._replace(message="100% of%3A")]))


def test_a_warning_that_does_not_fail_the_run_is_annotated_too() -> None:
    assert "::warning " in github(a_run([OVERLAP._replace(severity=Severity.WARNING)]))
