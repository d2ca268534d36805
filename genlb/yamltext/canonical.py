"""One text for equal data, for digests: canonical JSON."""

from __future__ import annotations

from typing import Any


def canonical(data: Any) -> str:
    """``data`` as JSON with sorted keys and no spaces, non-ASCII characters as they are.

    Tuples count as lists. ValueError for what JSON cannot carry (infinities, not-a-number).
    """
    import json  # not at the top: who only writes YAML need not load it

    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
