"""A rule in prose."""

from __future__ import annotations

import textwrap

from genlb.errors import Severity
from genlb.report.style import Role, Style

_WIDTH = 100


def rule_text(rule_id: str, severity: Severity, title: str, why: str, fix: str, style: Style) -> str:
    """Title, severity, why it hurts, how to satisfy it."""
    lines = [f"{style.paint(rule_id, Role.STRONG)}  {title}  {style.paint(f'({severity.value})', Role.FAINT)}"]
    for heading, text in (("Why", why), ("Fix", fix)):
        lines += ["", style.paint(heading, Role.STRONG), *_wrapped(text)]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
