"""How a check says that it compares a cluster with what it was; `genlb.rules.change` asks all that said so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from genlb.rules.catalogue import Finding, Rule, View

ChangeCheck: TypeAlias = Callable[[View, View], Iterator[Finding]]

CHECKS: list[tuple[Rule, ChangeCheck]] = []
"""Every such check that was defined so far, with its rule."""


def of_change(found: Rule) -> Callable[[ChangeCheck], ChangeCheck]:
    """Mark a function as the check of a rule about change."""

    def mark(check: ChangeCheck) -> ChangeCheck:
        CHECKS.append((found, check))
        return check

    return mark
