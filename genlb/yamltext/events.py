"""Where the events of a YAML text come from: libyaml, or PyYAML's own parser where libyaml was not built in.

Only *events* are asked for: PyYAML's loaders build recursively, in C, and crash the interpreter on deep nesting.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from yaml.error import Mark
from yaml.events import ScalarEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from genlb.yamltext.decode import DISPUTED, line_starts, place

try:
    from yaml._yaml import CParser
except ImportError:  # a PyYAML without libyaml: the same events, about ten times slower
    CParser = None  # type: ignore[assignment,misc]

Event: TypeAlias = Any
"""An instance of `yaml.events`; Any, since PyYAML's stubs let each mark be None, and none of a parser is."""

_SURROGATE = "[\ud800-\udfff]"
# Runs over a quoted scalar up to the first escape that names half a surrogate pair, and ends behind \u or \U.
_TO_SURROGATE_ESCAPE = r"(?s:(?:[^\\]|\\.)*?\\(?:u|U0000)(?=[dD][89a-fA-F]))"


def events(text: str) -> Callable[[], Event]:
    """A function that gives the next event of ``text`` with each call; raises `yaml.error.MarkedYAMLError`.

    Of an error's marks only ``index`` is to be relied on.
    """
    parser = CParser(text) if CParser is not None else PythonParser(text)
    next_event = cast("Callable[[], Event]", parser.get_event)
    return next_event if text.isascii() or not re.search(DISPUTED, text) else _relocated(next_event, text)


def _relocated(next_event: Callable[[], Event], text: str) -> Callable[[], Event]:
    """The same events, with the lines that a person sees: parsers of YAML 1.1 count NEL, LS and PS as line ends."""
    starts = line_starts(text)

    def relocated(mark: Mark) -> Mark:
        index = min(mark.index, len(text))
        line = bisect_right(starts, index) - 1
        return Mark("", index, line, index - starts[line], None, 0)

    def next_relocated() -> Event:
        event = next_event()
        event.start_mark, event.end_mark = relocated(event.start_mark), relocated(event.end_mark)
        return event

    return next_relocated


class PythonParser(Reader, Scanner, Parser):
    """PyYAML's pure Python parser, as strict about escapes as libyaml is."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        self._text = text

    def get_event(self) -> Event:
        """The next event; an escape that names no character is an error and not half a character."""
        try:
            event = super().get_event()  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError) as error:  # chr() of \U00110000
            raise _escape_error(self.get_mark()) from error
        if type(event) is ScalarEvent and not event.value.isascii() and re.search(_SURROGATE, event.value):
            raise _escape_error(self._surrogate_mark(event))
        return event

    def _surrogate_mark(self, event: ScalarEvent) -> Mark:
        start = event.start_mark.index if event.start_mark else 0
        match = re.compile(_TO_SURROGATE_ESCAPE).match(self._text, start)
        index = match.end() if match else start
        line, column = place(self._text, index)
        return Mark("", index, line - 1, column - 1, None, 0)


def _escape_error(mark: Mark) -> ScannerError:
    return ScannerError("while parsing a quoted scalar", mark, "found invalid Unicode character escape code", mark)
