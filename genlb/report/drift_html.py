"""Drift as one page that needs nothing else: no network, no server, no JavaScript (filters are the extra).

A content security policy forbids whatever is not this page's own style and script, by their hashes: should text from a
cluster ever become markup, it would neither run nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping

from genlb.drift.model import ClusterDrift, DriftReport
from genlb.report.counts import counted
from genlb.report.drift_html_cluster import Extent, cluster_section
from genlb.report.drift_html_fleet import fleet_section
from genlb.report.drift_words import Status, gravest_first, moment, status
from genlb.report.fabric import Fabric
from genlb.report.links import PROJECT
from genlb.report.markup import Safe, element, joined

STYLE, SCRIPT = "drift/report.css", "drift/report.js"

_DRAWN = 100
"""Clusters that get a drawing; a page of more would be slow to open, and each has its own report."""
_UNFOLDED = 12
"""Objects that drift up to which both sides are shown at once; clusters up to which those in step are told in full."""


def drift_html(report: DriftReport, fabrics: Mapping[str, Fabric], template: Callable[[str], bytes]) -> str:
    """The page; ``fabrics`` by the name of the cluster."""
    style, script = (Safe(template(name).decode()) for name in (STYLE, SCRIPT))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{_verdict(report)} – genlb drift"),
        element("style", style),
    )
    body = element(
        "body",
        element("a", "Skip to the clusters", class_="skip", href="#clusters"),
        _header(report),
        element("main", fleet_section(report), *_sections(report, fabrics)),
        _footer(report),
        element("script", script),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}';"
        " base-uri 'none'; form-action 'none'"
    )


def _verdict(report: DriftReport) -> str:
    found = [status(cluster) for cluster in report.clusters]
    drifted, unseen = found.count(Status.DRIFTED), found.count(Status.INCOMPLETE) + found.count(Status.UNREACHABLE)
    total = counted(len(found), "cluster")
    if len(found) == 1:
        name = report.clusters[0].name
        return f"{name} drifted" if drifted else f"{name} not fully checked" if unseen else f"{name} is in step"
    if drifted or unseen:
        return f"{drifted} of {total} drifted" if drifted else f"{unseen} of {total} not fully checked"
    return f"{total}, all in step" if found else "No clusters"


def _header(report: DriftReport) -> Safe:
    when = f"Looked at {moment(report.time)}" if report.time else ""
    strict = "strict: foreign fields count as drift" if report.strict else ""
    about = " · ".join(part for part in (when, f"genlb {report.version}", strict) if part)
    return element(
        "header",
        element(
            "div",
            element("p", "genlb drift", class_="brand"),
            element("h1", _verdict(report)),
            element("p", about, class_="about"),
        ),
        element("button", "Dark", id="theme", type="button", aria_pressed="false", hidden=""),
        class_="top",
    )


def _sections(report: DriftReport, fabrics: Mapping[str, Fabric]) -> list[Safe]:
    told = [(number, cluster) for number, cluster in gravest_first(report) if _is_told(report, cluster)]
    drifting = sum(1 for _, cluster in told for one in cluster.objects if one.differences)
    extent = Extent(unfolded=drifting <= _UNFOLDED)
    sections: list[Safe] = []
    for place, (number, cluster) in enumerate(told):
        fabric = fabrics.get(cluster.name) if place < _DRAWN else None
        sections.append(cluster_section(cluster, number, fabric, extent))
    rest = len(report.clusters) - len(told)
    if rest:
        sections.append(element("p", f"{counted(rest, 'cluster')} in step, without more to tell.", class_="quiet"))
    return [element("div", *sections, id="clusters", tabindex="-1")]


def _is_told(report: DriftReport, cluster: ClusterDrift) -> bool:
    """Whether a cluster gets a section: where all is well, only in a small fleet."""
    if status(cluster) is not Status.IN_STEP or len(report.clusters) <= _UNFOLDED:
        return True
    return bool(cluster.differences or cluster.notes or cluster.ignores_unused)


def _footer(report: DriftReport) -> Safe:
    project = element("a", "genlb", href=PROJECT, rel="noreferrer")
    return element("footer", element("p", joined(project, f" {report.version} wrote this page. It loads nothing.")))
