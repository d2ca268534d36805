"""The page of a fleet: one file, nothing from elsewhere, nothing of a cluster's that could run, and not too large."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from genlb.drift.model import DriftReport
from genlb.report.drift import write
from genlb.resources import template
from tests.report.drift_read import Page
from tests.report.drift_runs import AMS1, CLEAN, EVIL, FRA1, FULL, GONE, LAB1, a_drift, a_report, an_object, fabrics

REPORTS = pytest.mark.parametrize("report", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])
TAGS = frozenset(
    re.findall(
        "[a-z0-9]+",
        "html head meta title style body a header div p h1 h2 h3 button main section ul li strong span form label"
        " input select option table caption thead tbody tr th td dl dt dd figure figcaption article code details"
        " summary footer script svg desc g rect text line path circle",
    )
)


def html(report: DriftReport) -> str:
    return write("html", report, fabrics(), template)


@REPORTS
def test_the_page_is_made_of_genlbs_elements_alone(report: DriftReport) -> None:
    page = Page(html(report))

    assert {tag for tag, _ in page.elements} <= TAGS
    assert len(page.all("script")) == len(page.all("style")) == 1
    for _, attributes in page.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset", "action")
        ]


@REPORTS
def test_the_page_loads_nothing_and_links_only_to_itself_and_to_the_documentation(report: DriftReport) -> None:
    page = Page(html(report))

    for attributes in page.all("a"):
        assert re.match(r"#[a-z0-9]+$|https://github\.com/genlb/genlb", attributes["href"])
    assert page.all("link") == []


@REPORTS
def test_the_policy_allows_this_style_and_this_script_and_nothing_else(report: DriftReport) -> None:
    text = html(report)
    (policy,) = [meta["content"] for meta in Page(text).all("meta") if "http-equiv" in meta]
    hashes = [
        base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        for tag in ("style", "script")
        for found in re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    ]

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}';"
        " base-uri 'none'; form-action 'none'"
    )


@REPORTS
def test_ids_are_unique_and_what_is_referred_to_is_there(report: DriftReport) -> None:
    page = Page(html(report))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert len(set(ids)) == len(ids)
    for _, attributes in page.elements:
        for name in ("for", "aria-labelledby", "aria-describedby"):
            assert set(attributes.get(name, "").split()) <= set(ids)
        href = attributes.get("href", "")
        assert not href.startswith("#") or href[1:] in ids


def test_a_small_fleet_is_told_in_full() -> None:
    ids = {attributes.get("id") for attributes in Page(html(FULL)).all("section")}

    assert {"c0", "c1", "c2", "c3", "c4"} <= ids


def test_rows_and_cards_say_what_they_are_filtered_by() -> None:
    page = Page(html(FULL))
    rows = {row["data-cluster"]: row for row in page.all("tr") if "data-cluster" in row}

    assert rows["c1"] == {
        "data-cluster": "c1",
        "data-state": "drifted",
        "data-severity": "error",
        "data-traffic": "affected",
    }
    assert rows["c0"]["data-state"] == "in-step"
    cards = [card for card in page.all("li") if "difference" in card.get("class", "")]
    assert {card["data-severity"] for card in cards} == {"error", "warning", "info"}


def test_without_a_script_nothing_is_there_that_does_not_work() -> None:
    page = Page(html(FULL))

    assert [form["hidden"] for form in page.all("form")] == [""]
    assert [button["hidden"] for button in page.all("button") if button["type"] == "button"] == [""]


def test_a_cluster_that_could_not_be_read_says_why() -> None:
    text = "".join(Page(html(a_report(LAB1))).texts)

    assert "lab1 not fully checked" in text
    assert "10.20.9.1:6443: no route to host" in text


def test_what_was_not_checked_is_told_with_its_cure_and_the_objects_that_it_hides() -> None:
    text = "\n".join(Page(html(a_report(FRA1))).texts)

    assert "Not checked (1)" in text
    assert "kubectl apply -f clusters/fra1-prod/rendered/node/clusterrole-genlb-drift-reader.yaml" in text
    assert "1 object could not be looked at\nSecret calico-system/bgp-secrets" in text


def test_words_in_backticks_are_code() -> None:
    assert "<code>genlb reconcile fra1-prod</code>" in html(FULL)


def test_two_thousand_clusters_make_a_page_of_modest_size() -> None:
    fine = [a_drift(f"c{number:04}", *AMS1.objects * 8) for number in range(1900)]
    drifted = [a_drift(f"d{number:04}", *FRA1.objects[:1], *AMS1.objects * 8) for number in range(100)]
    text = html(a_report(*fine, *drifted))

    assert len(text) < 3_000_000
    assert "1900 clusters in step, without more to tell" in text


def test_a_large_fleet_tells_notes_of_clusters_in_step_still() -> None:
    many = [a_drift(f"c{number}", an_object("BGPPeer", "x")) for number in range(50)]
    noted = a_drift("noted", an_object("BGPPeer", "x"), notes=("attribution: not checked",))

    assert "attribution: not checked" in "".join(Page(html(a_report(*many, noted))).texts)


def test_what_hurts_comes_first() -> None:
    page = Page(html(FULL))
    rows = [row["data-cluster"] for row in page.all("tr") if "data-cluster" in row]
    sections = [section["id"] for section in page.all("section") if section.get("class", "").startswith("cluster")]

    # fra1-prod (traffic affected), muc1-edge (at risk), lab1 (not checked), ham1-prod (incomplete), ams1-prod (in step)
    assert rows == sections == ["c1", "c4", "c3", "c2", "c0"]


@pytest.mark.parametrize("side", ["git", "the cluster"])
def test_an_object_that_one_side_lacks_takes_one_column(side: str) -> None:
    body = {"spec": {"peerIP": "10.20.1.2"}}
    sides: dict[str, Any] = {
        "desired": body if side == "git" else None,
        "live": body if side == "the cluster" else None,
    }
    told = html(a_report(a_drift("b", an_object("BGPPeer", "x", GONE, **sides))))

    assert f"<summary>As it is in {side}</summary>" in told
    assert 'class="none"' not in told
