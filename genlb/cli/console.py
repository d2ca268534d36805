"""Streams: data to stdout, everything else to stderr, colour only where somebody looks.

The text is UTF-8 whatever the locale says: rendered YAML has to be, and a C locale must not turn a name into a crash.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from genlb.errors import Undetermined
from genlb.report.style import COLOURED, PLAIN, Role, Style

AUTO, ALWAYS, NEVER = "auto", "always", "never"


class Console:
    """Where a command speaks. ``color`` is auto, always or never; ``quiet`` leaves results and errors only."""

    def __init__(self) -> None:
        self.color = AUTO
        self.quiet = False
        self.verbosity = 0
        self.debug = False
        for stream in (sys.stdout, sys.stderr):
            _speak_utf8(stream)

    @property
    def out_style(self) -> Style:
        """The style of stdout."""
        return _style(self.color, sys.stdout)

    @property
    def err_style(self) -> Style:
        """The style of stderr."""
        return _style(self.color, sys.stderr)

    def data(self, text: str) -> None:
        """What was asked for, as it is: ``text`` goes to stdout unchanged."""
        if sys.stdout is None:
            raise Undetermined("the result cannot be written: stdout is closed")
        sys.stdout.write(text)

    def result(self, line: str) -> None:
        """One line of a result for people; ``-q`` leaves it out."""
        if not self.quiet:
            self.data(f"{line}\n")

    def tell(self, line: str) -> None:
        """One line to stderr, ``-q`` or not."""
        if sys.stderr is not None:
            sys.stdout and sys.stdout.flush()
            sys.stderr.write(f"{line}\n")

    def error(self, message: str) -> None:
        """One line that begins with ``error:``."""
        self.tell(f"{self.err_style.paint('error:', Role.ERROR)} {message}")

    def flush(self) -> None:
        """Write what is held back, so that a full disk shows before the exit code is decided."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()


def wants_colour(choice: str, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """``--color`` decides, else NO_COLOR, else FORCE_COLOR (both: any text), else whether a terminal listens."""
    if choice != AUTO:
        return choice == ALWAYS
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return terminal and environment.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at ``stream``; a closed one has no reader."""
    return stream is not None and not stream.closed and stream.isatty()


def _style(choice: str, stream: TextIO | None) -> Style:
    return COLOURED if wants_colour(choice, os.environ, terminal=is_terminal(stream)) else PLAIN


def _speak_utf8(stream: TextIO | None) -> None:
    # A file name that is no UTF-8 must not end in a traceback, hence backslashreplace.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
