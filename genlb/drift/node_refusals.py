"""Addresses of Services that the binders refuse: what concerns the whole cluster is told once, not on every node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from genlb.drift import catalogue
from genlb.drift.model import Difference
from genlb.drift.node_findings import finding, named
from genlb.errors import Severity
from genlb.manifest import ResourceKey
from genlb.network.node_report import Tally, VipState

_HARMLESS = frozenset({"DUPLICATE", "PROXIED"})
"""Reasons of a refusal that take nothing from anybody: the address is bound anyway, or nobody wants it bound."""


def refusal_findings(cluster: ResourceKey, states: Mapping[str, VipState]) -> Iterator[Difference]:
    """One for each reason that any of the nodes in ``states`` names.

    Nodes hear of a change one after another, so they may count differently; the largest count is told.
    """
    for reason in sorted({reason for state in states.values() for reason, count in state.refused.items() if count}):
        nodes = sorted(name for name, state in states.items() if state.refused.get(reason))
        yield _refused(
            cluster, reason, nodes, max((states[name] for name in nodes), key=lambda one: one.refused[reason])
        )


def _refused(cluster: ResourceKey, reason: str, nodes: list[str], state: VipState) -> Difference:
    """``state`` is that of a node which sees all of them."""
    examples = [words.partition(" ") for words in state.refusals.examples]
    services = tuple(service for word, _, service in examples if word == reason)
    count = state.refused[reason]
    told = f": {named(Tally(count, services))}" if services else ""
    where = "1 node" if len(nodes) == 1 else f"{len(nodes)} nodes"
    text = f"The binder refuses addresses of Services ({reason} {count}) on {where} ({named(Tally.of(nodes))}){told}."
    severity = Severity.INFO if reason in _HARMLESS else None
    return finding(cluster, catalogue.VIP_REFUSED, reason, text, severity=severity)
