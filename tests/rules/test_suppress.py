"""What a suppression hides, what it does not, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest

from genlb.api.hushing import OF_CHANGE, OF_FLEET, OF_RENDER
from genlb.errors import Diagnostic, Severity, Span
from genlb.rules import Rule, fleet, reading, rules
from genlb.rules.comments import comments_in
from genlb.rules.of_change import CHECKS
from genlb.rules.suppress import FIRM, Entry, entries_of_settings, review, suppress
from genlb.spec.settings import read_settings
from genlb.yamltext import read

TODAY = "2030-03-31"
FILE = "clusters/fra1/cluster.yaml"
SHARED = "clusters/_profiles/edge.yaml"


def finding(rule: str = "GLB303", line: int = 7, *, cluster: str = "fra1", file: str = FILE) -> Diagnostic:
    span = Span(file, line, 9, line, 12)
    return Diagnostic(rule=rule, severity=Severity.WARNING, message="only one router", span=span, cluster=cluster)


def entry(rule: str = "GLB303", *, reason: str = "one ToR per rack", line: int = 40, **more: Any) -> Entry:
    return Entry(rule, reason, Span(FILE, line, 15, line, 21), **more)


def nothing(_: str) -> Iterable[Entry]:
    return ()


def hidden(found: Diagnostic, one: Entry, today: str = TODAY) -> bool:
    return bool(suppress([found], [one], nothing, today).suppressed)


def words(*entries: Entry, used: Iterable[Span] = (), today: str = TODAY) -> list[str]:
    told = review(entries, frozenset(used), today, lambda _: True)
    return [f"{one.rule} {one.span}: {one.message}" for one in told]


def test_a_suppressed_finding_is_kept_apart_with_the_entry_that_hides_it() -> None:
    found, other, one = finding(), finding("GLB402"), entry()

    judged = suppress([found, other], [one], nothing, TODAY)

    assert judged.kept == (other,)
    assert [(suppressed.diagnostic, suppressed.entry) for suppressed in judged.suppressed] == [(found, one)]
    assert judged.used == {one.span}


@pytest.mark.parametrize("reason", ["", "  ", "\t"])
def test_without_a_reason_it_hides_nothing(reason: str) -> None:
    assert not hidden(finding(), entry(reason=reason))
    assert words(entry(reason=reason)) == [
        f"GLB107 {FILE}:40:15: the suppression of GLB303 gives no reason and hides nothing"
    ]


@pytest.mark.parametrize(
    ("today", "hides"), [("2030-03-30", True), ("2030-03-31", True), ("2030-04-01", False), ("2031-01-01", False)]
)
def test_it_holds_through_its_last_day(today: str, *, hides: bool) -> None:
    one = entry(expires="2030-03-31")

    assert hidden(finding(), one, today) is hides
    told = [] if hides else ["the suppression of GLB303 held until 2030-03-31 and hides nothing any more"]
    assert words(one, used=[one.span], today=today) == [f"GLB107 {FILE}:40:15: {text}" for text in told]


def test_what_is_said_about_its_end_stands_at_the_date() -> None:
    one = entry(expires="2020-01-01")._replace(ends=Span(FILE, 42, 3, 42, 15))

    assert [text.split(" ")[1] for text in words(one)] == [f"{FILE}:42:3:"]


def test_a_day_that_the_calendar_does_not_have_is_none() -> None:
    one = entry(expires="2031-02-30")

    assert not hidden(finding(), one)
    assert words(one) == [
        f"GLB107 {FILE}:40:15: 2031-02-30 is no day of the calendar: the suppression of GLB303 hides nothing"
    ]


@pytest.mark.parametrize("rule", sorted(FIRM))
def test_what_a_file_says_cannot_be_suppressed(rule: str) -> None:
    one = entry(rule)

    assert not hidden(finding(rule), one)
    assert words(one) == [
        f"GLB108 {FILE}:40:15: {rule} cannot be suppressed: what cannot be read for sure cannot be rendered"
    ]


@pytest.mark.parametrize(("rule", "help_"), [("GLB999", "genlb rules lists them"), ("glb303", "write GLB303")])
def test_a_rule_that_does_not_exist_is_told(rule: str, help_: str) -> None:
    (told,) = review([entry(rule)], frozenset(), TODAY, lambda _: True)

    assert (told.rule, told.message, told.help) == ("GLB108", f'there is no rule "{rule}" to suppress', help_)


@pytest.mark.parametrize("rule", ["GLB210", "GLB801"])
def test_what_drift_finds_is_ignored_elsewhere(rule: str) -> None:
    (told,) = review([entry(rule)], frozenset(), TODAY, lambda _: True)

    assert told.message == f'"{rule}" is not among what genlb validate looks for'
    assert told.help == "genlb drift ignores what drift.ignore lists"


def test_an_entry_that_hides_nothing_is_told_once_for_all_clusters_that_inherit_it() -> None:
    one = entry()

    text = f"GLB108 {FILE}:40:15: the suppression of GLB303 hides nothing: there is no such finding"
    assert words(one._replace(cluster="fra1"), one._replace(cluster="ams1")) == [f"{text} in cluster fra1"]
    assert words(one) == [f"{text} in any cluster"]
    assert words(one, used=[one.span]) == []


def test_an_entry_is_no_burden_to_a_run_that_did_not_ask_its_rule() -> None:
    assert list(review([entry("GLB208")], frozenset(), TODAY, lambda one: one.rule != "GLB208")) == []


@pytest.mark.parametrize(
    ("globs", "found", "hides"),
    [
        ({"cluster": "fra*"}, finding(), True),
        ({"cluster": "ams*"}, finding(), False),
        ({"cluster": "fra1"}, finding(cluster=""), False),
        ({"path": "clusters/_profiles/*"}, finding(file=SHARED), True),
        ({"path": "clusters/_profiles/*"}, finding(), False),
        ({"path": "clusters/*"}, finding(), True),
        ({"cluster": "fra1", "path": SHARED}, finding(), False),
    ],
)
def test_globs_say_which_clusters_and_files_it_is_about(
    globs: dict[str, Any], found: Diagnostic, *, hides: bool
) -> None:
    assert hidden(found, entry(**globs)) is hides


def test_two_entries_for_one_finding_both_count_as_used() -> None:
    first, second = entry(line=40), entry(line=41)

    judged = suppress([finding()], [first, second], nothing, TODAY)

    assert judged.used == {first.span, second.span}
    assert judged.suppressed[0].entry == first


def test_the_comments_of_a_file_are_asked_for_only_where_there_is_a_finding() -> None:
    asked: list[str] = []

    def comments(file: str) -> Iterable[Entry]:
        asked.append(file)
        return ()

    suppress([], [entry()], comments, TODAY)
    assert asked == []
    suppress([finding()], [], comments, TODAY)
    assert asked == [FILE]


def test_settings_name_their_place_and_their_globs() -> None:
    text = b"""\
