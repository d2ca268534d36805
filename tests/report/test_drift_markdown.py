"""Drift as a comment on a pull request: short, below GitHub's limit, and inert."""

from __future__ import annotations

import re

import pytest

from genlb.drift.model import NotChecked, Traffic
from genlb.errors import Severity
from genlb.report.drift_markdown import drift_markdown
from genlb.report.markdown import LARGEST, marker
from tests.report.drift_runs import CLEAN, EVIL, FULL, MUC1, a_difference, a_drift, a_report, an_object


def test_it_begins_with_the_line_by_which_a_bot_finds_it() -> None:
    assert drift_markdown(CLEAN).startswith(f"{marker('drift')}\n## ✅ genlb drift: in step (1 cluster)\n")


def test_the_verdict_counts_what_drifts_and_what_was_not_seen() -> None:
    assert "## ⚠️ genlb drift: 2 of 5 clusters drifted, 2 not fully checked\n" in drift_markdown(FULL)


def test_what_was_not_seen_is_no_success() -> None:
    (lab,) = [cluster for cluster in FULL.clusters if cluster.name == "lab1"]

    assert "## ❔ genlb drift: 1 of 1 cluster not fully checked\n" in drift_markdown(a_report(lab))


def test_the_table_has_a_row_for_whoever_is_not_in_step_and_counts_the_others() -> None:
    rows = [line for line in drift_markdown(FULL).splitlines() if line.startswith("| **")]

    assert [re.sub(r"[\\*]", "", row).split(" | ")[0] for row in rows] == [
        "| fra1-prod",
        "| muc1-edge",
        "| lab1",
        "| ham1-prod",
    ]
    assert "\n1 cluster in step.\n" in drift_markdown(FULL)


def test_a_finding_links_its_rule_and_tells_writer_effect_and_remedy() -> None:
    (item,) = [part for part in drift_markdown(FULL).split("\n- ") if "nodeToNodeMeshEnabled" in part]

    assert item.startswith("🔴 [GLB801](https://github.com/genlb/genlb/blob/main/docs/rules/GLB801.md) ")
    assert "`BGPConfiguration default` `spec.nodeToNodeMeshEnabled`: git `false` → live `true`" in item
    for words in ("**Written by:** kubectl\\-edit", "**Effect:** traffic affected", "**Remedy:** Apply what git has"):
        assert words in item


@pytest.mark.parametrize("letter", ["x", "ü", "😀"])
def test_a_comment_never_gets_larger_than_github_takes_and_says_what_is_left_out(letter: str) -> None:
    many = [
        an_object("BGPPeer", f"p{number}", a_difference(("spec", letter * 20), letter * 90, 2)) for number in range(600)
    ]
    told = drift_markdown(a_report(a_drift("fra1", *many), *(a_drift(f"c{n}", error="gone") for n in range(900))))

    assert len(told.encode()) <= LARGEST
    (left,) = re.findall(r"_([0-9]+) more findings did not fit in here", told)
    assert int(left) + told.count("\n- 🟠") == 600


def test_details_are_closed_where_findings_are_left_out() -> None:
    many = [an_object("BGPPeer", f"p{number}", a_difference(("spec",), "x" * 90, 2)) for number in range(900)]
    told = drift_markdown(a_report(a_drift("a", *many), MUC1))

    assert told.count("<details>") == told.count("</details>") >= 1


def test_hostile_text_makes_no_markup_no_link_and_no_mention() -> None:
    told = re.sub(r"(`+).+?\1", "", drift_markdown(EVIL))

    assert not re.search(r"(?<!\\)<(script|img)", told)
    assert not re.search(r"(?<!\\)\]\(javascript", told)
    assert not re.search(r"(?<!\\)\[x", told)
    assert not re.search(r"@octocat|#1\b", told.replace("@<!-- -->", "").replace("#<!-- -->", ""))


def test_hostile_text_forges_no_line() -> None:
    for line in drift_markdown(EVIL).splitlines():
        assert not line.startswith(("::", "javascript", "<script"))


def test_where_not_all_has_room_the_gravest_is_there() -> None:
    note = a_difference(("a",), "x" * 90, 2, severity=Severity.INFO)
    notes = [an_object("BGPPeer", f"p{number}", note) for number in range(600)]
    grave = an_object("BGPPeer", "zz", a_difference(("grave",), 1, 2, traffic=Traffic.AFFECTED))
    told = drift_markdown(a_report(a_drift("a", *notes), a_drift("b", *notes, grave)))

    assert "`grave`" in told


def test_a_cure_of_several_lines_keeps_them() -> None:
    told = drift_markdown(a_report(a_drift("b", not_checked=(NotChecked("pools", "why", "first\nsecond"),))))

    assert "**Cure:** first  \n  **Cure:** second\n" in told
