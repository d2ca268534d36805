"""Values of live objects as every reader can take them: what JSON lacks, and what is too deep, becomes text."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 64
"""Levels of a value that are told; nothing that Kubernetes runs comes near, and readers have limits of their own."""


def plain(value: Any, depth: int = 0) -> Any:
    """``value`` made of dicts, lists and scalars that JSON knows."""
    if depth > DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)
