"""``validate --fix``: what can be mended without thinking is mended, in the very files that people wrote.

Only the value itself is replaced; comments, order and layout stay. A mistake may hide another one, so a file is read
and judged again until there is nothing more to do.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from genlb.api.clusters import load, others
from genlb.api.hushing import conclude
from genlb.errors import Diagnostic, Fix, Span
from genlb.report.masking import STARS, secret_ranges
from genlb.spec.read import read_layer
from genlb.stores.overwrite import overwrite
from genlb.stores.repository import Repository
from genlb.yamltext import Document, read
from genlb.yamltext.edit import Edit, edited
from genlb.yamltext.node import MappingNode

_MOST_ROUNDS = 8
_RENDERED = "rendered"
_UNREADABLE = frozenset({"GLB101", "GLB102"})


class Mended(NamedTuple):
    """One value that was replaced, for the sake of a rule; both texts as they stand in the file, secrets hidden."""

    rule: str
    span: Span
    before: str
    after: str


def fix(repository: Repository, names: Sequence[str] = ()) -> tuple[Mended, ...]:
    """Mend what can be mended in the files of the named clusters (all without names), and tell what was.

    What is suppressed is left alone, and so is everything that genlb renders. ``Undetermined`` when a file cannot be
    written; those before it are mended then.

    >>> fix(open_repository(), ["fra1-prod"])[0].after
    '"1.30"'
    """
    mended: list[Mended] = []
    for _ in range(_MOST_ROUNDS):
        fresh = repository.again()
        told = _round(fresh, names or fresh.names, everything=not names)
        if not told:
            break
        mended += told
    return tuple(mended)


def _round(repository: Repository, names: Sequence[str], *, everything: bool) -> list[Mended]:
    findings = [cluster.findings() for cluster in load(repository, names)]
    beside = others(repository, everything=everything)
    verdict = conclude(repository, findings, beside, everything=everything)
    by_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in verdict.diagnostics:
        file = diagnostic.fix.span.file if diagnostic.fix else diagnostic.span.file
        by_file.setdefault(file, []).append(diagnostic)
    return [told for file in sorted(by_file) for told in _mend(repository, file, by_file[file])]


def _mend(repository: Repository, file: str, found: Sequence[Diagnostic]) -> Iterator[Mended]:
    """Make the fixes of one file, all at once."""
    if _RENDERED in file.split("/") or not any(one.fix or one.rule == "GLB105" for one in found):
        return
    data = repository.files.read(file)
    if data is None:
        return
    document = read(data, file)
    fixes = dict(_fixes(document, found))
    mark = "\ufeff" if data.startswith("\ufeff".encode()) else ""
    text, edits = edited(data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"), fixes)
    after = f"{mark}{text}".encode("utf-8", "surrogateescape")
    if not edits or _is_worse(document, read(after, file)):
        return
    overwrite(os.path.join(repository.root, file), after)
    rules = {fix.span: rule for fix, rule in fixes.items()}
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    yield from (_shown(edit, rules[edit.span], lines) for edit in edits)


def _fixes(document: Document, found: Iterable[Diagnostic]) -> Iterator[tuple[Fix, str]]:
    """Every fix with its rule. What the YAML reader leaves open (``yes``) the field may decide: true, or text."""
    open_places: set[Span] = set()
    for diagnostic in found:
        if diagnostic.fix:
            yield diagnostic.fix, diagnostic.rule
        elif diagnostic.rule == "GLB105":
            open_places.add(diagnostic.span)
    if open_places and isinstance(document.root, MappingNode):
        for misfit in read_layer(document.root):
            if misfit.fix and misfit.fix.span in open_places:
                yield misfit.fix, "GLB105"


def _is_worse(before: Document, after: Document) -> bool:
    """Whether a fix made the file harder to read; that would be a mistake of ours, and the file stays as it was."""
    counts = [Counter(one.rule for one in document.diagnostics) for document in (before, after)]
    return any(counts[1][rule] > counts[0][rule] for rule in _UNREADABLE)


def _shown(edit: Edit, rule: str, lines: Sequence[str]) -> Mended:
    start, end = edit.span.column - 1, edit.span.end_column - 1
    if any(low < end and start < high for low, high in secret_ranges(lines, edit.span.line)):
        return Mended(rule, edit.span, STARS, STARS)
    return Mended(rule, edit.span, edit.before, edit.after)
