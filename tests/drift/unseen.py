"""Pairs of desired and live objects that the engine was not built on, to judge its verdicts by.

``unseen.jsonl`` holds one pair per line. A real API server wrote the live side: an applier (Argo CD, Flux, genlb or
kubectl, by its field manager) applied what git had, then others edited, patched, scaled, injected and replaced, and
the result was read back. The expectation is what the change means, and where the server can say so, a forced dry run
of server-side apply agreed: drift is what such an apply would change. What others only added is no drift.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

FILE = Path(__file__).with_suffix(".jsonl")

Object: TypeAlias = dict[str, Any]


class Pair(NamedTuple):
    """What git has and what the cluster has; ``drifts`` is the right verdict.

    ``strict``: it drifts when what others added counts as well. ``path`` is one that a finding must have, ``state``
    what must have become of one object; both are empty where the verdict alone is judged. ``text`` is the file in git
    where the YAML itself is the question; then ``desired`` is empty.
    """

    name: str
    desired: list[Object]
    live: list[Object]
    drifts: bool
    strict: bool = False
    path: str = ""
    state: str = ""
    text: str = ""


PAIRS = [Pair(**json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]
