"""The browser of the tier `browser`, and the pages that it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from genlb.drift.model import DriftReport
from genlb.report.drift import write
from genlb.resources import template
from tests.browser.chromium import CURE, Chromium, Page, where
from tests.report.drift_runs import fabrics

Look = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all tests, or a skip that says how to get one."""
    program = where()
    if program is None:
        pytest.skip(CURE)
    with Chromium(program, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def look(chromium: Chromium, tmp_path: Path) -> Iterator[Look]:
    """Open the page of a report: ``look(FULL, width=360, dark=True)``."""
    pages: list[Page] = []

    def opened(report: DriftReport, **how: Any) -> Page:
        file = tmp_path / f"report-{len(pages)}.html"
        file.write_text(write("html", report, fabrics(), template), encoding="utf-8")
        pages.append(Page(chromium, file, **how))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()
