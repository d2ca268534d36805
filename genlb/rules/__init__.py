"""What is wrong with a spec, told by rules; pure. Importing the package defines every rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genlb.rules import reading, rendering, structure
from genlb.rules.catalogue import Rule, View, rules

if TYPE_CHECKING:
    from genlb.errors import Diagnostic
    from genlb.network.decisions import Decisions
    from genlb.spec.assemble import LoadedSpec

__all__ = ["Rule", "judge", "reading", "rendering", "rules", "structure"]

_ALL = tuple(rules().values())


def judge(loaded: LoadedSpec, decisions: Decisions) -> Iterator[Diagnostic]:
    """Every finding of every rule about one cluster whose spec could be read."""
    if loaded.cluster is None:
        return
    view = View(loaded, loaded.cluster, decisions)
    for rule in _ALL:
        yield from rule.diagnose(view)
