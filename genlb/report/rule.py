"""Rules for people and machines: one in prose with its example, all of them as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from genlb.errors import Severity
from genlb.report.counts import counted
from genlb.report.groups import DRIFT
from genlb.report.style import ROLES, Role, Style

_WIDTH = 100
DRIFT_IGNORE = '- {object: BGPPeer/genlb-r1-tor-a-v4, path: spec.keepaliveTime, reason: why, expires: "2030-03-31"}'
"""How a difference between git and a cluster is ignored."""

_CHANGES = {"+": Role.ADDED, "-": Role.REMOVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All there is to say about a rule.

    ``told`` is what `genlb validate` says about an example, ``cure`` the lines of it that change (``-`` and ``+``);
    both are empty for a rule without one.
    """

    id: str
    severity: Severity
    title: str
    group: str
    why: str
    fix: str
    research: tuple[str, ...]
    url: str
    suppressible: bool
    fixable: bool
    told: str = ""
    cure: str = ""


def rule_text(card: Card, style: Style, *, width: int = _WIDTH) -> str:
    """Title, why it hurts, the cure, an example of both, how to suppress it, where to read more."""
    head = f"{style.paint(card.id, Role.STRONG)}  {card.title}"
    lines = [f"{head}  {style.paint(f'({card.severity.value}, {card.group})', Role.FAINT)}"]
    for heading, text in _sections(card, style, min(width, _WIDTH)):
        lines += ["", style.paint(heading, Role.STRONG), *text]
    lines += ["", f"{style.paint('More', Role.STRONG)}  {card.url}"]
    return "\n".join(lines) + "\n"


def rule_data(card: Card) -> dict[str, Any]:
    """The rule as plain data."""
    told = row_data(card) | {"why": card.why, "fix": card.fix, "suppressible": card.suppressible}
    told["research"] = list(card.research)
    return told | ({"example": {"message": card.told, "cure": card.cure}} if card.told else {})


def row_data(card: Card) -> dict[str, Any]:
    """The rule's row in the list, as plain data."""
    return {
        "id": card.id,
        "severity": card.severity.value,
        "title": card.title,
        "group": card.group,
        "fixable": card.fixable,
        "url": card.url,
    }


def rules_table(cards: Sequence[Card], style: Style) -> str:
    """One line for each rule; what `genlb validate --fix` mends is marked."""
    severity = max((len(card.severity.value) for card in cards), default=0)
    group = max((len(card.group) for card in cards), default=0)
    lines = []
    for card in cards:
        weight = style.paint(f"{card.severity.value:<{severity}}", ROLES[card.severity])
        kind = style.paint(f"{card.group:<{group}}", Role.FAINT)
        mark = "fix" if card.fixable else "   "
        lines.append(f"{style.paint(card.id, Role.STRONG)}  {weight}  {kind}  {mark}  {card.title}")
    if not cards:
        return "no rules\n"
    marked = "; fix: genlb validate --fix mends it where there is but one way" if any(c.fixable for c in cards) else ""
    return "\n".join(
        [*lines, "", f"{counted(len(cards), 'rule')}{marked}. genlb explain {cards[0].id} tells more.", ""]
    )


def _sections(card: Card, style: Style, width: int) -> Iterator[tuple[str, list[str]]]:
    yield "Why", _wrapped(card.why, width)
    fix = f"{card.fix} Where there is but one way, genlb validate --fix does it." if card.fixable else card.fix
    yield "Fix", _wrapped(fix, width)
    if card.told:
        yield "Example", [f"  {line}".rstrip() for line in card.told.split("\n")]
    if card.cure:
        yield "Cured", [f"  {_changed(line, style)}".rstrip() for line in card.cure.split("\n")]
    yield "Suppress", list(_suppression(card))
    if card.research:
        yield "Known as", _wrapped(", ".join(card.research), width)


def _suppression(card: Card) -> Iterator[str]:
    if not card.suppressible:
        yield "  cannot be suppressed: what cannot be read for sure cannot be rendered"
        return
    if card.group == DRIFT:
        yield f"  genlb.yaml, {DRIFT}.ignore: {DRIFT_IGNORE}"
        return
    yield f"  behind the value:                 # genlb:ignore {card.id} -- why"
    yield f'  spec.lint.suppress or genlb.yaml: - {{rule: {card.id}, reason: why, expires: "2030-03-31"}}'


def _changed(line: str, style: Style) -> str:
    role = _CHANGES.get(line[:1])
    return style.paint(line, role) if role else line


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="  ")
