"""Words for a near miss."""

from __future__ import annotations

from collections.abc import Iterable

_LISTED = 12


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'fra1-prod'?`` or, where nothing is close, what there is; empty when there is nothing."""
    from difflib import get_close_matches

    names = list(known)
    if close := get_close_matches(name, names, n=2):
        return f"; did you mean {' or '.join(map(repr, close))}?"
    if not names:
        return ""
    listed = ", ".join(names[:_LISTED])
    return f"; there are {listed}" + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
