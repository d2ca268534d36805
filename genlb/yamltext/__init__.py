"""Text to data and data to text: the only YAML reader and writer of genlb.

The reader is loaded when it is first asked for, so that what only writes does not pay for PyYAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genlb.yamltext.canonical import canonical
from genlb.yamltext.limits import LIMITS, Limits
from genlb.yamltext.node import MappingNode, Node, Scalar, ScalarNode, SequenceNode, plain
from genlb.yamltext.writer import write, write_all

if TYPE_CHECKING:
    from genlb.yamltext.reader import Document, load, load_all, read

__all__ = [
    "LIMITS",
    "Document",
    "Limits",
    "MappingNode",
    "Node",
    "Scalar",
    "ScalarNode",
    "SequenceNode",
    "canonical",
    "load",
    "load_all",
    "plain",
    "read",
    "write",
    "write_all",
]

_OF_THE_READER = frozenset(("Document", "load", "load_all", "read"))


def __getattr__(name: str) -> Any:
    if name not in _OF_THE_READER:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from genlb.yamltext import reader

    globals().update({public: getattr(reader, public) for public in _OF_THE_READER})
    return globals()[name]
