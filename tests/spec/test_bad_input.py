"""Malformed, hostile and contradictory files: always located messages, never an exception, nothing repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Severity
from genlb.spec.assemble import LayerFile, LoadedSpec, assemble
from genlb.spec.read import Kind, read_layer
from genlb.yamltext import read
from genlb.yamltext.node import MappingNode
from tests.spec.judge import mapping
from tests.spec.texts import COMPLETE, MINIMAL, layer

NAME = "lab1"
FILE = f"clusters/{NAME}/cluster.yaml"


def load(data: bytes) -> LoadedSpec:
    return assemble(NAME, LayerFile(FILE, read(data, FILE)), None, {"bare-metal": layer("", "profile.yaml")})


HOSTILE = {
    "nothing": b"",
    "blank lines": b"\n\n\n",
    "a scalar": b"42\n",
    "a list": b"[]\n",
    "not UTF-8": b"metadata: {name: \xff\xfe}\n",
    "UTF-16": "spec: {}\n".encode("utf-16"),
    "a NUL": b"spec: {a: \x00}\n",
    "tabs": b"spec:\n\tbgp: {}\n",
    "two documents": MINIMAL.encode() + b"---\n" + MINIMAL.encode(),
    "duplicate keys": MINIMAL.encode() + b"kind: Cluster\n",
    "deep nesting": b"spec: " + b"[" * 100_000,
    "deep blocks": b"".join(b" " * depth + b"a:\n" for depth in range(500)),
    "an alias bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 6) for n in range(98, 107)),
    "a merge key": b"base: &b {x: 1}\nspec:\n  <<: *b\n",
    "an unsafe tag": b"spec: !!python/object/apply:os.system ['true']\n",
    "an alias to itself": b"spec: &a [*a]\n",
    "an unknown alias": b"spec: *a\n",
    "an open string": b'spec: {a: "x\n',
    "a long line": b"spec: {a: " + b"x" * 1_000_000 + b"}\n",
    "many keys": b"spec:\n" + b"".join(b"  k%d: 1\n" % n for n in range(20_000)),
    "many pools": b"spec:\n  pools:\n" + b"".join(b"  - {name: p%d}\n" % n for n in range(5_000)),
    "wrong kinds everywhere": b"apiVersion: []\nkind: {}\nmetadata: 1\nspec: [1]\n",
    "null everywhere": b"apiVersion:\nkind:\nmetadata:\nspec:\n",
    "a path as name": MINIMAL.replace(NAME, "../../x", 1).encode(),
    "keys that are no text": b"1: 2\nnull: 3\n[a]: 4\n",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_ends_in_located_errors(data: bytes) -> None:
    spec = load(data)

    assert spec.cluster is None
    assert any(d.severity is Severity.ERROR for d in spec.diagnostics)
    assert all(d.span.file == FILE and d.span.line >= 1 and d.span.column >= 1 for d in spec.diagnostics)


@given(st.binary(max_size=200))
def test_any_bytes_are_told_about(data: bytes) -> None:
    assert load(data).cluster is None


SNIPPETS = st.sampled_from(
    [
        "null",
        "[]",
        "{}",
        "{a: b}",
        "[{}]",
        "5",
        "-1",
        "1.5",
        "true",
        "yes",
        "010",
        "'x'",
        '"10.0.0.0/24"',
        "x: y",
        "- a",
        "*a",
        "&a",
        "!!str",
        "\t",
        "#",
        "|",
        "{$remove: true}",
        "[{name: a, $remove: true}]",
    ]
)


@given(text=st.sampled_from([MINIMAL, COMPLETE]), place=st.floats(0, 1), length=st.integers(0, 30), snippet=SNIPPETS)
def test_any_damage_to_a_spec_is_told_or_harmless(text: str, place: float, length: int, snippet: str) -> None:
    at = int(place * len(text))
    spec = load((text[:at] + snippet + text[at + length :]).encode())

    assert (spec.cluster is None) is any(d.severity is Severity.ERROR for d in spec.diagnostics)


DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2**33) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "spec", "pools", "bgp", "racks", "$remove", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["apiVersion", "kind", "metadata", "spec"]), DATA), st.sampled_from(Kind))
def test_no_tree_makes_a_reader_fail(data: dict[str, object], kind: Kind) -> None:
    tree = mapping(data)
    assert isinstance(tree, MappingNode)

    assert read_layer(tree, kind) or kind is not Kind.CLUSTER


def test_hundreds_of_mistakes_are_all_told() -> None:
    pools = "".join(f"  - {{name: p{n}, addresses: [x]}}\n" for n in range(300))
    spec = load(MINIMAL.replace('pools: [{name: public, addresses: ["10.210.1.0/24"]}]', f"pools:\n{pools}").encode())

    assert sum(d.rule == "GLB206" for d in spec.diagnostics) == 300
