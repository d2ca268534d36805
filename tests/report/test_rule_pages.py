"""The pages of the rules are what the catalogue and the cases say, and every link to them leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from markdown_it import MarkdownIt

from genlb.drift.catalogue import RULES as DRIFT_RULES
from genlb.report.links import RULES, rule_url
from genlb.rules import rules

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "rules"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``scripts/rule_pages.py``."""
    spec = importlib.util.spec_from_file_location("rule_pages", ROOT / "scripts" / "rule_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_and_examples_are_up_to_date(script: ModuleType) -> None:
    files = script.written()
    stale = [str(path) for path, text in files.items() if _text(ROOT / path) != text]
    left_over = [path.name for path in PAGES.glob("*.md") if path.relative_to(ROOT) not in files]

    assert not stale + left_over, "run python scripts/rule_pages.py"


def test_every_rule_has_a_page_and_every_link_of_a_report_leads_to_one() -> None:
    for rule_id in (*rules(), *DRIFT_RULES):
        assert rule_url(rule_id).startswith(RULES)
        assert (PAGES / rule_url(rule_id).removeprefix(RULES)).is_file()


def test_the_index_leads_to_every_page_and_no_link_is_dead() -> None:
    for page in PAGES.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not target.startswith("https://"):
                assert (PAGES / target).is_file(), f"{page.name}: {target}"
    index = (PAGES / "README.md").read_text("utf-8")
    assert set(re.findall(r"\[(GLB\d+)\]\(\1\.md\)", index)) == {*rules(), *DRIFT_RULES}


def test_no_id_means_two_things() -> None:
    assert not rules().keys() & DRIFT_RULES.keys()


def test_a_page_of_drift_says_why_what_to_do_and_how_to_ignore_it() -> None:
    for rule in DRIFT_RULES.values():
        text = (PAGES / f"{rule.id}.md").read_text("utf-8")

        assert f"| {rule.severity.value} | drift | `genlb drift` |" in text
        assert "\\`" not in text
        assert "\n## Cure\n" in text
        assert "drift:\n  ignore:\n    - {object: " in text


def test_no_fence_is_broken_by_what_it_shows() -> None:
    for page in PAGES.glob("*.md"):
        text = page.read_text("utf-8")
        fences = [token for token in MarkdownIt().parse(text) if token.type == "fence"]

        assert text.count("\n```") == 2 * len(fences), page.name


def test_a_page_shows_the_words_of_the_case_and_the_difference_that_cures(script: ModuleType) -> None:
    text = (PAGES / "GLB304.md").read_text("utf-8")

    assert rules()["GLB304"].why in text
    assert text.count("error[GLB304]: the nodes of rack") == 2
    assert "\n+        nodeASNumber: 64601\n" in text
    assert "genlb explain GLB304" in text


def test_a_page_of_a_rule_on_change_shows_the_change(script: ModuleType) -> None:
    text = (PAGES / "GLB217.md").read_text("utf-8")
    first = text.split("## Example")[1]

    assert (
        '-    - {name: public, addresses: ["10.208.1.0/24"]}\n+    - {name: public, addresses: ["10.208.1.0/25"]}'
        in first
    )


def test_a_rule_without_an_example_says_which_command_finds_it() -> None:
    for page in PAGES.glob("GLB*.md"):
        text = page.read_text("utf-8")
        if "## Example" not in text:
            assert "`genlb render" in text or page.stem in DRIFT_RULES, page.name


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
