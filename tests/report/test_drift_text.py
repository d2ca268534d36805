"""Drift on a terminal: the verdict first, then what differs, who wrote it, whether it hurts, what to do."""

from __future__ import annotations

import re

import pytest

from genlb.drift.model import ABSENT, Attribution, ClusterDrift, NotChecked, State, Traffic
from genlb.errors import Severity
from genlb.report.drift import text
from genlb.report.style import PLAIN
from genlb.report.visible import width
from tests.report.drift_runs import (
    EVIL,
    FOREIGN,
    FRA1,
    FULL,
    GONE,
    HAM1,
    IMAGE,
    LAB1,
    MESH,
    MUC1,
    a_difference,
    a_drift,
    a_report,
    an_object,
)


def shown(*clusters: ClusterDrift, columns: int = 120, verbose: bool = False) -> str:
    return text(a_report(*clusters), PLAIN, columns, verbose=verbose)


def in_step(count: int) -> list[ClusterDrift]:
    return [a_drift(f"c{number:04}", an_object("BGPPeer", "a")) for number in range(count)]


def test_a_cluster_in_step_says_so_in_one_line() -> None:
    objects = [an_object("BGPPeer", f"a{number}") for number in range(31)]

    assert shown(a_drift("fra1-prod", *objects)) == "fra1-prod: in step · 31 objects\n"


@pytest.mark.parametrize(
    ("traffic", "words"),
    [
        (Traffic.AFFECTED, "traffic affected"),
        (Traffic.POSSIBLE, "traffic at risk"),
        (Traffic.NONE, "traffic not affected"),
    ],
)
def test_a_cluster_that_drifts_says_how_much_and_whether_it_hurts(traffic: Traffic, words: str) -> None:
    found = [an_object("BGPPeer", f"d{n}", a_difference(("spec", "x"), 1, 2, traffic=traffic)) for n in range(3)]
    fine = [an_object("BGPPeer", f"a{n}") for n in range(28)]

    assert shown(a_drift("fra1-prod", *found, *fine)).startswith(f"fra1-prod: drifted: 3 of 31 objects, {words}\n")


def test_an_object_with_notes_only_does_not_drift() -> None:
    first, *_ = shown(a_drift("b", an_object("DaemonSet", "genlb-vip", FOREIGN))).splitlines()

    assert first == "b: in step · 1 object · 1 note"


def test_a_note_does_nothing_to_the_traffic_of_its_cluster() -> None:
    note = a_difference(("a",), 1, 2, severity=Severity.INFO, traffic=Traffic.AFFECTED)
    cluster = a_drift("b", an_object("BGPPeer", "x", IMAGE, note))

    assert shown(cluster).startswith("b: drifted: 1 of 1 object, traffic not affected\n")


def test_a_difference_tells_values_writer_effect_and_remedy() -> None:
    told = shown(a_drift("fra1-prod", an_object("BGPConfiguration", "default", MESH)))

    assert told.splitlines()[2:] == [
        "fra1-prod  BGPConfiguration default: drifted",
        "  error[GLB801] spec.nodeToNodeMeshEnabled: false → true",
        "     = by kubectl-edit (Update), 2026-11-20 14:03 UTC",
        f"     = traffic affected: {MESH.effect}",
        "     = help: Apply what git has: `genlb reconcile fra1-prod`.",
    ]


def test_a_value_that_is_not_there_is_called_absent_and_null_is_null() -> None:
    found = a_difference(("spec", "a"), None, ABSENT)

    assert "spec.a: null → (absent)" in shown(a_drift("b", an_object("BGPPeer", "x", found)))


def test_a_value_reads_as_it_would_in_yaml() -> None:
    pairs = [("yes", '"yes"'), ("1", '"1"'), (1, "1"), ("a b", "a b"), (["a,b", True], '["a,b", true]'), ({}, "{}")]
    for value, words in pairs:
        found = a_difference(("a",), value, ABSENT)
        assert f"a: {words} → (absent)" in shown(a_drift("b", an_object("BGPPeer", "x", found)))


def test_values_too_wide_for_the_line_stand_below_each_other() -> None:
    found = a_difference(("spec", "a"), "x" * 60, "y" * 60)

    assert [
        "  warning[GLB801] spec.a:",
        f"     - git:  {'x' * 60}",
        f"     + live: {'y' * 60}",
    ] == shown(a_drift("b", an_object("BGPPeer", "x", found)), columns=80).splitlines()[3:6]


