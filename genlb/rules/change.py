"""Rules about a change: what is fine before it and fine after it, and hurts on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from genlb.errors import Diagnostic
from genlb.rules.catalogue import Finding, Rule, View

ChangeCheck: TypeAlias = Callable[[View, View], Iterator[Finding]]

_CHECKS: list[tuple[Rule, ChangeCheck]] = []


def judge_change(before: View, after: View) -> Iterator[Diagnostic]:
    """Every finding about a cluster that was ``before`` and is now ``after``; places are in the files of ``after``."""
    for found, check in _checks():
        for finding in check(before, after):
            yield found.diagnostic(finding, cluster=after.loaded.name)


def of_change(found: Rule) -> Callable[[ChangeCheck], ChangeCheck]:
    """Mark a function as the check of a rule about change."""

    def mark(check: ChangeCheck) -> ChangeCheck:
        _CHECKS.append((found, check))
        return check

    return mark


def rules_of_change() -> frozenset[str]:
    """The ids of all rules that compare a cluster with what it was."""
    return frozenset(found.id for found, _ in _checks())


def _checks() -> list[tuple[Rule, ChangeCheck]]:
    from genlb.rules import node_changes, pool_changes, session_changes  # noqa: F401 -- importing defines them

    return _CHECKS
