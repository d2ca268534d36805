"""What the hundreds of the rule ids stand for."""

from __future__ import annotations

GROUPS = {
    "1": "input",
    "2": "addresses",
    "3": "bgp",
    "4": "kube-proxy",
    "5": "nodes",
    "6": "gitops",
    "7": "versions",
}
"""The group of a rule by the first digit of its id."""


def group_of(rule_id: str) -> str:
    """The group that a rule belongs to."""
    return GROUPS[rule_id[3]]
