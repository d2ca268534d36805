"""Whatever the bytes are, reading ends with a document or with diagnostics that have a place in the text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Diagnostic, InvalidInput
from genlb.yamltext import events, load, load_all, plain, read, write
from tests.yamltext import strategies
from tests.yamltext.corpus import FILE

RULES = {"GLB101", "GLB102", "GLB105"}


def check(data: bytes) -> None:
    """Read ``data`` in every way; what is wrong with it has a place, a rule and words."""
    document = read(data, FILE)
    for diagnostic in document.diagnostics:
        check_diagnostic(diagnostic, data)
    if document.root is not None:
        plain(document.root)
    for reader in (load, load_all):
        for diagnostic in refused_by(reader, data):
            check_diagnostic(diagnostic, data)


def refused_by(reader: Callable[[bytes, str], object], data: bytes) -> tuple[Diagnostic, ...]:
    """The diagnostics of an InvalidInput, none when ``data`` was read."""
    try:
        reader(data, FILE)
    except InvalidInput as refused:
        return refused.diagnostics or pytest.fail("refused without a reason")
    return ()


def check_diagnostic(diagnostic: Diagnostic, data: bytes) -> None:
    assert diagnostic.rule in RULES
    assert diagnostic.message
    assert diagnostic.help
    lines = re.split("\r\n|\r|\n", data.decode(errors="replace").removeprefix("\ufeff"))
    for span in (diagnostic.span, *(related.span for related in diagnostic.related)):
        assert span.file == FILE
        assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
        assert span.line <= len(lines)
        assert span.column <= len(lines[span.line - 1]) + 1


@given(data=st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(text=strategies.texts)
def test_any_text(text: str) -> None:
    check(text.encode())


@given(text=strategies.texts, junk=st.binary(min_size=1, max_size=3), where=st.integers(min_value=0, max_value=200))
def test_any_text_with_junk_in_it(text: str, junk: bytes, where: int) -> None:
    data = text.encode()

    check(data[:where] + junk + data[where:])


@given(text=strategies.texts)
def test_any_text_without_libyaml(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "CParser", None)
        check(text.encode())


@given(text=strategies.texts)
def test_what_is_read_without_a_complaint_can_be_written_and_read_again(text: str) -> None:
    document = read(text.encode(), FILE)
    if document.diagnostics or document.root is None:
        return
    data = plain(document.root)

    assert repr(load(write(data).encode(), FILE)) == repr(data)
