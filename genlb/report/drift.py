"""Every format that drift can be reported in, by the name that ``--report`` takes; all from one `DriftReport`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from genlb.drift.model import DriftReport
from genlb.report.drift_github import drift_github
from genlb.report.drift_html import Template, drift_html
from genlb.report.drift_json import drift_json
from genlb.report.drift_junit import drift_junit
from genlb.report.drift_markdown import drift_markdown
from genlb.report.drift_prom import drift_prom
from genlb.report.drift_sarif import drift_sarif
from genlb.report.drift_text import drift_text
from genlb.report.fabric import Fabric
from genlb.report.style import PLAIN, Style

HTML = "html"
_WIDTH = 120

_FORMATS: Mapping[str, Callable[[DriftReport], str]] = MappingProxyType(
    {
        "github": drift_github,
        "json": drift_json,
        "junit": drift_junit,
        "markdown": drift_markdown,
        "prom": drift_prom,
        "sarif": drift_sarif,
        "text": lambda report: drift_text(report, PLAIN, _WIDTH, verbose=True),
    }
)

DRIFT_FORMATS: tuple[str, ...] = tuple(sorted((*_FORMATS, HTML)))
"""The names that `write` knows."""


def write(form: str, report: DriftReport, fabrics: Mapping[str, Fabric], template: Template) -> str:
    """The report in one of `DRIFT_FORMATS`; KeyError for any other.

    ``fabrics`` are the clusters' drawings by name, as far as there are any, and ``template`` reads a packaged file
    (``genlb.resources.template``); only ``html`` looks at either.
    """
    return drift_html(report, fabrics, template) if form == HTML else _FORMATS[form](report)


def text(report: DriftReport, style: Style, width: int, *, verbose: bool) -> str:
    """What a terminal of ``width`` columns shows."""
    return drift_text(report, style, width, verbose=verbose)