lint:
  suppress:
    - {rule: GLB303, reason: one ToR per rack, cluster: "edge-*", path: "clusters/*", expires: "2030-03-31"}
"""
    document = read(text, "genlb.yaml")
    settings, diagnostics = read_settings(document, "0.1.0")

    assert diagnostics == ()
    assert entries_of_settings(document.root, settings) == (
        Entry(
            rule="GLB303",
            reason="one ToR per rack",
            span=Span("genlb.yaml", 3, 14, 3, 20),
            expires="2030-03-31",
            ends=Span("genlb.yaml", 3, 96, 3, 108),
            cluster="edge-*",
            path="clusters/*",
        ),
    )


def comment_entries(text: str) -> list[tuple[int, int, str, str]]:
    entries = comments_in(text, read(text.encode(), FILE).root, FILE)
    return [(one.line, one.span.column, one.rule, one.reason) for one in entries]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a: 1  # genlb:ignore GLB303 -- one ToR", [(22, "GLB303", "one ToR")]),
        ("a: 1 #genlb:ignore GLB303 -- one ToR", [(20, "GLB303", "one ToR")]),
        ("a: 1 # genlb:ignore GLB303, GLB402 -- it -- so", [(21, "GLB303", "it -- so"), (29, "GLB402", "it -- so")]),
        ("a: 1 # genlb:ignore GLB303,GLB402 -- x", [(21, "GLB303", "x"), (28, "GLB402", "x")]),
        ("a: 1 # genlb:ignore GLB303", [(21, "GLB303", "")]),
        ("a: 1 # genlb:ignore GLB303 --", [(21, "GLB303", "")]),
        ("a: 1 # genlb:ignore GLB303 one ToR", [(21, "GLB303", "")]),
        ("a: 1 # genlb:ignore GLB303 glb402 why", [(21, "GLB303", ""), (28, "glb402", "")]),
        ("a: 1 # genlb:ignore GLB303 one -- why", [(21, "GLB303", "why"), (28, "one", "why")]),
        ("a: 1 # genlb:ignore one ToR", [(21, "one", "")]),
        ("a: 1 # genlb:ignore -- x", [(6, "", "x")]),
        ("a: 1 # genlb:ignore", [(6, "", "")]),
        ("a: 1 # the core leads there # genlb:ignore GLB302 -- x", [(44, "GLB302", "x")]),
        ("a: 日本 # genlb:ignore GLB303 -- x", [(22, "GLB303", "x")]),
        ("# genlb:ignore GLB303 -- x", [(16, "GLB303", "x")]),
        ("a: 1 # genlb:ignored GLB303 -- x", []),
        ("a: 1 # see genlb:ignore GLB303 -- x", []),
        ("a: x#genlb:ignore GLB303 -- x", []),
        ('a: "x # genlb:ignore GLB303 -- x"', []),
        ("a: 'x # genlb:ignore GLB303 -- x'", []),
        ('"a # genlb:ignore GLB303 -- x": 1', []),
        ("a: |\n  x # genlb:ignore GLB303 -- x", []),
    ],
)
def test_a_comment_names_rules_and_then_the_reason(line: str, expected: list[tuple[int, str, str]]) -> None:
    text = f"first: 1\n{line}\nlast: 1\n"

    assert comment_entries(text) == [(2, *rest) for rest in expected]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_the_reader_of_yaml_counts_them(end: str) -> None:
    text = end.join(["\ufeffa: 1", "", "b: 1 # genlb:ignore GLB303 -- x", ""])

    assert comment_entries(text) == [(3, 21, "GLB303", "x")]


def test_a_file_that_is_no_yaml_has_no_comments() -> None:
    assert comment_entries("a: [1 # genlb:ignore GLB303 -- x\n") == []


def test_a_comment_is_about_its_own_line_only() -> None:
    one = Entry("GLB303", "x", Span(FILE, 7, 30, 7, 36), line=7)

    def comments(file: str) -> Iterable[Entry]:
        return [one] if file == FILE else []

    judged = suppress([finding(line=7), finding(line=8), finding("GLB402", 7)], [], comments, TODAY)

    assert [suppressed.diagnostic for suppressed in judged.suppressed] == [finding(line=7)]
    assert words(one) == [
        f"GLB108 {FILE}:7:30: the suppression of GLB303 hides nothing: there is no such finding on this line"
    ]


def test_a_comment_without_a_rule_is_told() -> None:
    assert words(Entry("", "x", Span(FILE, 7, 30, 7, 36), line=7)) == [
        f"GLB108 {FILE}:7:30: this comment names no rule"
    ]


def test_suppression_knows_who_looks_for_every_rule() -> None:
    """By its checks a rule is about one cluster; what has none is found by the reader, or by whom the lists name."""
    silent = {rule.id for rule in rules().values() if not rule.checks}

    assert {rule.id for rule, _ in CHECKS} == OF_CHANGE
    assert defined_in(fleet) == OF_FLEET
    assert silent - defined_in(reading) == OF_CHANGE | OF_FLEET | OF_RENDER


def defined_in(module: ModuleType) -> set[str]:
    """The ids of the rules that a module defines."""
    return {value.id for value in vars(module).values() if isinstance(value, Rule)}
