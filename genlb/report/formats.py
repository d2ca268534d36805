"""Every format that a run can be reported in, by the name that ``--report`` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from genlb.report.github import github
from genlb.report.junit import junit
from genlb.report.model import Run
from genlb.report.run_markdown import markdown
from genlb.report.sarif import sarif
from genlb.report.verdict import json_report, text_report

FORMATS: Mapping[str, Callable[[Run], str]] = MappingProxyType(
    {
        "github": github,
        "json": json_report,
        "junit": junit,
        "markdown": markdown,
        "sarif": sarif,
        "text": text_report,
    }
)
