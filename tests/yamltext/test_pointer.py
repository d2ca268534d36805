"""A pointer by names: it stays the same while entries come and go around the value."""

from __future__ import annotations

import pytest

from genlb.yamltext import read
from genlb.yamltext.pointer import pointers

FILE = "clusters/fra1/cluster.yaml"


def at(text: str, mark: str = "^") -> list[str]:
    """The pointers of what begins where ``mark`` stands in ``text``, the mark taken out."""
    before = text.index(mark)
    line, column = text.count("\n", 0, before) + 1, before - (text.rfind("\n", 0, before) + 1) + 1
    root = read(text.replace(mark, "").encode(), FILE).root
    assert root is not None
    return [pointer for span, pointer in pointers(root).items() if (span.line, span.column) == (line, column)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spec: {pools: [{name: a, addresses: [^10.0.0.0/24]}]}", "/spec/pools/a/addresses/10.0.0.0~124"),
        ("spec: {pools: [{name: b}, {name: a, ^addresses: []}]}", "/spec/pools/a/addresses"),
        ("spec: {pools: [{^name: a}]}", "/spec/pools/a/name"),
        ("spec: {list: [[], [^x]]}", "/spec/list/1/x"),
        ("spec: {list: [x, ^x]}", "/spec/list/x#2"),
        ("spec: {list: [{name: x}, {name: x, b: ^1}]}", "/spec/list/x#2/b"),
        ("spec: {extra: {a/b~c: ^1}}", "/spec/extra/a~1b~0c"),
        ("spec: {list: [~, ^~]}", "/spec/list/1"),
    ],
)
def test_a_value_is_found_by_names(text: str, expected: str) -> None:
    assert at(text) == [expected]


def test_an_entry_put_in_front_changes_no_pointer() -> None:
    assert at("pools: [{name: a, b: ^1}]") == at("# new\n\npools: [{name: z, b: 1}, {name: a, b: ^1}]")


def test_the_document_itself_has_the_empty_pointer() -> None:
    assert at("^- a: b\n") == [""]
