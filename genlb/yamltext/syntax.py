"""What a YAML parser complains about, said so that the line can be mended.

libyaml and PyYAML's own parser word the same mistake differently and often point behind it: an unclosed bracket is
reported where the file ends. The table below names each mistake once and points at its cause.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from yaml.error import Mark, MarkedYAMLError

from genlb.errors import Diagnostic, Related, Span
from genlb.yamltext.decode import place, syntax_error


class _Mistake(NamedTuple):
    """``pattern`` is searched in "context: problem" of either parser; ``{char}`` is the character pointed at.

    ``at`` says where to point: where the parser stopped (problem), where the construct begins that it could not
    finish (start), or at the backslash before that place (escape).
    """

    pattern: str
    message: str
    help: str
    at: Literal["problem", "start", "escape"] = "problem"


_TABS = _Mistake(
    "tab character",
    "YAML does not allow tabs for indentation: use spaces",
    "replace the tab by spaces, two for each level",
)
_UNCLOSED = _Mistake(
    "",
    "the text ends inside a [ or {{ that is never closed",
    "close the bracket",
)
_MISTAKES = (
    _TABS,
    _Mistake(
        "cannot start any token",
        "a value cannot start with {char}",
        "write the value in quotes",
    ),
    _Mistake(
        "scanning an (alias|anchor)",
        "{char} starts the name of an alias or anchor, and no name follows",
        "write the value in quotes if {char} belongs to the text",
        at="start",
    ),
    _Mistake(
        "simple key: could not find expected ':'",
        "a colon is missing: this line is no 'key: value'",
        "write 'key: value' with a space after the colon, or check the indentation",
        at="start",
    ),
    _Mistake(
        "mapping values are not allowed",
        "no value can start at this colon",
        "check the indentation of this line and the colon of the line above; write a text that contains ': ' in quotes",
    ),
    _Mistake(
        "sequence entries are not allowed",
        "no list can start here",
        "put each '- ' on a line of its own below the key, or write a text that starts with '- ' in quotes",
    ),
    _Mistake(
        "mapping keys are not allowed",
        "no key can start here",
        "write the value in quotes if {char} belongs to the text",
    ),
    _Mistake(
        "quoted scalar: found unexpected (end of stream|document)",
        "this quote is never closed",
        "add the closing {char}",
        at="start",
    ),
    _Mistake(
        "unknown escape character",
        "this escape does not exist",
        "write \\\\ for a backslash in double quotes, or use single quotes",
        at="escape",
    ),
    _Mistake(
        "hexdecimal number|hexadecimal numbers",
        "hexadecimal digits are missing in this escape",
        "write two digits after \\x, four after \\u, eight after \\U, or \\\\ for a backslash",
        at="escape",
    ),
    _Mistake(
        "invalid Unicode character escape",
        "this escape names no character: it is half a surrogate pair or beyond U+10FFFF",
        "write the character itself, or its number with eight digits after \\U",
        at="escape",
    ),
    _Mistake(
        r"expected ',' or '[\]}]'",
        "this {char} is never closed, or a comma is missing",
        "close it, and put a comma between any two of its items",
        at="start",
    ),
    _Mistake(
        "block mapping: (did not find expected key|expected <block end>)",
        "this belongs to no key of the map above",
        "check the indentation; nothing may follow on the line of a closed quote or bracket",
    ),
    _Mistake(
        "block collection: (did not find expected '-'|expected <block end>)",
        "this belongs to no item of the list above",
        "check the indentation, or start the line with '- '",
    ),
    _Mistake(
        "node content",
        "a value is missing before {char}",
        "write the value, or put {char} in quotes if it belongs to the text",
    ),
    _Mistake(
        "scanning a block scalar",
        "{char} starts a block of text, and its line holds something else",
        "write the text below this line, or in quotes if {char} belongs to it",
        at="start",
    ),
    _Mistake(
        "(scanning|parsing) a tag|undefined tag handle|tag URI",
        "tags are not read",
        "remove the tag, or write the value in quotes if {char} belongs to the text",
        at="start",
    ),
    _Mistake(
        "directive|incompatible YAML document|tag handle",
        "this line that starts with % is not read",
        "remove it: files are read as YAML 1.2",
        at="start",
    ),
    _Mistake(
        "<?document start>?",
        "the document ends before this",
        "check the indentation, and the space after each colon",
    ),
    _Mistake(
        "found unexpected ':'",
        "a colon stands where no value can start",
        "put a space after the colon, or the text in quotes",
    ),
)


_INDENTATION = re.compile(r"[ \t]*")


def explain(error: MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """The parser's ``error`` about ``text`` as one GLB101 that points at the cause."""
    problem = _index(error.problem_mark, text)
    start = _index(error.context_mark or error.problem_mark, text)
    mistake = _mistake(error, ended=problem == len(text.rstrip()))
    tab = _indenting_tab(text, problem)
    if tab is not None:
        mistake, problem = _TABS, tab
    index = _pointed_at(mistake, text, problem, start)
    words = {"char": _shown(text, index)}
    return syntax_error(
        _span(file, text, index),
        mistake.message.format(**words),
        help=mistake.help.format(**words),
        related=_related(file, text, mistake, problem, start),
    )


def _mistake(error: MarkedYAMLError, *, ended: bool) -> _Mistake:
    """The row for the ``error``; ``ended``: the parser missed something behind the last character."""
    complaint = f"{error.context or ''}: {error.problem or ''}"
    if ended and "flow node" in complaint:
        return _UNCLOSED
    for mistake in _MISTAKES:
        if re.search(mistake.pattern, complaint):
            return mistake
    message = f"this is not YAML: {error.problem}".replace("{", "{{").replace("}", "}}")
    return _Mistake("", message, "compare this line and the one above with a file that is read")


def _index(mark: Mark | None, text: str) -> int:
    """Where ``mark`` points to; what is at or behind the end points behind the last character that is seen."""
    end = len(text.rstrip())
    return min(mark.index, end) if mark else end


def _indenting_tab(text: str, index: int) -> int | None:
    """The tab that the parser stumbled over, or one that indents its line (the parser may notice later)."""
    if text[index : index + 1] == "\t":
        return index
    start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    indentation = _INDENTATION.match(text, start, index)
    tab = indentation[0].find("\t") if indentation else -1
    return start + tab if tab >= 0 else None


def _pointed_at(mistake: _Mistake, text: str, problem: int, start: int) -> int:
    if mistake.at == "start":
        return start
    if mistake.at == "escape":
        return max(text.rfind("\\", 0, problem + 1), 0)
    return problem


def _related(file: str, text: str, mistake: _Mistake, problem: int, start: int) -> tuple[Related, ...]:
    """The other end of the construct, where it stands on another line: the mistake may as well be there."""
    begin, end = _span(file, text, start), _span(file, text, problem)
    if begin.line == end.line or mistake is _TABS:
        return ()
    if mistake.at == "start":
        return (Related(end, "noticed here"),)
    return (Related(begin, "it starts here"),)


def _shown(text: str, index: int) -> str:
    character = text[index : index + 1]
    return "the end of the line" if character in {"", "\n", "\r"} else character


def _span(file: str, text: str, index: int) -> Span:
    line, column = place(text, index)
    return Span(file, line, column, line, column + 1)
