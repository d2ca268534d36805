"""One object of the page: each difference as a card, then both sides as YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from genlb.drift.model import Difference, ObjectDrift
from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.drift_html_fleet import SEVERITY_WORDS, badge, traffic_badge
from genlb.report.drift_hunks import Hunk, hunks
from genlb.report.drift_pair import Row, rows
from genlb.report.drift_values import both
from genlb.report.drift_words import SIGNS, effect, place, title, writer_known
from genlb.report.links import rule_url
from genlb.report.markup import Safe, element, joined, prose, scrollable

_WIDEST = 600


def object_article(one: ObjectDrift, name: str, *, unfolded: bool) -> Safe:
    """An article with the id ``name``; ``unfolded`` shows both sides without a click where something counts."""
    file = [element("p", element("code", one.file), class_="file")] if one.file else []
    counts = any(difference.severity is not Severity.INFO for difference in one.differences)
    return element(
        "article",
        element("div", _heading(one, name), badge("", one.state.value, "state"), class_="heading"),
        *file,
        element("ul", *map(_card, one.differences), class_="differences"),
        *_sides(one, is_open=unfolded and counts),
        id=name,
        aria_labelledby=f"{name}-name",
    )


def _heading(one: ObjectDrift, name: str) -> Safe:
    key = one.key
    where = f"{key.namespace}/{key.name}" if key.namespace else key.name
    return element("h3", element("span", key.kind, class_="kind"), Safe(" "), where, id=f"{name}-name")


def _card(difference: Difference) -> Safe:
    severity = difference.severity
    where = place(difference)
    head = element("code", where, class_="path") if where else element("span", title(difference.rule), class_="path")
    values = [_values(difference)] if where else []
    return element(
        "li",
        element(
            "p",
            badge(SIGNS[severity], SEVERITY_WORDS[severity], severity.value),
            Safe(" "),
            head,
            Safe(" "),
            _rule(difference.rule),
            class_="where",
        ),
        *values,
        _facts(difference),
        class_=f"difference {severity.value}",
        data_severity=severity.value,
        data_traffic=difference.traffic.value,
    )


def _rule(rule: str) -> Safe:
    if not rule.isalnum():
        return element("span", rule, class_="rule")
    return element("a", rule, href=rule_url(rule), rel="noreferrer", class_="rule", title=title(rule))


def _values(difference: Difference) -> Safe:
    git, live = both(difference, widest=_WIDEST)
    return element(
        "dl",
        element("div", element("dt", "git"), element("dd", element("code", git)), class_="git"),
        element("div", element("dt", "cluster"), element("dd", element("code", live)), class_="live"),
        class_="values",
    )


def _facts(difference: Difference) -> Safe:
    told: list[tuple[str, Safe | str]] = [("Written by", who)] if (who := writer_known(difference)) else []
    if effect(difference):
        told.append(("Traffic", joined(traffic_badge(difference.traffic), Safe(" "), prose(difference.effect))))
    if difference.remedy:
        told.append(("Remedy", prose(difference.remedy)))
    if difference.origin:
        told.append(("Spec", element("code", difference.origin)))
    return element(
        "dl", *(element("div", element("dt", word), element("dd", text)) for word, text in told), class_="facts"
    )


def _sides(one: ObjectDrift, *, is_open: bool) -> Iterator[Safe]:
    """Both sides in two columns; an object that only one of them has takes one."""
    found = rows(one)
    if not found:
        return
    sides = [side for side, text_of in _SIDES.items() if any(text_of(row) is not None for row in found)]
    words = _summary(found, sides)
    heads = [element("th", side, scope="col") for side in sides]
    table = element(
        "table",
        element("caption", f"{one.key}: {words}", class_="unseen-words"),
        element("thead", element("tr", *heads)),
        *(element("tbody", *_hunk(hunk, sides)) for hunk in hunks(found)),
        class_="sides" if len(sides) > 1 else "sides single",
    )
    frame = scrollable(table, f"{one.key}: {words}")
    yield element("details", element("summary", words), frame, open="" if is_open else None)


_SIDES: dict[str, Callable[[Row], str | None]] = {"git": lambda row: row.left, "cluster": lambda row: row.right}


def _summary(found: list[Row], sides: list[str]) -> str:
    if len(sides) == 1:
        return f"As it is in {'git' if sides == ['git'] else 'the cluster'}"
    marked = sum(row.severity is not None for row in found)
    differ = "differs" if marked == 1 else "differ"
    return f"Side by side · {marked} of {counted(len(found), 'line')} {differ}" if marked else "Side by side"


def _hunk(hunk: Hunk, sides: list[str]) -> Iterator[Safe]:
    if hunk.skipped:
        yield element("tr", element("td", f"⋯ {counted(hunk.skipped, 'line')}", colspan=len(sides)), class_="gap")
    for row in hunk.rows:
        cells = (_cell(_SIDES[side](row), row) for side in sides)
        yield element("tr", *cells, class_=_class(row) if len(sides) > 1 else None)


def _class(row: Row) -> str | None:
    if row.severity is not None:
        return f"differs {row.severity.value}"
    return "foreign" if row.left is None else None


def _cell(text: str | None, row: Row) -> Safe:
    if text is None:
        return Safe('<td class="none"></td>')
    sign = element("span", "differs: ", class_="unseen-words") if row.severity is not None else Safe("")
    return element("td", sign, element("code", text))
