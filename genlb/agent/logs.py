"""What a daemon says while it works: one line to stderr for each event, as text or as JSON.

Nothing here waits. A pipe that nobody empties would stop the loop that holds an address, so a line that does not fit is
dropped and counted, and the next one that gets through tells how many went before it.
"""

from __future__ import annotations

import enum
import json
import os
import select
import time
from collections.abc import Callable, Mapping

_LONGEST = 4_096
"""PIPE_BUF of Linux: what poll calls writable takes a line of this size at once, and never in part."""


class Level(enum.Enum):
    """How much a line weighs."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Log:
    """Lines to a file descriptor. ``lost`` counts those that nobody took; ``bound`` fields stand in every line."""

    def __init__(
        self,
        descriptor: int = 2,
        *,
        as_json: bool = False,
        bound: Mapping[str, object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lost = 0
        self._descriptor = descriptor
        self._as_json = as_json
        self._bound = dict(bound or {})
        self._clock = clock
        self._untold = 0

    def info(self, message: str, **fields: object) -> None:
        """Something happened as it should."""
        self._tell(Level.INFO, message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """Something is not as it should be, and the daemon goes on."""
        self._tell(Level.WARNING, message, fields)

    def failure(self, message: str, **fields: object) -> None:
        """Something that was asked for cannot be done."""
        self._tell(Level.ERROR, message, fields)

    def _tell(self, level: Level, message: str, fields: Mapping[str, object]) -> None:
        if self._untold and self._write(self._line(Level.WARNING, "log lines were lost", {"lines": self._untold})):
            self._untold = 0
        if self._untold or not self._write(self._line(level, message, fields)):
            self.lost += 1
            self._untold += 1

    def _line(self, level: Level, message: str, fields: Mapping[str, object]) -> bytes:
        seconds = self._clock()
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1_000) % 1_000:03d}Z"
        told = {**self._bound, **fields}
        if self._as_json:
            return _cut_json({"time": at, "level": level.value, "message": message, **told})
        pairs = "".join(f" {key}={_shown(value)}" for key, value in told.items())
        return _cut(f"{at} {level.value}: {message}{pairs}")

    def _write(self, line: bytes) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        try:
            ready = poll.poll(0)
            if not ready or ready[0][1] & (select.POLLERR | select.POLLNVAL):
                return False
            return os.write(self._descriptor, line) == len(line)
        except OSError:  # a reader that went away, a full disk
            return False


def _shown(value: object) -> str:
    """A value as one word; anything else is quoted, so that a line stays a line."""
    text = str(value)
    return text if text and text.isascii() and text.isprintable() and not set(text) & set(' "=') else json.dumps(text)


def _cut(text: str) -> bytes:
    printable = "".join(character if character.isprintable() else "?" for character in text)
    return printable.encode("utf-8", "replace")[: _LONGEST - 1] + b"\n"


def _cut_json(record: Mapping[str, object]) -> bytes:
    """JSON cut in the middle is none: what is too long loses its fields first."""
    line = json.dumps(record, default=str).encode()
    if len(line) >= _LONGEST:
        kept = {key: record[key] for key in ("time", "level")}
        line = json.dumps({**kept, "message": str(record["message"])[:500], "cut": True}).encode()
    return line + b"\n"
