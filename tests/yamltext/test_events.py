"""A PyYAML without libyaml reads the same: the same nodes, the same places, the same words about mistakes."""

from __future__ import annotations

import subprocess
import sys
from typing import TypeAlias

import pytest
import yaml

from genlb.yamltext import Document, MappingNode, Node, ScalarNode, events
from tests.yamltext.corpus import FILE, TEXTS, reading

Shape: TypeAlias = tuple[object, ...]

BLOCK_PYYAML_C = "import sys; sys.modules['yaml._yaml'] = None; "


def shape(node: Node | None) -> Shape:
    """All that a node says, as something that can be compared."""
    if node is None:
        return ()
    if isinstance(node, ScalarNode):
        return (node.span, node.plain, type(node.value), repr(node.value))
    if isinstance(node, MappingNode):
        return (node.span, node.keys, *((key, shape(value)) for key, value in node.entries.items()))
    return (node.span, *map(shape, node.items))


def without_libyaml(text: str, monkeypatch: pytest.MonkeyPatch) -> Document:
    with monkeypatch.context() as patch:
        patch.setattr(events, "CParser", None)
        return reading(text)


def test_libyaml_is_there() -> None:
    assert yaml.__with_libyaml__, "PyYAML was built without libyaml: the comparison below compares nothing"


@pytest.mark.parametrize("text", TEXTS)
def test_both_parsers_say_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = reading(text)
    document = without_libyaml(text, monkeypatch)

    assert document.diagnostics == expected.diagnostics
    assert shape(document.root) == shape(expected.root)


def test_without_libyaml_pyyaml_is_used() -> None:
    code = BLOCK_PYYAML_C + (
        f"from genlb.yamltext import load, events; assert events.CParser is None; print(load(b'a: [1, x]', {FILE!r}))"
    )

    answer = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)

    assert (answer.stdout, answer.stderr) == ("{'a': [1, 'x']}\n", "")
