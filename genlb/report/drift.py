"""Every format that drift can be reported in, by the name that ``--report`` takes; all from one `DriftReport`.

A format is loaded when it is asked for: ``genlb drift`` on a terminal shall not pay for those of code scanning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

from genlb.drift.model import DriftReport
from genlb.report.drift_text import drift_text
from genlb.report.style import PLAIN, Style

if TYPE_CHECKING:
    from genlb.report.fabric import Fabric

Template: TypeAlias = Callable[[str], bytes]
"""Reads a packaged file by its name below ``templates/``."""

DRIFT_FORMATS = ("github", "html", "json", "junit", "markdown", "prom", "sarif", "text")
"""The names that `write` knows."""

_WIDTH = 120


def write(form: str, report: DriftReport, fabrics: Mapping[str, Fabric], template: Template) -> str:
    """The report in one of `DRIFT_FORMATS`; KeyError for any other.

    ``fabrics`` are the clusters' drawings by name, as far as there are any, and ``template`` reads a packaged file
    (``genlb.resources.template``); only ``html`` looks at either.
    """
    if form not in DRIFT_FORMATS:
        raise KeyError(form)
    if form == "text":
        return drift_text(report, PLAIN, _WIDTH, verbose=True)
    if form == "html":
        from genlb.report.drift_html import drift_html

        return drift_html(report, fabrics, template)
    module = import_module(f"genlb.report.drift_{form}")
    return cast("Callable[[DriftReport], str]", getattr(module, f"drift_{form}"))(report)


def text(report: DriftReport, style: Style, width: int, *, verbose: bool) -> str:
    """What a terminal of ``width`` columns shows."""
    return drift_text(report, style, width, verbose=verbose)
