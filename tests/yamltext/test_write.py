"""What the writer's text looks like, byte by byte, and what it refuses."""

from __future__ import annotations

import enum
import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from genlb.yamltext import ScalarNode, canonical, load, write, write_all
from tests.yamltext.corpus import ADVERSARIAL, FILE, only

MANIFEST = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "genlb-vip", "labels": {}, "annotations": {"genlb.io/config-hash": "1234e56"}},
    "spec": {
        "updateStrategy": None,
        "hostNetwork": True,
        "replicas": 3,
        "args": ["agent", "vip", "--config=/etc/genlb/agent.json", "-v"],
        "tolerations": [{"operator": "Exists", "values": ["a", "b"]}, {}, []],
        "resources": {"limits": {"cpu": "10m", "memory": "96Mi"}},
        "matrix": [[1, 2], [["x"]]],
    },
    "data": {
        "config.conf": "mode: ipvs\nipvs:\n  strictARP: true\n\nend: 1\n",
        "no newline": "a\nb",
        "cidrs": "10.0.0.0/8,fd00::/8",
    },
}
WRITTEN = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: genlb-vip
  labels: {}
  annotations:
    genlb.io/config-hash: "1234e56"
spec:
  updateStrategy: null
  hostNetwork: true
  replicas: 3
  args:
  - agent
  - vip
  - --config=/etc/genlb/agent.json
  - "-v"
  tolerations:
  - operator: Exists
    values:
    - a
    - b
  - {}
  - []
  resources:
    limits:
      cpu: 10m
      memory: 96Mi
  matrix:
  - - 1
    - 2
  - - - x
data:
  config.conf: |
    mode: ipvs
    ipvs:
      strictARP: true

    end: 1
  no newline: |-
    a
    b
  cidrs: 10.0.0.0/8,fd00::/8
