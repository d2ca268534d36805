"""The catalogue of rules, ready to be printed: one rule in prose, or the list of all.

What `genlb validate` looks for and what `genlb drift` finds are two tables, joined here: who reads an id need not know
which command wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from genlb.errors import Severity, UsageError

if TYPE_CHECKING:
    from genlb.drift.catalogue import DriftRule
    from genlb.report.rule import Card
    from genlb.report.style import Style
    from genlb.rules import Rule


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """A rule in prose, with an example of what it catches."""

    card: Card

    def text(self, style: Style, width: int) -> str:
        """For people, on a terminal of this width."""
        from genlb.report.rule import rule_text

        return rule_text(self.card, style, width=width)

    def data(self) -> dict[str, Any]:
        """For machines."""
        from genlb.report.rule import rule_data

        return {"rule": rule_data(self.card)}


@dataclass(frozen=True, slots=True)
class ListedRules:
    """Rules in the order of their ids."""

    cards: tuple[Card, ...]

    def text(self, style: Style) -> str:
        """A table for people."""
        from genlb.report.rule import rules_table

        return rules_table(self.cards, style)

    def data(self) -> dict[str, Any]:
        """For machines."""
        from genlb.report.rule import row_data

        return {"rules": [row_data(card) for card in self.cards]}


def explain_rule(rule_id: str) -> ExplainedRule:
    """The rule; ``UsageError`` with a suggestion for an unknown one.

    >>> explain_rule("GLB211").card.title
    'An on-link pool that nobody answers for'
    """
    from genlb.drift.catalogue import RULES
    from genlb.report.suggestion import did_you_mean
    from genlb.rules import rules

    if rule_id in RULES:
        return ExplainedRule(_card_of_drift(RULES[rule_id]))
    if rule_id in rules():
        return ExplainedRule(_card(rules()[rule_id]))
    known = rule_ids()
    near = did_you_mean(rule_id, known) if any(_near(rule_id, one) for one in known) else ""
    raise UsageError(f"there is no rule {rule_id}{near or '; genlb rules lists them'}")


def list_rules(groups: Iterable[str] = (), severities: Iterable[str] = ()) -> ListedRules:
    """Rules of any of these groups and severities, all without any.

    >>> list_rules(["bgp"], ["error"]).cards[0].id
    'GLB301'
    """
    from genlb.drift.catalogue import RULES
    from genlb.rules import rules

    wanted, grave = frozenset(groups), {Severity(severity) for severity in severities}
    cards = sorted([*map(_card, rules().values()), *map(_card_of_drift, RULES.values())], key=lambda card: card.id)
    return ListedRules(
        tuple(
            card for card in cards if card.group in (wanted or (card.group,)) and (not grave or card.severity in grave)
        )
    )


def rule_ids() -> tuple[str, ...]:
    """The ids of all rules, in order.

    >>> rule_ids()[0]
    'GLB101'
    """
    from genlb.drift.catalogue import RULES
    from genlb.rules import rules

    return tuple(sorted({*rules(), *RULES}))


def rule_groups() -> tuple[str, ...]:
    """Names of the groups that rules belong to.

    >>> rule_groups()[:3]
    ('input', 'addresses', 'bgp')
    """
    from genlb.report.groups import GROUPS

    return tuple(GROUPS.values())


def _near(wanted: str, known: str) -> bool:
    """Whether they are of one group: the number of another one is no guess worth making."""
    return wanted[:4] == known[:4]


def _card(rule: Rule) -> Card:
    from genlb.report.groups import group_of, sources
    from genlb.report.links import rule_url
    from genlb.report.rule import Card
    from genlb.rules.suppress import FIRM

    shown = _examples().get(rule.id, {})
    return Card(
        id=rule.id,
        severity=rule.severity,
        title=rule.title,
        group=group_of(rule.id),
        why=rule.why,
        fix=rule.fix,
        research=sources(rule.research),
        url=rule_url(rule.id),
        suppressible=rule.id not in FIRM,
        fixable=bool(shown.get("fixable")),
        told=str(shown.get("told", "")),
        cure=str(shown.get("cure", "")),
    )


def _card_of_drift(rule: DriftRule) -> Card:
    from genlb.report.groups import DRIFT
    from genlb.report.links import rule_url
    from genlb.report.rule import Card

    return Card(
        id=rule.id,
        severity=rule.severity,
        title=rule.title,
        group=DRIFT,
        why=rule.why.replace("`", ""),  # marks of code, for pages
        fix=rule.remedy.replace("`", ""),
        research=(),
        url=rule_url(rule.id),
        suppressible=True,
        fixable=False,
    )


@cache
def _examples() -> Mapping[str, Mapping[str, Any]]:
    """An example of each rule, taken from its test by ``scripts/rule_pages.py``."""
    import json

    from genlb.resources import template

    examples: dict[str, Mapping[str, Any]] = json.loads(template("rules/examples.json"))
    return examples
