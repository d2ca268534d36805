"""How much a YAML text may ask of its reader. Input comes from pull requests and from clusters: it is hostile."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Bounds of one text; what goes beyond is refused as GLB101 before it costs time or memory.

    ``size`` is in bytes; ``depth`` counts lists and maps inside each other; ``nodes`` counts values with every alias
    written out, so that a few lines of anchors cannot become a billion values.
    """

    size: int = 4 * 1024 * 1024
    depth: int = 100
    nodes: int = 200_000


LIMITS = Limits()
"""Those of a file that people write; dumps of whole clusters need more ``size`` and ``nodes``."""
