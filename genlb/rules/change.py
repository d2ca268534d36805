"""Rules about a change: what is fine before it and fine after it, and hurts on the way."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.errors import Diagnostic
from genlb.rules import node_changes, pool_changes, session_changes  # noqa: F401 -- importing defines their checks
from genlb.rules.catalogue import View
from genlb.rules.of_change import CHECKS


def judge_change(before: View, after: View) -> Iterator[Diagnostic]:
    """Every finding about a cluster that was ``before`` and is now ``after``; places are in the files of ``after``."""
    for found, check in CHECKS:
        for finding in check(before, after):
            yield found.diagnostic(finding, cluster=after.loaded.name)
