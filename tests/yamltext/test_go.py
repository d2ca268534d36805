"""YAML as Go's programs read it. The expected values are the answers of sigs.k8s.io/yaml 1.6.0, which kubectl uses."""

from __future__ import annotations

import re
from typing import Any

import pytest

from genlb.errors import InvalidInput
from genlb.yamltext import Limits, load, write
from genlb.yamltext.go import load as load_as_go
from genlb.yamltext.go import load_all, scalar
from tests.yamltext.corpus import ADVERSARIAL, NUMBERS, WORDS
from tests.yamltext.test_kubectl import read_by

BOOLEANS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
    **{word: word for word in ("oN", "tRUE", "yEs")},
}
NOTHING: dict[str, Any] = {**dict.fromkeys(("", "~", "null", "Null", "NULL")), "nULL": "nULL", "=": "=", "<<": "<<"}
OCTAL = {"0644": 420, "007": 7, "-010": -8, "064600": 27008, "00": 0, "0o14": 12, "0O17": 15, "-0o7": -7, "0_7": 7}
NOT_OCTAL = {"08": 8, "09.5": 9.5, "0o8": "0o8", "0o-7": "0o-7", "0o": "0o"}
OTHER_BASES = {"0x1F": 31, "0X1F": 31, "-0x1": -1, "+0x1": 1, "0xg": "0xg", "0b1": 1, "0B1": 1, "-0b1": -1}
LATE_SIGNS = {"0b-1": -1, "0b+1": 1, "-0b-1": "-0b-1", "0b2": "0b2", "0b": "0b"}
UNDERSCORES = {
    "1_000": 1000,
    "64_600": 64600,
    "1__0": 10,
    "1_": 1,
    "0x_1F": 31,
    "1_0.5": 10.5,
    "1_e3": 1000,
    "-_1": -1,
    ".5_0": 0.5,
    ".5__0": ".5__0",
    "._5": "._5",
    "_1": "_1",
    "1_:2": "1_:2",
}
FLOATS = {
    "1e3": 1000,
    "1E3": 1000,
    "1e+3": 1000,
    "1.e3": 1000,
    ".5": 0.5,
    "-.5": -0.5,
    "+.5": 0.5,
    "5.": 5,
    "1.30": 1.3,
    "0e12345": 0,
    "1234e56": 1.234e59,
    "1e400": "1e400",
    "12e4567": "12e4567",
    "0x1p-2": "0x1p-2",
    "1e": "1e",
}
LARGE = {
    "18446744073709551615": 2**64 - 1,
    "18446744073709551616": 2.0**64,
    "-9223372036854775808": -(2**63),
    "-9223372036854775809": -(2.0**63),
    "99999999999999999999999": 1e23,
    "0xFFFFFFFFFFFFFFFFF": "0xFFFFFFFFFFFFFFFFF",
}
DATES = ("2024-01-01", "2024-1-5", "2024-01-01T12:30:45Z", "2024-01-01 12:30:45", "2001-12-14t21:59:43.10-05:00")
BASE_60 = ("1:30", "12:30:45", "65001:50", "190:20:30.15", "-1:30", "00:11:22:33:44:55")
TEXTS = {
    text: text
    for text in (*DATES, *BASE_60, "10.0.0.1", "1.2.3", "250m", "2m0s", "inf", "NaN", "+inf", "+", ".", "1\u0662")
}

SCALARS = [
    (text, value)
    for table in (BOOLEANS, NOTHING, OCTAL, NOT_OCTAL, OTHER_BASES, LATE_SIGNS, UNDERSCORES, FLOATS, LARGE, TEXTS)
    for text, value in table.items()
]


@pytest.mark.parametrize(("text", "expected"), SCALARS, ids=[repr(text) for text, _ in SCALARS])
def test_an_unquoted_scalar_is_what_go_takes_it_for(text: str, expected: Any) -> None:
    found = load_as_go(f"a: {text}".encode(), "x")["a"]

    assert found == scalar(text) == expected
    assert isinstance(found, bool) is isinstance(expected, bool)


@pytest.mark.parametrize("text", ["yes", "0644", "1_000", "~", "2024-01-01", "<<"])
@pytest.mark.parametrize("form", ["'{}'", '"{}"', "|-\n  {}", ">-\n  {}"])
def test_in_quotes_and_blocks_all_is_text(text: str, form: str) -> None:
    assert load_as_go(f"a: {form.format(text)}".encode(), "x") == {"a": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "true"),
        ("n", "false"),
        ("010", "8"),
        ("1_0", "10"),
        ("0x10", "16"),
        ("1", "1"),
        ("2024-01-01", "2024-01-01"),
    ],
)
def test_a_key_is_the_text_of_what_go_takes_it_for(text: str, expected: str) -> None:
    assert load_as_go(f"{text}: x".encode(), "x") == {expected: "x"}


