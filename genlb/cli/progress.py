"""How far a long piece of work is, for a person at a terminal; nobody else gets to see it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from genlb.cli.console import Console, is_terminal

_Item = TypeVar("_Item")

PATIENCE = 0.5
"""Seconds before the first sign: what is over sooner needs none."""
_PAUSE = 0.1
_CALM = 2.0
_MINUTE = 60.0
_CLEAR = "\r\x1b[K"


def tracked(items: Iterable[_Item], total: int, verb: str, console: Console) -> Iterator[_Item]:
    """``items`` unchanged, with a line like ``validating 120/1000, about 9 s left`` that rewrites itself on stderr."""
    if console.quiet or not _is_watched():
        yield from items
        return
    start = time.monotonic()
    due = start + PATIENCE
    shown = False
    try:
        for done, item in enumerate(items):
            if time.monotonic() >= due:
                left = _left(time.monotonic() - start, done, total)
                sys.stderr.write(f"{_CLEAR}{verb} {done}/{total}{left}")
                sys.stderr.flush()
                shown, due = True, time.monotonic() + _PAUSE
            yield item
    finally:
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _left(seconds: float, done: int, total: int) -> str:
    """How long the rest may take, once enough is done to tell, in steps that do not flicker."""
    if not done or seconds < _CALM:
        return ""
    rest = seconds / done * (total - done)
    return f", about {rest:.0f} s left" if rest < _MINUTE else f", about {rest / _MINUTE:.0f} min left"


def _is_watched() -> bool:
    hushed = os.environ.get("TERM") == "dumb" or os.environ.get("PRE_COMMIT") or os.environ.get("CI")
    return not hushed and is_terminal(sys.stderr)
