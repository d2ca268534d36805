"""What is written is read back as it was, by readers of YAML 1.1 and 1.2 that know nothing of genlb."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from ruamel.yaml import YAML

from genlb.yamltext import load, load_all, read, write, write_all
from tests.yamltext import strategies
from tests.yamltext.corpus import ADVERSARIAL, FILE


def same(one: Any, other: Any) -> bool:
    """Equal in value and type, all the way down: 1 is neither True nor 1.0, and -0.0 is not 0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return bool(one == other)


def yaml_1_1(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def yaml_1_1_without_libyaml(text: str) -> Any:
    return yaml.safe_load(text)


def yaml_1_2(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def genlb(text: str) -> Any:
    return load(text.encode(), FILE)


READERS = (yaml_1_1, yaml_1_1_without_libyaml, yaml_1_2, genlb)


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_reads_the_string_that_was_written(reader: Any) -> None:
    for text in ADVERSARIAL:
        assert reader(write(text)) == text
        assert reader(write([text, [text], {"a": text, "b": {"c": text}}])) == [
            text,
            [text],
            {"a": text, "b": {"c": text}},
        ]


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_reads_the_key_that_was_written(reader: Any) -> None:
    values: tuple[object, ...] = (1, "x\ny\n", ["z"], {"z": 1}, {}, None)
    for text in ADVERSARIAL:
        data = [{text: value} for value in values] + [{"a": {text: value}, "b": 1} for value in values]

        assert reader(write(data)) == data


@pytest.mark.parametrize("reader", READERS)
@given(data=strategies.data)
@example(data={"y": "n", "1e3": ["0x1p-2", {"": [None, -0.0, 1e16, 5e-324]}]})
def test_every_reader_reads_the_data_that_was_written(reader: Any, data: Any) -> None:
    assert same(reader(write(data)), data)


@given(data=strategies.data)
def test_what_was_written_has_no_disputed_scalar(data: Any) -> None:
    assert read(write(data).encode(), FILE).diagnostics == ()


@given(data=strategies.data)
def test_what_was_written_ends_with_one_line_break_and_has_no_white_space_at_the_end_of_a_line(data: Any) -> None:
    lines = write(data).split("\n")

    assert lines[-1] == ""
    assert lines[-2] != ""
    assert all(line == line.rstrip(" \t\r") for line in lines)


@given(data=strategies.data)
def test_writing_twice_gives_the_same_bytes(data: Any) -> None:
    once = write(data)

    assert write(load(once.encode(), FILE)) == once


@given(data=strategies.data, more=strategies.data)
def test_streams_are_read_back_by_all(data: Any, more: Any) -> None:
    text = write_all([data, more, data])

    assert same(load_all(text.encode(), FILE), [data, more, data])
    assert same(list(yaml.safe_load_all(text)), [data, more, data])
    assert same(list(YAML(typ="safe", pure=True).load_all(text)), [data, more, data])


@given(comment=strategies.strings, data=strategies.data)
def test_a_comment_never_changes_the_data(comment: str, data: Any) -> None:
    try:
        text = write(data, comment=comment)
    except ValueError:
        return

    for reader in READERS:
        assert same(reader(text), data)