@pytest.mark.parametrize("text", ["~", "1.5", "18446744073709551615", "[a]", "{a: b}"])
def test_a_key_that_go_refuses_or_cuts_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        load_as_go(f"? {text}\n: x".encode(), "x")


MERGES = {
    "a: 1\n<<: {a: 2, b: 3}": {"a": 2, "b": 3},
    "<<: {a: 2, b: 3}\na: 1": {"a": 1, "b": 3},
    "<<: [{a: 1}, {a: 2, b: 2}]\nc: 1": {"a": 1, "b": 2, "c": 1},
    "<<: {a: 1}\n<<: {a: 2, b: 2}": {"a": 2, "b": 2},
    "x: &x {a: 1, m: {b: 1, c: 2}}\nd:\n  <<: *x\n  m: {b: 3}": {
        "x": {"a": 1, "m": {"b": 1, "c": 2}},
        "d": {"a": 1, "m": {"b": 3}},
    },
    "a: &x {<<: {b: 1, c: 2}, c: 3}\nd: {<<: *x}": {"a": {"b": 1, "c": 3}, "d": {"b": 1, "c": 3}},
    "'<<': {a: 1}": {"<<": {"a": 1}},
    "a: <<": {"a": "<<"},
}


@pytest.mark.parametrize("text", MERGES)
def test_a_merge_key_goes_over_what_stands_above_and_yields_to_what_follows(text: str) -> None:
    assert load_as_go(text.encode(), "x") == MERGES[text]


@pytest.mark.parametrize("value", ["1", "", "[1]", "[{a: 1}, yes]"])
def test_what_is_no_map_cannot_be_merged(value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_as_go(f"a: 1\n<<: {value}".encode(), "x.yaml")

    assert caught.value.diagnostics[0].span.line == 2


@pytest.mark.parametrize("text", ["a: .inf", "a: -.Inf", "a: .nan"])
def test_a_number_that_json_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        load_as_go(text.encode(), "x")


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2", "1: a\n'1': b", "a: !unsafe b", "a: *b", "a: [", "a: \x01", "a: 1\n---\nb: 2"]
)
def test_a_doubt_that_go_keeps_quiet_about_is_told(text: str) -> None:
    with pytest.raises(InvalidInput):
        load_as_go(text.encode(), "x")


def test_limits_hold_for_merged_maps_as_well() -> None:
    levels = [
        f"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}], b{level}: *a{level - 1}}}" for level in range(1, 40)
    ]

    with pytest.raises(InvalidInput):
        load_as_go("\n".join(["a0: &a0 {x: 1}", *levels]).encode(), "x", limits=Limits(nodes=10_000))


def test_several_documents_and_json_are_read() -> None:
    assert load_all(b"a: yes\n---\n---\nb: 010\n", "x") == [{"a": True}, None, {"b": 8}]
    assert load_all(b'{"a": "yes", "b": 10}', "x") == [{"a": "yes", "b": 10}]
    assert load_as_go(b"", "x") is None


def test_what_genlb_writes_is_the_same_to_both_readers() -> None:
    data = [{"keys": {text: text for text in ADVERSARIAL}}, [1, -1, 1.5, 1e16, 2**63 - 1, True, False, None]]

    assert load_as_go(write(data).encode(), "x") == load(write(data).encode(), "x") == data


def test_kubectl_agrees(kubectl: str) -> None:
    # Not as such in a list, no number of JSON, or beyond what kubectl keeps exactly: the tables above have those.
    odd = re.compile("|-|.*:|[-+]?\\.(?:inf|nan)|-?[0-9]{19,}", re.IGNORECASE)
    plain = [text for text in (*WORDS, *NUMBERS) if not odd.fullmatch(text)]
    spec = "".join(f"  - {text}\n" for text in plain) + "".join(
        f"  - {{a: 1, <<: {{a: {text}, b: 2}}}}\n" for text in ("yes", "0644")
    )
    manifest = f"apiVersion: example.com/v1\nkind: Anything\nmetadata: {{name: a}}\nspec:\n{spec}"

    assert read_by(kubectl, manifest) == [load_as_go(manifest.encode(), "x")["spec"]]
