"""Every rule fires where it should, in exactly these words, and is silent about what differs from that by the cure.

``GENLB_UPDATE=1 pytest tests/rules/test_cases.py`` writes the words anew: read them before you commit them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from genlb import api
from genlb.cli.main import run
from genlb.rules import rules
from tests.rules.casebook import CASES, Case, cases, findings, text

UPDATE = "GENLB_UPDATE" in os.environ

ALL = tuple(cases())

ELSEWHERE = {"GLB607": "tests/cli/test_render.py", "GLB608": "tests/cli/test_render.py"}
"""Rules of other commands than `validate`, and the test that sees each of them fire and be silent."""

each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


@each_case
def test_fires_gives_findings_of_this_rule_only_in_exactly_these_words(case: Case, tmp_path: Path) -> None:
    repository = case.laid_out("fires", tmp_path / "fires")
    before = case.laid_out("before", tmp_path / "before") if case.has("before") else None
    found = findings(repository, before)

    told = text(repository, found)
    if UPDATE:
        case.expected.write_text(told, encoding="utf-8")

    assert {finding.rule for finding in found} == {case.rule}
    assert case.expected.read_text(encoding="utf-8") == told


@each_case
def test_the_near_miss_gives_no_finding(case: Case, tmp_path: Path) -> None:
    repository = case.laid_out("near-miss", tmp_path / "near-miss")
    before = case.laid_out("before", tmp_path / "before") if case.has("before") else None

    assert text(repository, findings(repository, before)) == "\n"


@each_case
def test_what_was_there_before_a_change_is_fine_itself(case: Case, tmp_path: Path) -> None:
    if case.has("before"):
        repository = case.laid_out("before", tmp_path / "before")

        assert text(repository, findings(repository)) == "\n"


@each_case
def test_a_case_holds_what_it_needs_and_nothing_else(case: Case) -> None:
    entries = {entry.name.removesuffix(".yaml") for entry in case.folder.iterdir()}

    assert {"fires", "near-miss", "expected.txt"} <= entries <= {"fires", "near-miss", "before", "expected.txt"}


def test_no_rule_has_anything_to_say_about_the_base_of_all_cases(tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "fires.yaml").write_bytes((CASES / "base.yaml").read_bytes())
    repository = Case(folder).laid_out("fires", tmp_path / "repository")

    assert text(repository, findings(repository)) == "\n"


def test_the_examples_give_no_finding() -> None:
    repository = api.open_repository(str(CASES.parents[2]))

    assert text(repository, findings(repository)) == "\n"


@pytest.mark.parametrize("engine", ["none", "argocd", "flux"])
def test_a_new_repository_gives_no_finding(engine: str, tmp_path: Path) -> None:
    api.carry_out(api.new_repository(str(tmp_path), cluster="fra1", engine=engine))
    repository = api.open_repository(str(tmp_path))

    assert text(repository, findings(repository)) == "\n"


def test_every_rule_has_a_case_or_a_test_of_the_command_that_finds_it() -> None:
    without_a_case = set(rules()) - {case.rule for case in ALL}

    assert without_a_case == ELSEWHERE.keys()


def test_every_case_is_of_a_rule_that_there_is() -> None:
    assert {case.rule for case in ALL} <= set(rules())


def test_every_rule_has_the_case_that_its_page_shows() -> None:
    names = {case.name for case in ALL}

    assert {case.rule for case in ALL} <= names


@pytest.mark.parametrize(("rule", "file"), ELSEWHERE.items())
def test_a_rule_of_another_command_is_named_in_the_test_that_covers_it(rule: str, file: str) -> None:
    assert rule in (CASES.parents[2] / file).read_text(encoding="utf-8")


def test_validate_prints_the_words_of_a_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case_of: Callable[[str], Case]
) -> None:
    case = case_of("GLB211")
    case.laid_out("fires", tmp_path / "fires")

    code = run(["-C", str(tmp_path / "fires"), "validate"])

    assert capsys.readouterr().err == case.expected.read_text(encoding="utf-8") + "\n"
    assert code == 1


@pytest.fixture(name="case_of")
def _case_of() -> Callable[[str], Case]:
    return lambda name: next(case for case in ALL if case.name == name)
