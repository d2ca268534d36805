"""Values as text. No report shows one in any other way: it is what keeps a masked value masked."""

from __future__ import annotations

import json
from typing import Any

from genlb.drift.model import ABSENT, Difference
from genlb.report.masking import STARS
from genlb.yamltext.quote import inline, quoted

NOTHING = "(absent)"
DEEPEST = 32
"""Levels of a value that are shown; nothing that Kubernetes runs comes near."""

_IN_FLOW = frozenset(",[]{}:#")


def both(difference: Difference, *, widest: int = 200) -> tuple[str, str]:
    """Git's and the cluster's value as text."""
    if difference.masked and difference.desired is not ABSENT is not difference.live:
        return STARS, f"{STARS} (another value)"
    return (
        shown(difference.desired, masked=difference.masked, widest=widest),
        shown(difference.live, masked=difference.masked, widest=widest),
    )


def shown(value: Any, *, masked: bool = False, widest: int = 200) -> str:
    """A value on one line, much as YAML would have it; not yet safe for a terminal."""
    if value is ABSENT:
        return NOTHING
    text = STARS if masked else _flow(value, 0)
    return text if len(text) <= widest else f"{text[:widest]}… ({len(text)} characters)"


def _flow(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        return "…"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(str(key))}: {_flow(item, depth + 1)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item, depth + 1) for item in value) + "]"
    if isinstance(value, str):
        return _word(value) if depth else _text(value)
    return (
        str(value) if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value, default=str)
    )


def _word(text: str) -> str:
    return json.dumps(text) if _IN_FLOW & set(text) else _text(text)


def _text(text: str) -> str:
    try:
        return inline(text) or quoted(text)
    except ValueError:  # half a surrogate pair
        return json.dumps(text)
