"""What the hundreds of the rule ids stand for, and what a rule is called elsewhere."""

from __future__ import annotations

DRIFT = "drift"
"""The group of what `genlb drift` finds, whatever its number: the other groups are what `genlb validate` looks for."""

GROUPS = {
    "1": "input",
    "2": "addresses",
    "3": "bgp",
    "4": "kube-proxy",
    "5": "nodes",
    "6": "gitops",
    "7": "versions",
    "8": DRIFT,
}
"""The group of a rule by the first digit of its id."""


def group_of(rule_id: str) -> str:
    """The group that a rule belongs to."""
    return GROUPS[rule_id[3]]


def sources(research: str) -> tuple[str, ...]:
    """The checks that a rule stands for, by the names that others gave them (KP004, CA003 …).

    A plan that named the rule by its own id says nothing that the id does not.
    """
    return tuple(name for name in research.split(", ") if name and not name.startswith("generator_ux "))
