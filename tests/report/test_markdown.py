"""The comment on a pull request: found again, short enough, and inert whatever a spec holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from genlb.errors import Span
from genlb.report.markdown import LARGEST, code, escaped, prose
from genlb.report.model import Cluster, Run
from genlb.report.run_markdown import markdown
from genlb.rules import Rule, rules
from tests.report.runs import CLEAN, EVIL, FULL, HOSTILE, OVERLAP, a_run

OURS = {"<!-- genlb:validate -->", "<details>", "<summary>", "</summary>", "</details>", "<!-- -->"}


def tokens(text: str) -> list[Token]:
    """What GitHub's flavour makes of a text, inline parts included."""

    def flat(found: Iterable[Token]) -> Iterable[Token]:
        for token in found:
            yield token
            yield from flat(token.children or [])

    return list(flat(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)))


def html(text: str) -> set[str]:
    """Every tag and comment that reaches the page as HTML."""
    raw = "\n".join(token.content for token in tokens(text) if token.type in {"html_block", "html_inline"})
    return set(re.findall(r"<!--.*?-->|<[^>]*>", raw))


def links(text: str) -> set[str]:
    return {str(token.attrs["href"]) for token in tokens(text) if token.type == "link_open"}


def shown(text: str) -> str:
    """What a reader sees."""
    return "".join(token.content for token in tokens(text) if token.type in {"text", "code_inline", "text_special"})


def test_the_first_line_is_the_marker_by_which_a_bot_finds_the_comment() -> None:
    assert markdown(CLEAN).startswith("<!-- genlb:validate -->\n")


def test_a_clean_run_is_a_verdict_and_a_count() -> None:
    assert markdown(CLEAN).split("\n") == [
        "<!-- genlb:validate -->",
        "## ✅ genlb validate is content",
        "",
        "2 clusters · 0 errors, 0 warnings",
        "",
    ]


def test_the_table_stands_before_the_details() -> None:
    text = markdown(FULL)

    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert rows[0] == "| Where | Errors | Warnings | Notes |"
    assert "| fra1 | 2 | 0 | 1 |" in rows
    assert any("muc1" in row and "Permission denied" in row for row in rows)
    assert text.index("| Where") < text.index("<details>")
    assert "2 clusters" not in text
    assert "1 suppressed" in text


def test_a_finding_has_its_rule_as_a_link_its_place_and_its_cure() -> None:
    text = markdown(a_run([OVERLAP]))

    assert "https://github.com/genlb/genlb/blob/main/docs/rules/GLB201.md" in links(text)
    seen = shown(text)
    assert "clusters/fra1/cluster.yaml:5:19" in seen
    assert 'pools "public" and "edge" overlap' in seen
    assert 'remove it from "edge"' in seen
    assert 'clusters/_defaults.yaml:31:20: pool "public"' in seen


def test_what_is_suppressed_stands_in_the_end_with_its_reason() -> None:
    seen = shown(markdown(FULL))

    assert "one ToR per rack" in seen
    assert seen.index("agents.image has no digest") < seen.index("one ToR per rack")


def test_hostile_text_is_no_html_no_link_and_no_mention() -> None:
    text = markdown(EVIL)

    assert {re.sub(r"<summary>.*", "<summary>", tag) for tag in html(text)} <= OURS
    assert links(text) == {
        f"https://github.com/genlb/genlb/blob/main/docs/rules/{rule}.md" for rule in ("GLB103", "GLB303")
    }
    types = [token.type for token in tokens(text)]
    assert not set(types) & {"image", "em_open", "s_open", "fence", "code_block"}
    assert types.count("strong_open") == 3 * len(("Why:", "Help:", "See"))
    outside_code = re.sub(r"(`+).*?\1", "", text)
    assert not re.search(r"[@#](?!<!-- -->|# )\w", outside_code)


def test_the_comment_is_below_the_limit_and_says_what_is_left_out() -> None:
    found = [
        OVERLAP._replace(cluster=f"c{n}", span=Span(f"clusters/c{n}/cluster.yaml", 1, 1, 1, 2)) for n in range(1500)
    ]
    text = markdown(a_run(found, clusters=tuple(Cluster(f"c{n}", "x", valid=False) for n in range(1500))))

    assert LARGEST - 2000 < len(text.encode()) <= LARGEST
    assert re.search(r"\n_[0-9]+ more findings did not fit in here: `genlb validate` tells all of them", text)
    assert text.count("<details>") == text.count("</details>") > 50
    assert "… and" in text


@pytest.mark.parametrize("clusters", [1, 300])
def test_no_text_however_long_makes_the_comment_too_large(clusters: int) -> None:
    long = HOSTILE * 40
    found = OVERLAP._replace(message=long, why=long, help=long)
    names = tuple(Cluster(f"{n}{long}", long, valid=False, unread=long) for n in range(clusters))

    assert len(markdown(a_run([found] * 20, [found] * 20, clusters=names)).encode()) <= LARGEST


def test_a_comment_that_is_complete_says_nothing_of_being_cut() -> None:
    assert "did not fit" not in markdown(FULL)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
@example("\tindented like code")
@example("     indented like code")
def test_escaped_text_is_read_as_plain_text(text: str) -> None:
    for frame in ("{}", "- a {}", "| a |\n| --- |\n| {} |"):
        found = tokens(frame.format(escaped(text)))
        allowed = {"paragraph", "inline", "text", "bullet", "list", "table", "thead", "tbody", "tr", "th", "td", "html"}
        assert {token.type.split("_")[0] for token in found} <= allowed
        assert {token.content for token in found if token.type.startswith("html")} <= {"<!-- -->"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=60))
def test_code_holds_any_text(text: str) -> None:
    if not text.strip():
        return
    (found,) = [token for token in tokens(f"x {code(text)} y") if token.type == "code_inline"]

    assert len(found.content) > 0


def test_the_verdict_follows_the_exit_code() -> None:
    run: Run = a_run([OVERLAP])

    assert "❌" in markdown(run)
    assert "❔" in markdown(FULL)
    assert "✅" in markdown(CLEAN)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_what_a_rule_says_is_shown_as_it_is(rule: Rule) -> None:
    for sentence in (rule.title, rule.why, rule.fix):
        found = tokens(prose(sentence))

        assert {token.type.split("_")[0] for token in found} <= {"paragraph", "inline", "text", "softbreak"}
        assert "".join(token.content for token in found if token.type == "text") == sentence


def test_prose_stays_readable_as_source() -> None:
    assert prose("Name kube_proxy_mode: bond0 (a NIC).") == "Name kube_proxy_mode: bond0 (a NIC)."
    assert prose("conf/<interface>, eth*, [primary]") == r"conf/\<interface\>, eth\*, \[primary\]"
