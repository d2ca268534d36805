"""YAML text to nodes that know their place, or to plain data; strictly: a doubt is told, never guessed away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from yaml.error import MarkedYAMLError

from genlb.errors import Diagnostic, InvalidInput
from genlb.yamltext import mistakes
from genlb.yamltext.compose import Composer
from genlb.yamltext.decode import Refused, check_characters, check_directives, decode
from genlb.yamltext.jsontext import looks_like_json, parse
from genlb.yamltext.limits import LIMITS, Limits
from genlb.yamltext.node import Node, plain


class Document(NamedTuple):
    """What a text says and what is wrong with it.

    ``root`` is None for an empty text, and for one that is no YAML or goes beyond the limits. With any other
    mistake it holds all that could be read soundly.
    """

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]


def read(data: bytes, file: str, *, limits: Limits = LIMITS) -> Document:
    """The one YAML document in ``data``, with every mistake told; never raises for what ``data`` holds.

    The rules are GLB101 (no YAML, more than one document, a tag, a merge key, beyond ``limits`` …), GLB102
    (duplicate key) and GLB105 (a plain scalar that YAML 1.1, Go's YAML and YAML 1.2 core do not read alike).
    ``file`` is the name in the spans.
    """
    diagnostics: list[Diagnostic] = []
    try:
        text = _decode(data, file, limits)
        start = partial(Composer, text, file, limits, diagnostics, strict=True)
        roots = list(_documents(start, text, file, diagnostics, strict=True, single=True))
    except Refused as refused:
        roots = []
        diagnostics.append(refused.diagnostic)
    return Document(roots[0] if roots else None, tuple(diagnostics))


def load(data: bytes, file: str, *, limits: Limits = LIMITS, composer: type[Composer] = Composer) -> Any:
    """The one document in ``data`` as dicts, lists and scalars; None for an empty text.

    For text that others wrote: as strict as `read`, but GLB105 is not told and the YAML 1.2 core value taken. JSON is
    read as JSON. Another ``composer`` reads the same text by other rules. InvalidInput holds the diagnostics.
    """
    documents = _load(data, file, limits, composer, single=True)
    return documents[0] if documents else None


def load_all(data: bytes, file: str, *, limits: Limits = LIMITS, composer: type[Composer] = Composer) -> list[Any]:
    """Each document in ``data`` as `load` gives it; an empty document between two ``---`` is None."""
    return _load(data, file, limits, composer, single=False)


def _load(data: bytes, file: str, limits: Limits, composer: type[Composer], *, single: bool) -> list[Any]:
    diagnostics: list[Diagnostic] = []
    try:
        text = _decode(data, file, limits)
        if looks_like_json(text):
            try:
                return [parse(text, limits)]
            except ValueError:
                pass  # flow style YAML, or something that the YAML reader tells better
        start = partial(composer, text, file, limits, diagnostics, strict=False)
        documents = [plain(root) for root in _documents(start, text, file, diagnostics, strict=False, single=single)]
    except Refused as refused:
        raise InvalidInput([*diagnostics, refused.diagnostic]) from refused
    if diagnostics:
        raise InvalidInput(diagnostics)
    return documents


def _decode(data: bytes, file: str, limits: Limits) -> str:
    if len(data) > limits.size:
        raise Refused(mistakes.too_large(len(data), limits, file))
    return decode(data, file)


def _documents(
    start: Callable[[], Composer], text: str, file: str, diagnostics: list[Diagnostic], *, strict: bool, single: bool
) -> Iterator[Node]:
    """The documents of ``text``, one by one; ``start`` begins to compose them.

    With ``single`` only the first, and a complaint about a second.
    """
    check_characters(text, file, strict=strict)
    check_directives(text, file)
    try:
        composer = start()
        several = False
        while place := composer.start_document():
            if single and several:
                diagnostics.append(mistakes.second_document(place))
                return
            yield composer.document()
            several = True
    except MarkedYAMLError as error:
        from genlb.yamltext.syntax import explain  # not at the top: a table of mistakes that most files do not make

        raise Refused(explain(error, text, file)) from error