def test_a_path_inside_an_embedded_configuration_follows_that_of_the_text() -> None:
    assert 'data["config.conf"] » ipvs.strictARP: true → false' in shown(FRA1)


def test_a_difference_of_a_whole_object_tells_what_the_rule_says() -> None:
    told = shown(a_drift("b", an_object("BGPPeer", "x", GONE, state=State.MISSING)))

    assert "BGPPeer x: missing\n  error[GLB811] An object of git is not in the cluster\n" in told


def test_where_nobody_knows_who_wrote_it_that_is_said() -> None:
    found = a_difference(("spec", "a"), 1, 2, attribution=Attribution())

    assert "= writer not recorded" in shown(a_drift("b", an_object("BGPPeer", "x", found)))


def test_one_remedy_for_several_differences_of_an_object_is_said_once() -> None:
    found = [a_difference(("spec", name), 1, 2) for name in "abc"]

    assert shown(a_drift("b", an_object("BGPPeer", "x", *found))).count("= help:") == 1


def test_a_note_is_short_unless_everything_is_asked_for() -> None:
    drift = a_drift("b", an_object("DaemonSet", "x", IMAGE, FOREIGN))

    assert "Nothing, if it is meant." not in shown(drift)
    assert "Nothing, if it is meant." in shown(drift, verbose=True)


def test_what_was_not_checked_is_listed_with_its_cure() -> None:
    assert shown(HAM1).splitlines() == [
        "ham1-prod: nothing differs as far as could be seen · 1 object, 1 not checked",
        "",
        "ham1-prod  not checked: ipaddresspools",
        "     = the dump holds no List of them",
        "     = help: kubectl get ipaddresspools -A -o yaml",
    ]


def test_a_cure_of_several_lines_can_be_pasted() -> None:
    script = "mkdir -p live\nfor kind in a b; do kubectl get $kind > live/$kind.json; done"
    told = text(a_report(a_drift("b", not_checked=(NotChecked("pools", "why", script),))), PLAIN, 60, verbose=False)

    assert "     = help: mkdir -p live\n       for kind in a b; do kubectl get $kind > live/$kind.json; done\n" in told


def test_a_cluster_that_could_not_be_read_is_never_in_step() -> None:
    assert shown(LAB1) == "lab1: not checked: 10.20.9.1:6443: no route to host\n"


def test_what_is_ignored_is_counted_and_told_on_request() -> None:
    assert "1 difference ignored for a reason; -v shows them" in shown(FRA1)
    assert "the team of DNS tests this until NET-1234 is done (until 2030-03-31)" in shown(FRA1, verbose=True)


def test_an_ignore_rule_that_ignores_nothing_is_told_with_its_place() -> None:
    assert "genlb.yaml:12:7: ignores nothing: BGPPeer/old-* spec.asNumber" in shown(FRA1)


def test_stale_files_are_drift_and_named() -> None:
    assert "muc1-edge: drifted: 1 of 2 objects, 1 rendered file stale, traffic at risk" in shown(MUC1)
    assert "muc1-edge  clusters/muc1-edge/rendered/routing/ipaddresspool-edge.yaml: differs" in shown(MUC1)


def test_a_fleet_begins_with_a_line_for_each_cluster_and_their_sum() -> None:
    lines = text(FULL, PLAIN, 120, verbose=False).splitlines()

    assert [line.partition(":")[0] for line in lines[:5]] == [
        "ams1-prod",
        "fra1-prod",
        "ham1-prod",
        "lab1",
        "muc1-edge",
    ]
    assert lines[5] == "5 clusters · 1 in step, 2 drifted, 1 incomplete, 1 not checked"


def test_of_a_large_fleet_those_in_step_are_counted() -> None:
    told = shown(*in_step(2000), HAM1)

    assert told.splitlines()[:3] == [
        "ham1-prod: nothing differs as far as could be seen · 1 object, 1 not checked",
        "2000 clusters in step",
        "2001 clusters · 2000 in step, 1 incomplete",
    ]
    assert len(shown(*in_step(2000), verbose=True).splitlines()) == 2001


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_prose_keeps_to_the_width(columns: int) -> None:
    found = a_difference(("a",), 1, 2, severity=Severity.ERROR, effect="word " * 60, remedy="word " * 60)
    told = shown(a_drift("b", an_object("BGPPeer", "x", found)), columns=columns)

    assert max(map(width, told.splitlines())) <= max(columns, 50)


def test_lines_of_a_hostile_report_are_genlbs_own() -> None:
    for line in text(EVIL, PLAIN, 100, verbose=True).splitlines():
        assert not re.match(r"::|\x1b", line)
