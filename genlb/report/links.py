"""Where the documentation lies that reports point to."""

from __future__ import annotations

PROJECT = "https://github.com/genlb/genlb"
RULES = f"{PROJECT}/blob/main/docs/rules/"


def rule_url(rule_id: str) -> str:
    """The page of a rule."""
    return f"{RULES}{rule_id}.md"
