"""Mistakes in the build of a spec: keys, missing fields, names, layers. Those in values are told by ``misfits``.

Imported when the first one is found: a valid spec never pays for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from genlb.errors import Diagnostic, Fix, Related, Severity, Span
from genlb.spec.fixes import fix_of_key
from genlb.spec.problems import Term
from genlb.spec.record import Record
from genlb.spec.shapes import FieldShape
from genlb.spec.suggest import for_unknown_key
from genlb.spec.words import BY_PATTERN, EXAMPLES
from genlb.yamltext.node import MappingNode, Node, ScalarNode
from genlb.yamltext.quote import quoted

_SHOWN = 60
_CREDENTIALS = re.compile(r"://[^/@\s]*@")

LEAKED = "whoever can read this repository, or its history, has the password"
HOW_TO_REFER = (
    "keep it in a Secret beside calico-node and write {secretName: bgp-secrets, key: tor-password}; "
    "a password that was ever committed has to be changed"
)


def problem(  # noqa: PLR0913 - the fields of a diagnostic
    rule: str,
    span: Span,
    message: str,
    *,
    why: str = "",
    help: str = "",  # noqa: A002 - as in Diagnostic
    related: tuple[Related, ...] = (),
    severity: Severity = Severity.ERROR,
    fix: Fix | None = None,
) -> Diagnostic:
    """An error, if not said otherwise."""
    return Diagnostic(
        rule=rule, severity=severity, message=message, span=span, why=why, help=help, related=related, fix=fix
    )


def shown(text: str) -> str:
    """``text`` in quotes on one line, cut where it gets long, without the password of a URL."""
    text = _CREDENTIALS.sub("://***@", text)
    return quoted(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def unknown_key(key: str, node: MappingNode, section: str, known: Iterable[str]) -> Diagnostic:
    """A key of ``node`` that means nothing in ``section``."""
    known = tuple(known)
    message, fix = f"unknown key {shown(key)} in {section}", fix_of_key(key, node, known)
    return problem("GLB103", node.keys[key], message, help=for_unknown_key(key, known), fix=fix)


def unknown_secret(key: str, span: Span) -> Diagnostic:
    """Something in a reference to a Secret that is no part of a reference: possibly the secret."""
    message = f"a reference to a Secret has no {shown(key)}: is this the secret itself?"
    return problem("GLB310", span, message, why=LEAKED, help=HOW_TO_REFER)


def bad_key(term: Term, pattern: str, span: Span, key: str) -> Diagnostic:
    """A key of a free map that breaks the map's grammar."""
    return problem("GLB104", span, f"a key of {term.name} is {BY_PATTERN[pattern].phrase}; here is {shown(key)}")


def missing(record: type[Record], field: FieldShape, node: MappingNode, at: Span, term: Term) -> Diagnostic:
    """A required field that no layer gives; told where a ``null`` took it away, else where the section begins."""
    example = EXAMPLES[f"{record.__name__}.{field.key}"]
    nulled = node.keys.get(field.key)
    return problem(
        "GLB104",
        nulled or at,
        f"{_section(term, node)} lacks {field.key}",
        why="null takes an inherited value away and gives none" if nulled else "",
        help=f"for example {field.key}: {example}",
    )


def _section(term: Term, node: MappingNode) -> str:
    """A list's entry by its name, any other section by its key."""
    name = node.entries.get("name")
    if term.entry and isinstance(name, ScalarNode) and isinstance(name.value, str):
        return f"{shown(name.value)} in {term.name}"
    return str(term)


def duplicate_name(name: str, span: Span, first: Span, listing: str) -> Diagnostic:
    """One name twice in a list whose entries are told apart by name."""
    return problem(
        "GLB102",
        span,
        f"{shown(name)} stands twice in {listing}",
        why="entries are told apart by their name",
        help="rename one of them, or put both together",
        related=(Related(first, "the first one"),),
    )


def nameless(term: Term, span: Span) -> Diagnostic:
    """An entry that layers cannot match with another one's."""
    why = "layers match entries by their name"
    return problem("GLB104", span, f"{term.of_entry()} lacks name", why=why, help="write name: first")


def removal_without_true(flag: Node) -> Diagnostic:
    """``$remove`` with anything but ``true``."""
    return problem("GLB104", flag.span, "$remove wants true", help="leave it out to keep the entry")


def removal_with(key: str, span: Span) -> Diagnostic:
    """A field of an entry that is removed."""
    return problem("GLB104", span, f"{key} beside $remove: true has no effect", help="keep only name and $remove")


def removes_nothing(what: str, span: Span) -> Diagnostic:
    """A removal of something that no layer below has."""
    return problem(
        "GLB108",
        span,
        f"{what} removes nothing: no layer below has it",
        help="remove the line; a value may be missing here",
        severity=Severity.WARNING,
    )
