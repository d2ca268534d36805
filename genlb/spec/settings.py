"""``genlb.yaml``: what concerns the tool and the repository as a whole, not any cluster."""

from __future__ import annotations

import re

from genlb.errors import Diagnostic, Span, UsageError
from genlb.spec.model import DATE, PRINTABLE, Suppression
from genlb.spec.problems import Problems, Term
from genlb.spec.record import Record
from genlb.spec.records import is_null, reader
from genlb.spec.shapes import Section
from genlb.spec.spelling import spelled
from genlb.yamltext import Document
from genlb.yamltext.node import MappingNode, ScalarNode

REQUIREMENT = r"^(>=|<=|==|!=|>|<)[0-9]{1,6}(\.[0-9]{1,6}){0,2}(, ?(>=|<=|==|!=|>|<)[0-9]{1,6}(\.[0-9]{1,6}){0,2})*$"
FOLDER = r"^(?!.*(^|/)\.{1,2}(/|$))[A-Za-z0-9_.][-A-Za-z0-9_.]*(/[A-Za-z0-9_.][-A-Za-z0-9_.]*)*$"


class Waiver(Suppression):
    """A rule that shall not speak about some clusters or files, or about any of the repository."""

    cluster: str | None = spelled("cluster", default=None, pattern=PRINTABLE)
    path: str | None = spelled("path", default=None, pattern=PRINTABLE)


class FleetLint(Record):
    """What the rules shall not say about this repository."""

    suppress: tuple[Waiver, ...] = spelled("suppress", default=())


class Ignore(Record):
    """A difference that drift shall not report: an object or all that match a glob, and a path inside it."""

    object: str = spelled("object", pattern=PRINTABLE)
    path: str | None = spelled("path", default=None, pattern=PRINTABLE)
    reason: str | None = spelled("reason", default=None)
    expires: str | None = spelled("expires", default=None, pattern=DATE)


class Drift(Record):
    """What drift shall leave out."""

    ignore: tuple[Ignore, ...] = spelled("ignore", default=())


class Settings(Record):
    """The settings of a repository; a repository without ``genlb.yaml`` has the defaults."""

    requires: str | None = spelled("requires", default=None, pattern=REQUIREMENT)
    clusters: str = spelled("clusters", default="clusters", pattern=FOLDER)
    lint: FleetLint = spelled("lint", default=FleetLint())
    drift: Drift = spelled("drift", default=Drift())


def read_settings(document: Document | None, version: str | None) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """The settings in ``document`` and what is wrong with it; the defaults when there is none, or any mistake.

    ``UsageError`` when ``requires`` excludes ``version``, the version of this genlb. That is looked at first: a newer
    file may well hold keys that this genlb does not know. No version meets any requirement.
    """
    if document is None or (document.root is None and not document.diagnostics):
        return Settings(), ()
    root = document.root
    if isinstance(root, MappingNode):
        if version is not None:
            _check_requirement(root, version)
    elif root is None or is_null(root):
        return Settings(), document.diagnostics
    problems: Problems = list(document.diagnostics)
    read = reader(Section(Settings), Term.of("genlb.yaml"), layered=False)
    settings: Settings | None = read(root, Span.whole(root.span.file), problems)
    return (Settings() if problems or settings is None else settings), tuple(problems)


def _check_requirement(root: MappingNode, version: str) -> None:
    node = root.entries.get("requires")
    text = node.value if isinstance(node, ScalarNode) else None
    if node is None or not isinstance(text, str) or not re.fullmatch(REQUIREMENT, text):
        return
    if not satisfies(version, text):
        raise UsageError(f"{node.span}: this repository requires genlb {text}; this is genlb {version}")


def satisfies(version: str, requirement: str) -> bool:
    """Whether ``version`` keeps to a list of comparisons such as ``>=0.1,<0.2``.

    A pre-release counts as the release that it leads to: who tries out 0.2.0rc1 wants what 0.2 may do.
    """
    ours = _release(version)
    return all(_holds(ours, part.strip()) for part in requirement.split(","))


def _holds(ours: tuple[int, ...], comparison: str) -> bool:
    operator = comparison[: 2 if comparison[1] == "=" else 1]
    theirs = _release(comparison[len(operator) :])
    if operator in {"==", "!="}:
        # "==0.1" means any 0.1.x.
        length = comparison.count(".") + 1
        return (ours[:length] == theirs[:length]) is (operator == "==")
    return {">=": ours >= theirs, "<=": ours <= theirs, ">": ours > theirs, "<": ours < theirs}[operator]


def _release(text: str) -> tuple[int, ...]:
    numbers = [int(number) for number in re.findall(r"[0-9]+", re.split(r"[^0-9.]", text)[0])]
    return tuple((*numbers, 0, 0, 0)[:3])
