"""The fleet at one glance: figures, filters and one row for each cluster."""

from __future__ import annotations

from collections.abc import Iterable

from genlb.drift.model import ClusterDrift, DriftReport, Traffic
from genlb.errors import Severity
from genlb.report.drift_words import (
    STATUS_RANKS,
    TRAFFIC_RANKS,
    Status,
    drifting,
    gravest_first,
    status,
    tally,
    worst_severity,
    worst_traffic,
)
from genlb.report.markup import Safe, element, joined

STATUS_SIGNS = {Status.IN_STEP: "✓", Status.DRIFTED: "≠", Status.INCOMPLETE: "?", Status.UNREACHABLE: "✕"}
SLUGS = {
    Status.IN_STEP: "in-step",
    Status.DRIFTED: "drifted",
    Status.INCOMPLETE: "incomplete",
    Status.UNREACHABLE: "unreachable",
}
TRAFFIC_WORDS = {Traffic.NONE: "not affected", Traffic.POSSIBLE: "at risk", Traffic.AFFECTED: "affected"}
SEVERITY_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_COLUMNS = (
    ("Cluster", ""),
    ("State", ""),
    ("Traffic", ""),
    ("Drifted", "wide number"),
    ("Errors", "wide number"),
    ("Warnings", "wide number"),
    ("Notes", "wide number"),
    ("Not checked", "wide number"),
)


def fleet_section(report: DriftReport) -> Safe:
    """Figures, the filters (which only a script can serve) and the table."""
    return element(
        "section",
        element("h2", "Fleet", id="fleet"),
        _figures(report.clusters),
        _filters(),
        element("p", "", id="shown", role="status", class_="quiet"),
        _table(report),
        aria_labelledby="fleet",
    )


def _figures(clusters: Iterable[ClusterDrift]) -> Safe:
    clusters = list(clusters)
    found = [status(cluster) for cluster in clusters]
    hurt = sum(worst_traffic(cluster) is Traffic.AFFECTED for cluster in clusters)
    figures = [(found.count(one), one.value, SLUGS[one]) for one in Status]
    figures.append((hurt, "with traffic affected", "hurt"))
    for severity in Severity:
        count = sum(tally(cluster)[severity] for cluster in clusters)
        figures.append((count, _plural(SEVERITY_WORDS[severity], count), severity.value))
    return element("ul", *(_tile(*figure) for figure in figures if figure[0]), class_="figures")


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _tile(count: int, words: str, kind: str) -> Safe:
    return element(
        "li",
        element("strong", str(count)),
        Safe(" "),
        element("span", words),
        class_=f"tile {kind}",
    )


def _filters() -> Safe:
    return element(
        "form",
        _field("Cluster", element("input", id="f-cluster", type="search", autocomplete="off", spellcheck="false")),
        _field("State", _select("f-state", [(SLUGS[one], one.value) for one in Status])),
        _field("Severity", _select("f-severity", [(one.value, SEVERITY_WORDS[one]) for one in Severity])),
        _field("Traffic", _select("f-traffic", [(one.value, TRAFFIC_WORDS[one]) for one in Traffic])),
        _field("Text", element("input", id="f-text", type="search", autocomplete="off", spellcheck="false")),
        element("button", "Show all", type="reset"),
        id="filters",
        aria_label="Filter the clusters",
        hidden="",
    )


def _field(words: str, control: Safe) -> Safe:
    name = control.split('id="', 1)[1].split('"', 1)[0]
    return element("div", element("label", words, for_=name), control)


def _select(name: str, options: list[tuple[str, str]]) -> Safe:
    return element(
        "select", *(element("option", words, value=value) for value, words in [("", "any"), *options]), id=name
    )


def _table(report: DriftReport) -> Safe:
    heads = [element("th", words, scope="col", class_=kind or None) for words, kind in _COLUMNS]
    rows = [_row(cluster, number) for number, cluster in gravest_first(report)]
    return element(
        "table",
        element("caption", "Clusters and what differs from git"),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        id="fleet-table",
    )


def _row(cluster: ClusterDrift, number: int) -> Safe:
    state, traffic, counts = status(cluster), worst_traffic(cluster), tally(cluster)
    worst = worst_severity(cluster)
    drifted = sum(map(drifting, cluster.objects))
    gone = state is Status.UNREACHABLE
    figures = [drifted, *counts.values(), len(cluster.not_checked)]
    words = [f"{drifted} / {len(cluster.objects)}", *map(str, figures[1:])]
    cells = [
        element("td", "–" if gone else text, class_=f"wide number{'' if figure else ' nil'}", data_sort=figure)
        for figure, text in zip(figures, words, strict=True)
    ]
    lead = traffic_badge(traffic) if state is Status.DRIFTED else Safe('<span class="quiet">–</span>')
    return element(
        "tr",
        element("th", element("a", cluster.name, href=f"#c{number}"), scope="row"),
        element("td", state_badge(state), data_sort=STATUS_RANKS[state]),
        element("td", lead, data_sort=TRAFFIC_RANKS[traffic]),
        *cells,
        data_cluster=f"c{number}",
        data_state=SLUGS[state],
        data_severity=worst.value if worst else None,
        data_traffic=traffic.value if state is Status.DRIFTED else None,
    )


def state_badge(state: Status) -> Safe:
    """A cluster's state as sign and word."""
    return badge(f"{STATUS_SIGNS[state]}", state.value, SLUGS[state])


def traffic_badge(traffic: Traffic) -> Safe:
    """What happens to traffic, as sign and word."""
    sign = {Traffic.NONE: "○", Traffic.POSSIBLE: "◐", Traffic.AFFECTED: "●"}[traffic]
    return badge(sign, TRAFFIC_WORDS[traffic], f"traffic-{traffic.value}")


def badge(sign: str, words: str, kind: str) -> Safe:
    """A word on a coloured ground, with a sign for who sees no colours."""
    return element("span", joined(element("span", sign, aria_hidden="true"), Safe(" "), words), class_=f"badge {kind}")
