"""What a reader of the spec is given and what it leaves behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from genlb.errors import Diagnostic, Span
from genlb.yamltext.node import Node

Problems: TypeAlias = list[Diagnostic]
"""Every mistake found so far; a reader appends and goes on."""

Read: TypeAlias = Callable[[Node, Span, Problems], Any]
"""Turns a node into a value. The span is the place of its key, or of the node itself where it has none: what is
missing inside is told there. After a problem the value means nothing."""

_SECRET = re.compile(r"passw|secret|token|credential|private|uid$", re.IGNORECASE)


class Term(NamedTuple):
    """How messages call a value; a ``secret`` one is never repeated in them."""

    name: str
    secret: bool
    entry: bool = False

    @classmethod
    def of(cls, key: str, *, secret: bool = False) -> Term:
        """The value under ``key``; below a secret key everything is secret."""
        return cls(key, secret or _SECRET.search(key) is not None)

    def of_entry(self) -> Term:
        """One entry of the list that this term names."""
        return self._replace(entry=True)

    def __str__(self) -> str:
        return f"an entry of {self.name}" if self.entry else self.name
