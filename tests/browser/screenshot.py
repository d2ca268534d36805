"""The picture for the README: ``python -m tests.browser.screenshot docs/images/drift-report.png``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from genlb.report.drift import write
from genlb.resources import template
from tests.browser.chromium import CURE, Chromium, Page, where
from tests.report.drift_runs import FULL, fabrics


def picture(*, width: int = 1200, height: int = 0, dark: bool = False) -> bytes:
    """The page of the example fleet as PNG."""
    program = where()
    if program is None:
        sys.exit(CURE)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(write("html", FULL, fabrics(), template), encoding="utf-8")
        with Chromium(program, Path(folder) / "profile") as browser:
            return Page(browser, file, width=width, dark=dark).screenshot(height)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(picture(height=1560))
