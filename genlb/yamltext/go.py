"""YAML as kubectl, Argo CD, Flux and Kubernetes' own components read it: sigs.k8s.io/yaml, which is go-yaml v2.

For manifests and configurations that others wrote. What they say is what those programs take them for: ``yes`` is true,
``0644`` is 420, ``1_000`` is 1000, a date is text, and ``<<`` merges. Where they keep quiet about a doubt, as with a
key that stands twice, this reader stays as strict as `genlb.yamltext.reader`.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from yaml.events import ScalarEvent

from genlb.errors import Span
from genlb.yamltext import mistakes, reader
from genlb.yamltext.compose import Composer
from genlb.yamltext.decode import syntax_error
from genlb.yamltext.events import Event
from genlb.yamltext.limits import LIMITS, Limits
from genlb.yamltext.node import MappingNode, Node, Scalar, ScalarNode, SequenceNode
from genlb.yamltext.scalars import NUMBER_STARTS, WORDS, WORDS_OF_1_1, resolve

_BOOLEANS = {word: said == "true" for word, said in WORDS_OF_1_1.items() if said in {"true", "false"}}
_MERGE = "\ud800"
"""Begins the stand-in for a key ``<<``; no text that was read holds half a surrogate pair."""

_INT64, _UINT64 = range(-(2**63), 2**63), range(2**64)


def load(data: bytes, file: str, *, limits: Limits = LIMITS) -> Any:
    """The one document in ``data`` as dicts, lists and scalars; None for an empty text.

    InvalidInput holds the diagnostics.
    """
    return reader.load(data, file, limits=limits, composer=_GoComposer)


def load_all(data: bytes, file: str, *, limits: Limits = LIMITS) -> list[Any]:
    """Each document in ``data`` as `load` gives it; an empty document between two ``---`` is None."""
    return reader.load_all(data, file, limits=limits, composer=_GoComposer)


def scalar(text: str) -> Scalar:
    """What the plain scalar ``text`` is. Numbers follow Go's ParseInt(text, 0, 64) and ParseFloat."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in WORDS:
        return text if text in WORDS_OF_1_1 else resolve(text).value
    if text[0] not in NUMBER_STARTS or not text.isascii():
        return text
    digits = text if text[0] == "." else text.replace("_", "")
    whole = _integer(digits)
    if whole is not None:
        return whole
    try:
        number = float(digits)
    except ValueError:
        return text
    return number if isfinite(number) else text


def _integer(digits: str) -> int | None:
    """The value of an integer with Go's prefixes, where it fits into 64 bits; a leading 0 alone means octal."""
    bases: tuple[int, ...] = (0, 8)
    if digits.startswith("0b"):
        digits, bases = digits[2:], (2,)  # go-yaml cuts the prefix off, and takes a sign behind it
    for base in bases:
        try:
            value = int(digits, base)
        except ValueError:
            continue
        return value if value in _INT64 or (digits[0] not in "+-" and value in _UINT64) else None
    return None


class _GoComposer(Composer):
    """Builds what Go would: other scalars, keys of any scalar, merged maps."""

    _merges = 0

    def _scalar(self, event: Event) -> ScalarNode:
        node = super()._scalar(event)
        if node.plain and _is_doubtful(event.value):
            node.value = scalar(event.value)
            if isinstance(node.value, float) and not isfinite(node.value):
                self._report(syntax_error(node.span, f"{event.value} is no number in JSON, and so none to Kubernetes"))
        return node

    def _key(self, event: Event, depth: int) -> tuple[str | None, Span]:
        unmarked = type(event) is ScalarEvent and event.anchor is None and event.tag is None and not event.style
        if not unmarked or not _is_doubtful(event.value):
            return super()._key(event, depth)
        node = self._scalar(event)
        if event.value == "<<":
            self._merges += 1
            return f"{_MERGE}{self._merges}", node.span
        key = _key_text(node.value)
        if key is None:
            self._report(mistakes.key_not_text(event.value, node.span))
        return key, node.span

    def _mapping(self, start: Event, depth: int) -> MappingNode:
        before = self._merges
        node = super()._mapping(start, depth)
        return node if self._merges == before else self._merged(node)

    def _merged(self, node: MappingNode) -> MappingNode:
        """With the maps behind each ``<<`` in its place: they go over what stands above, and yield to what follows."""
        entries: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        for name, value in node.entries.items():
            if name.startswith(_MERGE):
                for source in reversed(self._sources(value)):
                    entries |= source.entries
                    keys |= source.keys
            else:
                entries[name], keys[name] = value, node.keys[name]
        return MappingNode(entries, keys, node.span)

    def _sources(self, value: Node) -> list[MappingNode]:
        items = value.items if isinstance(value, SequenceNode) else [value]
        maps = [item for item in items if isinstance(item, MappingNode)]
        if len(maps) < len(items):
            self._report(syntax_error(value.span, "<< merges a map or a list of maps, and this is something else"))
        return maps


def _is_doubtful(text: str) -> bool:
    """Whether a plain scalar may be anything but text."""
    return text in WORDS or text[0] in NUMBER_STARTS


def _key_text(value: Scalar) -> str | None:
    """A key as JSON has it, where all keys are text; None where Go refuses it, or keeps half the digits of a float."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) and value in _INT64 else None
