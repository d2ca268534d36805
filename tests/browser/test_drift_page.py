"""The page of a drift report in a real browser: what it loads, how it filters, who can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from genlb.drift.model import DriftReport
from tests.browser.conftest import Look
from tests.report.drift_runs import AMS1, CLEAN, EVIL, FRA1, FULL, a_drift, a_report

pytestmark = pytest.mark.browser

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
CONTRAST = (HERE / "contrast.js").read_text(encoding="utf-8")
AUDIT = (HERE / "audit.js").read_text(encoding="utf-8")

REPORTS = pytest.mark.parametrize("report", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])
SCHEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])

ROWS = "Array.from(document.querySelectorAll('#fleet-table tbody tr'))"
NAMES = f"{ROWS}.filter((row) => row.checkVisibility()).map((row) => row.querySelector('th').textContent)"
SECTIONS = (
    "Array.from(document.querySelectorAll('section.cluster')).filter((one) => one.checkVisibility())"
    ".map((one) => one.querySelector('h2').textContent)"
)
CARDS = (
    "Array.from(document.querySelectorAll('li.difference')).filter((one) => one.checkVisibility())"
    ".map((one) => one.dataset.severity)"
)
FOCUSABLE = (
    "Array.from(document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]'))"
    ".filter((one) => one.checkVisibility({visibilityProperty: true}))"
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def chosen(field: str, value: str) -> str:
    """Type or choose a value as a person would."""
    return (
        f"(() => {{ const field = document.getElementById({field!r}); field.value = {value!r};"
        " field.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


@REPORTS
def test_the_page_loads_without_a_word_on_the_console_and_asks_nobody(look: Look, report: DriftReport) -> None:
    page = look(report)

    asked = [event["request"]["url"] for event in page.events("Network.requestWillBeSent")]
    assert asked == [page.url]
    assert page.events("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded") == []
    assert page.events("Page.javascriptDialogOpening") == []


def test_text_of_a_cluster_stays_text(look: Look) -> None:
    page = look(EVIL)

    assert page.ask("document.scripts.length") == 1
    assert page.ask("document.images.length") == 0
    assert "<script>alert(1)</script>" in page.ask("document.querySelector('section.cluster h2').textContent")


def test_the_policy_stops_a_script_that_got_in(look: Look) -> None:
    page = look(FULL)
    page.ask(
        "(() => { const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        " document.body.append(script); const image = document.createElement('img');"
        " image.src = 'https://example.com/x.png'; document.body.append(image); })()"
    )

    assert page.ask("window.ran") is None
    assert [event["response"]["url"] for event in page.events("Network.responseReceived")] == [page.url]
    assert [event["blockedReason"] for event in page.events("Network.loadingFailed")] == ["csp"]
    assert len(page.events("Log.entryAdded")) == 2


@pytest.mark.parametrize(
    ("field", "value", "names"),
    [
        ("f-cluster", "PROD", ["fra1-prod", "ham1-prod", "ams1-prod"]),
        ("f-state", "drifted", ["fra1-prod", "muc1-edge"]),
        ("f-state", "unreachable", ["lab1"]),
        ("f-severity", "error", ["fra1-prod"]),
        ("f-severity", "info", ["fra1-prod", "muc1-edge"]),
        ("f-traffic", "affected", ["fra1-prod"]),
        ("f-traffic", "possible", ["fra1-prod", "muc1-edge"]),
        ("f-text", "node-tuner", ["fra1-prod"]),
        ("f-text", "no route to host", ["lab1"]),
        ("f-text", "nowhere to be found", []),
    ],
)
def test_a_filter_leaves_what_fits_and_says_how_much(look: Look, field: str, value: str, names: list[str]) -> None:
    page = look(FULL)
    page.ask(chosen(field, value))

    assert page.ask(NAMES) == page.ask(SECTIONS) == names
    assert page.ask("document.getElementById('shown').textContent") == f"{len(names)} of 5 clusters shown"


def test_filters_add_up_and_reach_into_the_findings(look: Look) -> None:
    page = look(FULL)
    page.ask(chosen("f-state", "drifted"))
    page.ask(chosen("f-severity", "warning"))

    assert page.ask(NAMES) == ["fra1-prod", "muc1-edge"]
    assert set(page.ask(CARDS)) == {"warning"}


def test_show_all_takes_every_filter_back(look: Look) -> None:
    page = look(FULL)
    page.ask(chosen("f-text", "lab1"))
    page.ask("document.querySelector('#filters button').click()")
    page.ask("new Promise((done) => setTimeout(done, 20))")

    assert len(page.ask(NAMES)) == 5
    assert page.ask("document.getElementById('shown').textContent") == ""


def test_a_heading_sorts_by_its_column_and_turns_round(look: Look) -> None:
    page = look(FULL)
    press = "document.querySelectorAll('#fleet-table thead button')[{}].click()"

    page.ask(press.format(4))
    assert page.ask(NAMES)[0] == "fra1-prod"
    assert page.ask("document.querySelectorAll('#fleet-table th')[4].getAttribute('aria-sort')") == "descending"
    page.ask(press.format(0))
    assert page.ask(NAMES) == ["ams1-prod", "fra1-prod", "ham1-prod", "lab1", "muc1-edge"]
    page.ask(press.format(0))
    assert page.ask(NAMES) == ["muc1-edge", "lab1", "ham1-prod", "fra1-prod", "ams1-prod"]


def test_everything_is_reached_by_keyboard_in_the_order_of_the_page(look: Look) -> None:
    page = look(FULL)
    page.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.ask(f"window.reachable = {FOCUSABLE}; window.reached = []")
    for _ in range(page.ask("reachable.length")):
        page.press("Tab")
        page.ask("reached.push(document.activeElement)")

    assert page.ask("reachable.length") > 30
    assert page.ask("reachable.map((one, number) => [one, reached[number]]).filter(([a, b]) => a !== b).length") == 0


def test_focus_is_seen(look: Look) -> None:
    page = look(FULL)
    for _ in range(8):
        page.press("Tab")
        style = page.ask(
            "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth] })()"
        )
        assert style == ["solid", "3px"]


def test_the_skip_link_comes_first_and_leads_to_the_clusters(look: Look) -> None:
    page = look(FULL)
    page.press("Tab")
    assert page.ask("document.activeElement.className") == "skip"
    assert page.ask("document.activeElement.getBoundingClientRect().left") >= 0
    page.press("Enter")

    assert page.ask("document.activeElement.id") == "clusters"


def test_both_sides_unfold_by_keyboard(look: Look) -> None:
    page = look(FULL)
    page.ask("document.querySelector('details:not([open]) > summary').focus()")
    page.ask("window.fold = document.activeElement.parentElement")
    page.press("Enter")

    assert page.ask("fold.open") is True


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@REPORTS
def test_the_page_never_scrolls_sideways(look: Look, report: DriftReport, width: int) -> None:
    page = look(report, width=width)
    page.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    assert page.ask(OVERFLOW) <= 0


@SCHEMES
@REPORTS
def test_every_text_stands_out_from_its_ground(look: Look, report: DriftReport, *, dark: bool) -> None:
    page = look(report, dark=dark)
    page.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = page.ask(CONTRAST)

    assert found["poor"] == []
    assert found["measured"] > 20


@REPORTS
def test_assistive_technology_finds_names_landmarks_and_order(look: Look, report: DriftReport) -> None:
    assert look(report).ask(AUDIT) == []


def test_the_page_is_dark_or_light_as_the_system_says_and_as_the_button_says(look: Look) -> None:
    page = look(FULL)
    ground, pressed = "getComputedStyle(document.body).backgroundColor", "document.getElementById('theme').ariaPressed"
    light = page.ask(ground)
    assert page.ask(pressed) == "false"

    page.scheme(dark=True)
    dark = page.ask(ground)
    assert dark != light
    page.ask("document.getElementById('theme').click()")
    assert (page.ask(ground), page.ask(pressed)) == (light, "false")
    page.ask("document.getElementById('theme').click()")
    assert (page.ask(ground), page.ask(pressed)) == (dark, "true")


def test_the_page_says_everything_without_javascript(look: Look) -> None:
    page = look(FULL, scripts=False)
    tree = page.call("DOMSnapshot.captureSnapshot", computedStyles=[])
    shown = {
        tree["strings"][number] for layout in tree["documents"] for number in layout["layout"]["text"] if number >= 0
    }
    told = "\n".join(shown)

    for words in (
        "fra1-prod",
        "spec.nodeToNodeMeshEnabled",
        "kubectl-edit (Update), 2026-11-20 14:03 UTC",
        "no route to host",
    ):
        assert words in told
    assert "Show all" not in told


def test_a_fleet_of_two_thousand_is_filtered_like_one_of_five(look: Look) -> None:
    fine = [a_drift(f"c{number:04}", *AMS1.objects) for number in range(1990)]
    page = look(a_report(*fine, *(a_drift(f"d{number}", *FRA1.objects) for number in range(10))))
    page.ask(chosen("f-severity", "error"))

    assert page.ask(NAMES) == [f"d{number}" for number in range(10)]


def test_a_screenshot_is_kept(look: Look) -> None:
    BUILD.mkdir(exist_ok=True)
    picture = look(FULL).screenshot()
    (BUILD / "drift-report.png").write_bytes(picture)

    assert picture.startswith(b"\x89PNG")


def test_the_picture_of_the_readme_is_small() -> None:
    picture = (BUILD.parent / "docs" / "images" / "drift-report.png").read_bytes()

    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 300_000
