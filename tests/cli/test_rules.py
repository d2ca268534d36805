"""`genlb rules` lists the catalogue, `genlb explain GLB304` tells about one rule with its example."""

from __future__ import annotations

import json

import pytest

from genlb import api
from genlb.cli.rules import GROUPS
from genlb.drift.catalogue import RULES as DRIFT_RULES
from genlb.drift.catalogue import DriftRule
from genlb.report.links import rule_url
from genlb.rules import Rule, rules
from genlb.rules.suppress import FIRM
from tests.cli.genlb import Genlb
from tests.rules.casebook import CASES

EVERY: dict[str, Rule | DriftRule] = dict(sorted([*rules().items(), *DRIFT_RULES.items()]))
"""What `genlb validate` looks for and what `genlb drift` finds."""


def test_every_rule_is_a_line_with_id_severity_group_and_title(genlb: Genlb) -> None:
    done = genlb("rules")
    lines = done.out.split("\n\n")[0].split("\n")

    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in lines] == list(EVERY)
    for line, rule in zip(lines, EVERY.values(), strict=True):
        assert line.split()[1] == rule.severity.value
        assert line.split()[2] in GROUPS
        assert line.endswith(f"  {rule.title}")
    assert f"{len(EVERY)} rules" in done.out


def test_it_can_be_narrowed_to_groups_and_severities(genlb: Genlb) -> None:
    def ids(*arguments: str) -> set[str]:
        return {rule["id"] for rule in genlb("rules", *arguments, "-o", "json").json["rules"]}

    bgp = {rule_id for rule_id in rules() if rule_id.startswith("GLB3")}
    errors = {rule.id for rule in EVERY.values() if rule.severity.value == "error"}
    assert ids("--group", "bgp") == bgp
    assert ids("--severity", "error") == errors
    assert ids("--group", "bgp", "--severity", "error") == bgp & errors
    assert ids("--group", "bgp", "--group", "nodes") == bgp | {one for one in rules() if one.startswith("GLB5")}
    assert ids("--group", "drift") == set(DRIFT_RULES)
    assert ids() == set(EVERY)


def test_it_says_what_fix_mends(genlb: Genlb) -> None:
    told = {rule["id"]: rule for rule in genlb("rules", "-o", "json").json["rules"]}

    assert told["GLB105"] == {
        "id": "GLB105",
        "severity": "error",
        "title": rules()["GLB105"].title,
        "group": "input",
        "fixable": True,
        "url": rule_url("GLB105"),
    }
    assert not told["GLB304"]["fixable"]


def test_the_groups_are_those_of_the_catalogue() -> None:
    assert api.rule_groups() == GROUPS
    assert {api.explain_rule(rule_id).card.group for rule_id in EVERY} == set(GROUPS)


def test_it_works_outside_a_repository(genlb: Genlb, tmp_path: object) -> None:
    genlb.root = genlb.root.parent

    assert genlb("rules").code == 0
    assert genlb("explain", "GLB304").code == 0


@pytest.mark.parametrize("arguments", [["--group", "bpg"], ["--severity", "fatal"], ["GLB304"]])
def test_what_there_is_not_is_a_usage_error(genlb: Genlb, arguments: list[str]) -> None:
    assert genlb("rules", *arguments).code == 2


def test_an_explained_rule_has_its_reason_example_cure_and_page(genlb: Genlb) -> None:
    done = genlb("explain", "GLB304")
    rule = rules()["GLB304"]

    text = " ".join(done.out.split())
    assert rule.why in text
    assert rule.fix in text
    assert 'error[GLB304]: the nodes of rack "r1" drop the routes of rack "r2"' in done.out
    assert "\n  +        nodeASNumber: 64601\n" in done.out
    assert "# genlb:ignore GLB304 -- why" in done.out
    assert done.out.endswith(f"\nMore  {rule_url('GLB304')}\n")


def test_the_example_is_the_one_that_a_test_holds(genlb: Genlb) -> None:
    for rule_id in rules():
        example = genlb("explain", rule_id, "-o", "json").json["rule"].get("example")
        expected = CASES / rule_id / "expected.txt"
        if expected.exists():
            assert expected.read_text().startswith(example["message"])
            assert example["cure"]


@pytest.mark.parametrize("rule_id", ["GLB210", "GLB830"])
def test_what_drift_finds_is_explained_like_any_rule(genlb: Genlb, rule_id: str) -> None:
    done = genlb("explain", rule_id)
    told = genlb("explain", rule_id, "-o", "json").json["rule"]

    assert done.code == 0
    assert done.out.startswith(f"{rule_id}  {DRIFT_RULES[rule_id].title}  ({told['severity']}, drift)\n")
    assert "drift.ignore: - {object: " in done.out
    assert "lint.suppress" not in done.out
    assert "`" not in done.out
    assert (told["group"], told["fixable"], told["url"]) == ("drift", False, rule_url(rule_id))


def test_a_list_of_drift_promises_no_fix(genlb: Genlb) -> None:
    assert "--fix" in genlb("rules").out
    assert "--fix" not in genlb("rules", "--group", "drift").out


def test_a_research_id_is_told(genlb: Genlb) -> None:
    assert "KP004" in genlb("explain", "GLB401").out
    assert genlb("explain", "GLB401", "-o", "json").json["rule"]["research"] == ["KP004"]


@pytest.mark.parametrize("rule_id", sorted(FIRM))
def test_what_cannot_be_suppressed_says_so(genlb: Genlb, rule_id: str) -> None:
    done = genlb("explain", rule_id)

    assert "cannot be suppressed" in done.out
    assert "genlb:ignore" not in done.out
    assert not genlb("explain", rule_id, "-o", "json").json["rule"]["suppressible"]


def test_a_rule_that_there_is_not_gets_the_nearest_or_the_way_to_all(genlb: Genlb) -> None:
    assert "did you mean 'GLB304'" in genlb("explain", "GLB3040").err
    far = genlb("explain", "GLB999")
    assert far.code == 2
    assert "genlb rules lists them" in far.err


def test_the_examples_are_data_that_says_which_rule(genlb: Genlb) -> None:
    assert genlb.root.exists()
    from genlb.resources import template

    examples = json.loads(template("rules/examples.json"))
    for rule_id, example in examples.items():
        assert f"[{rule_id}]: " in example["told"]
