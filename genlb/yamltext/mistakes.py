"""What is wrong with a YAML text that a parser would read: one function for each mistake, each a located diagnostic."""

from __future__ import annotations

from genlb.errors import Diagnostic, Fix, Related, Severity, Span, Wording
from genlb.yamltext.decode import syntax_error
from genlb.yamltext.limits import Limits
from genlb.yamltext.quote import quoted
from genlb.yamltext.scalars import Dispute, resolve

_SHOWN = 60


def disputed(text: str, dispute: Dispute, span: Span) -> Diagnostic:
    """GLB105: readers take the plain scalar ``text`` for different things."""
    in_quotes = f": {quoted(text)}" if len(text) <= _SHOWN else ""
    cure = f"write it in quotes{in_quotes}"
    if dispute.spellings:
        cure = f"write {' or '.join(dispute.spellings)}, or in quotes if text is meant{in_quotes}"
    return Diagnostic(
        rule="GLB105",
        severity=Severity.ERROR,
        message=f"{_shown(text)} {dispute.sentence}",
        span=span,
        why="The tools that read this file do not agree on what it says.",
        help=cure,
        fix=_fix_of_dispute(text, dispute, span),
    )


def _fix_of_dispute(text: str, dispute: Dispute, span: Span) -> Fix | None:
    """Quotes where nothing but text can be meant; where one reader sees a word or a number, it takes the field."""
    only_text = not dispute.spellings and isinstance(resolve(text).value, str)
    return Fix(span, "", Wording.QUOTED) if only_text else None


def duplicate_key(key: str, span: Span, first: Span) -> Diagnostic:
    """GLB102: a map has the same key twice."""
    return Diagnostic(
        rule="GLB102",
        severity=Severity.ERROR,
        message=f"the key {_shown(key)} stands twice in this map",
        span=span,
        why="Some readers keep the first, some the last, some refuse the file.",
        help="remove one of the two",
        related=(Related(first, "the first one"),),
    )


def key_not_text(text: str, span: Span) -> Diagnostic:
    """A key that YAML reads as a number, a boolean or null."""
    if not text:
        return syntax_error(span, "a key is missing here", help="write the key before the colon")
    return syntax_error(span, f"the key {_shown(text)} is not text", help=f"write it in quotes: {quoted(text)}")


def collection_as_key(span: Span) -> Diagnostic:
    """A list or a map where a key belongs."""
    return syntax_error(span, "a list or map cannot be a key", help="write text before the colon, in quotes if need be")


def merge_key(span: Span) -> Diagnostic:
    """``<<``, which YAML 1.2 no longer has."""
    return syntax_error(
        span,
        "merge keys (<<) are not read",
        why="YAML 1.2 has none: some readers merge, others see a key named <<.",
        help="write the merged keys out",
    )


def tag(name: str, span: Span) -> Diagnostic:
    """An explicit type such as ``!!str`` or ``!secret``."""
    shown = _shown(name.replace("tag:yaml.org,2002:", "!!", 1))
    return syntax_error(span, f"the tag {shown} is not read", help="remove it; text is written in quotes")


def directive(span: Span) -> Diagnostic:
    """``%TAG``, or ``%YAML`` with another version than 1.2."""
    return syntax_error(
        span, "directives (%YAML, %TAG) are not read", help="remove the lines that start with %: files are YAML 1.2"
    )


def second_document(span: Span) -> Diagnostic:
    """More than one document in a file that holds one."""
    return syntax_error(
        span, "a second document starts here, and one file holds one", help="move it into a file of its own"
    )


def unknown_alias(name: str, span: Span, *, inside: bool) -> Diagnostic:
    """An alias whose anchor is not above it; ``inside``: the alias is part of what it stands for."""
    if inside:
        return syntax_error(span, f"the alias *{name} stands inside the value that it repeats", help="write it out")
    return syntax_error(
        span,
        f"the alias *{name} repeats nothing: no anchor &{name} is above it",
        help="set the anchor before it is used, or write the value in quotes if * belongs to the text",
    )


def too_large(size: int, limits: Limits, file: str) -> Diagnostic:
    """More bytes than `Limits.size`."""
    return syntax_error(
        Span.whole(file), f"the file has {size} bytes, more than {limits.size}", help="split it into smaller files"
    )


def too_deep(limits: Limits, span: Span) -> Diagnostic:
    """More levels than `Limits.depth`."""
    return syntax_error(span, f"more than {limits.depth} lists and maps inside each other", help="nest less deeply")


def too_many(limits: Limits, span: Span) -> Diagnostic:
    """More values than `Limits.nodes`."""
    return syntax_error(
        span, f"more than {limits.nodes} values, with aliases written out", help="split the file, or use fewer aliases"
    )


def _shown(text: str) -> str:
    """``text`` without what a terminal would act on, cut where it becomes too long to read."""
    visible = quoted(text)[1:-1]
    return visible if len(visible) <= _SHOWN else f"{visible[:_SHOWN]}…"