"""

PLAIN = (
    *(
        "a",
        "genlb",
        "genlb.io/v1alpha1",
        "10.244.0.0/16",
        "10.20.1.2",
        "10.208.3.32-10.208.3.39",
        "fd00:20:1::2",
        "10m",
    ),
    *(
        "64Mi",
        "2m0s",
        "/etc/genlb",
        "--flag",
        "--flag=a,b",
        "a b",
        "topology.genlb.io/rack",
        "all()",
        "a=$(POD_IP)",
        "x=y",
    ),
    *("sha256:0a1b", "a:b", "v0.1.0", "nope", "yesterday", "one", "null-route", "r1-tor-a"),
)

EMPTY_OR_SCALAR: dict[str, object] = {
    "{}\n": {},
    "[]\n": [],
    "null\n": None,
    "true\n": True,
    "false\n": False,
    '""\n': "",
    "a\n": "a",
    "0\n": 0,
    "-1\n": -1,
    "|\n  a\n  b\n": "a\nb\n",
}

FLOATS = {
    1.5: "1.5",
    1.0: "1.0",
    -0.0: "-0.0",
    1e16: "1.0e+16",
    1.25e16: "1.25e+16",
    1e-07: "1.0e-07",
    5e-324: "5.0e-324",
    1.7976931348623157e308: "1.7976931348623157e+308",
    math.inf: ".inf",
    -math.inf: "-.inf",
}


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


def test_a_manifest_is_written_as_kubectl_would() -> None:
    assert write(MANIFEST) == WRITTEN


def test_writing_what_was_read_gives_the_same_text() -> None:
    assert write(load(WRITTEN.encode(), FILE)) == WRITTEN


@pytest.mark.parametrize("text", EMPTY_OR_SCALAR)
def test_a_document_may_be_empty_or_a_scalar(text: str) -> None:
    assert write(EMPTY_OR_SCALAR[text]) == text


def test_keys_keep_their_order() -> None:
    assert write({"b": 1, "a": {"d": 2, "c": 3}}) == "b: 1\na:\n  d: 2\n  c: 3\n"


def test_tuples_are_lists_and_shared_values_are_written_out() -> None:
    shared = ["x"]

    assert write({"a": shared, "b": (shared, shared), "c": ()}) == "a:\n- x\nb:\n- - x\n- - x\nc: []\n"


@pytest.mark.parametrize("text", PLAIN)
def test_what_nobody_can_mistake_is_not_quoted(text: str) -> None:
    assert write([text]) == f"- {text}\n"
    assert write({text: 1}) == f"{text}: 1\n"


@pytest.mark.parametrize("text", [text for text in ADVERSARIAL if text not in PLAIN and "\n" not in text])
def test_everything_else_is_quoted_or_plain_to_every_reader(text: str) -> None:
    written = write([text]).removeprefix("- ").removesuffix("\n")

    if not written.startswith('"'):
        assert written == text
        assert text.isascii()
        assert not set(text) & set("#{}[]&!|>'\"`\t\\")
    assert "\n" not in written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\x00", '"\\u0000"'),
        ("a\tb", '"a\\tb"'),
        ("\r\n", '"\\r\\n"'),
        ('"\\', '"\\"\\\\"'),
        ("\x1b\x7f\x85\xa0\xad", '"\\u001B\\u007F\\u0085\\u00A0\\u00AD"'),
        ("\u2028\u2029\ufeff\u200b\u202e", '"\\u2028\\u2029\\uFEFF\\u200B\\u202E"'),
        ("\ufffe\uffff", '"\\uFFFE\\uFFFF"'),
        ("\U000e0041", '"\\U000E0041"'),
        ("é 日本 😀 \ufffd", '"é 日本 😀 \ufffd"'),
    ],
)
def test_what_is_not_seen_is_escaped(text: str, written: str) -> None:
    assert write([text]) == f"- {written}\n"


@pytest.mark.parametrize(
    "text", ["a\nb", "a\n\nb\n", "a: b\n# c\n", "- a\n\tb\n", "#!/bin/sh\n  x\n", "日本\n😀\n", '"a"\n\\b']
)
def test_several_lines_are_a_block_where_that_is_safe(text: str) -> None:
    header = "|" if text.endswith("\n") else "|-"

    assert write({"k": [text]}).startswith(f"k:\n- {header}\n  {text[0]}")


@pytest.mark.parametrize(
    "text",
    [
        "\na",
        " a\nb",
        "\ta\nb",
        "a \nb",
        "a\n  \nb",
        "a\nb ",
        "a\nb\n\n",
        "a\r\nb\n",
        "a\nb\u2028c",
        "a\n\ufeffb",
        "a\nb\x00",
    ],
)
def test_several_lines_are_quoted_where_a_block_is_not_safe(text: str) -> None:
    assert write({"k": text}).startswith('k: "')


@pytest.mark.parametrize("number", FLOATS)
def test_floats_are_written_so_that_all_read_floats(number: float) -> None:
    assert write([number]) == f"- {FLOATS[number]}\n"


def test_not_a_number_is_written() -> None:
    assert write([math.nan]) == "- .nan\n"


def test_negative_zero_keeps_its_sign() -> None:
    assert write([-0.0, 0.0]) == "- -0.0\n- 0.0\n"


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, -(2**63)])
def test_integers_of_64_bits_are_written(number: int) -> None:
    assert write([number]) == f"- {number}\n"


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 1 << 20_000], ids=["2^64", "-2^63-1", "2^20000"])
def test_larger_integers_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="is not read alike by all"):
        write([number])


@pytest.mark.parametrize("length", [511, 512, 1000, 1021, 1022, 1023, 1024, 1025, 5000])
def test_a_long_key_is_read_back(length: int) -> None:
    data = [{"a": 1, "k" * length: {"b": [1, "c\nd\n"]}, "é" * length: [2], "e": 3}]

    assert load(write(data).encode(), FILE) == data


def test_a_very_long_key_stands_behind_a_question_mark() -> None:
    key = "k" * 513

    assert write({key: [1], "a": 2}) == f"? {key}\n:\n- 1\na: 2\n"
    assert write([{key: {"b": 1}, "a": 2}]) == f"- ? {key}\n  :\n    b: 1\n  a: 2\n"


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb", "\ud800\nb"])
def test_half_a_surrogate_pair_is_refused(half: str) -> None:
    for data in ([half], {half: 1}):
        with pytest.raises(ValueError, match="half a surrogate pair"):
            write(data)


@pytest.mark.parametrize(
    "value",
    [b"a", {1}, object(), 1j, Colour.RED, Number.ONE, OrderedDict(a=1), ScalarNode("a", only("yes").span, plain=True)],
)
def test_other_types_are_refused(value: Any) -> None:
    for data in (value, [value], {"a": value}):
        with pytest.raises(TypeError, match=type(value).__name__):
            write(data)


@pytest.mark.parametrize("key", [1, True, None, 1.5, ("a",), Colour.RED])
def test_other_keys_than_text_are_refused(key: Any) -> None:
    write({"red": 1})

    with pytest.raises(TypeError, match="a key must be a str"):
        write({key: 1})


def test_what_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append({"a": loop})

    with pytest.raises(ValueError, match="contains itself"):
        write(loop)


def test_as_many_levels_are_written_as_are_read() -> None:
    data: Any = "a"
    for _ in range(50):
        data = [{"k": data}]

    assert load(write(data).encode(), FILE) == data
    for item in ([data], {"k": data}):
        with pytest.raises(ValueError, match="more than 100 levels"):
            write(item)


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"k": value}], ids=["lists", "maps"])
def test_levels_of_one_kind_count_as_well(wrap: Callable[[object], object]) -> None:
    data: object = "a"
    for _ in range(100):
        data = wrap(data)

    assert load(write(data).encode(), FILE) == data
    with pytest.raises(ValueError, match="more than 100 levels"):
        write(wrap(data))


def test_a_comment_stands_on_top() -> None:
    assert write({"a": 1}, comment="one\n\n two ") == "# one\n#\n#  two\na: 1\n"
    assert write({"a": 1}, comment="one\n") == "# one\na: 1\n"
    assert write({"a": 1}, comment="") == "a: 1\n"


@pytest.mark.parametrize("character", ["\r", "\x00", "\x85", "\u2028", "\ufeff", "\x0c", "\ud800"])
def test_a_comment_cannot_be_broken_out_of(character: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(character):04X} cannot stand in a YAML comment"):
        write({}, comment=f"a{character}b: c")


def test_documents_are_joined_by_a_marker() -> None:
    assert write_all([{"a": 1}, ["b"], "c\nd\n", None]) == "a: 1\n---\n- b\n---\n|\n  c\n  d\n---\nnull\n"
    assert write_all(iter([{"a": 1}])) == "a: 1\n"
    assert write_all([]) == ""


def test_canonical_json_is_one_text_for_equal_data() -> None:
    assert canonical({"b": [1, 2.5, None, True], "a": {"d": "é", "c": ("x",)}}) == (
        '{"a":{"c":["x"],"d":"é"},"b":[1,2.5,null,true]}'
    )
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_canonical_json_has_only_what_json_has(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical([number])
