"""How layers become one spec: the table of the design, then the laws that hold for any layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Span
from genlb.spec.merge import merge
from genlb.yamltext import read
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode, plain
from tests.spec.texts import tree


def merged(*specs: str) -> Any:
    """The merged spec of layers given by their specs alone."""
    return plain(merge([tree(f"spec: {spec}", f"layer-{number}") for number, spec in enumerate(specs)]))["spec"]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        # maps merge, scalars replace
        (["{bgp: {asNumber: 1, mesh: x}}", "{bgp: {asNumber: 2}}"], {"bgp": {"asNumber": 2, "mesh": "x"}}),
        (["{sysctls: {extra: {a: x}}}", "{sysctls: {extra: {b: q}}}"], {"sysctls": {"extra": {"a": "x", "b": "q"}}}),
        # lists replace
        (["{network: {nodeCIDRs: [a, b]}}", "{network: {nodeCIDRs: [c]}}"], {"network": {"nodeCIDRs": ["c"]}}),
        (["{agents: {tolerations: [{key: a}]}}", "{agents: {tolerations: []}}"], {"agents": {"tolerations": []}}),
        # pools, racks, routers and communities merge by name, in the order of their first mention
        (
            ["{pools: [{name: a, x: 1}, {name: b}]}", "{pools: [{name: c}, {name: a, q: 2}]}"],
            {"pools": [{"name": "a", "x": 1, "q": 2}, {"name": "b"}, {"name": "c"}]},
        ),
        (
            [
                "{bgp: {racks: [{name: r, routers: [{name: a, asNumber: 1}, {name: b}]}]}}",
                "{bgp: {racks: [{name: r, routers: [{name: a, addresses: [x]}]}, {name: s}]}}",
            ],
            {
                "bgp": {
                    "racks": [
                        {"name": "r", "routers": [{"name": "a", "asNumber": 1, "addresses": ["x"]}, {"name": "b"}]},
                        {"name": "s"},
                    ]
                }
            },
        ),
        (
            ["{bgp: {communities: [{name: a, value: x}]}}", "{bgp: {communities: [{name: a, value: q}]}}"],
            {"bgp": {"communities": [{"name": "a", "value": "q"}]}},
        ),
        # the communities of a pool are plain words and replace
        (
            ["{pools: [{name: a, communities: [x, q]}]}", "{pools: [{name: a, communities: [z]}]}"],
            {"pools": [{"name": "a", "communities": ["z"]}]},
        ),
        (["{pools: [{name: a}]}", "{pools: []}"], {"pools": [{"name": "a"}]}),
        # null removes a key, $remove an entry; both can be said again later
        (["{bgp: {password: {key: x}}}", "{bgp: {password: null}}"], {"bgp": {}}),
        (["{access: {uid: x}}", "{access: null}", "{access: {uid: q}}"], {"access": {"uid": "q"}}),
        (["{pools: [{name: a}, {name: b}]}", "{pools: [{name: a, $remove: true}]}"], {"pools": [{"name": "b"}]}),
        (
            ["{pools: [{name: a, x: 1}]}", "{pools: [{name: a, $remove: true}]}", "{pools: [{name: a}]}"],
            {"pools": [{"name": "a"}]},
        ),
        (["{pools: [{name: a, x: 1}]}", "{pools: [{name: a, x: null}]}"], {"pools": [{"name": "a"}]}),
        (["{pools: [{name: a}]}", "{pools: null}"], {}),
        (["{bgp: null}"], {}),
        # inside a list that replaces, null is a value
        (["{patches: [{merge: {a: null}}]}"], {"patches": [{"merge": {"a": None}}]}),
        # the kind of thing changes: the later one holds
        (["{bgp: {asNumber: 1}}", "{bgp: x}"], {"bgp": "x"}),
        (["{bgp: x}", "{bgp: {asNumber: 1}}"], {"bgp": {"asNumber": 1}}),
        (["{pools: x}", "{pools: [{name: a}]}"], {"pools": [{"name": "a"}]}),
        # what cannot be matched is kept for the reader to tell
        (["{pools: [{x: 1}, 5]}", "{pools: [{name: a}]}"], {"pools": [{"name": "a"}, {"x": 1}, 5]}),
    ],
)  # fmt: skip
def test_layers_merge(layers: list[str], expected: object) -> None:
    assert merged(*layers) == expected


def test_only_the_spec_is_inherited() -> None:
    below = tree(
        "apiVersion: v0\nkind: FleetDefaults\nmetadata: {name: fleet, labels: {a: b}}\nspec: {bgp: {asNumber: 1}}"
    )
    above = tree("kind: Cluster\nmetadata: {name: lab1}\n")

    assert plain(merge([below, above])) == {
        "kind": "Cluster",
        "metadata": {"name": "lab1"},
        "spec": {"bgp": {"asNumber": 1}},
    }


def test_every_value_says_where_it_was_written() -> None:
    below = tree("spec:\n  bgp: {asNumber: 1, dataplane: BPF}\n  pools: [{name: a, autoAssign: true}]\n", "below")
    above = tree("spec:\n  bgp: {asNumber: 2}\n  pools: [{name: a, announce: L2}]\n", "above")
    places = {path: str(node.span) for path, node in leaves(merge([below, above]), ())}

    assert places == {
        ("spec", "bgp", "asNumber"): "above:2:19",
        ("spec", "bgp", "dataplane"): "below:2:33",
        ("spec", "pools", "a", "name"): "above:3:18",
        ("spec", "pools", "a", "autoAssign"): "below:3:33",
        ("spec", "pools", "a", "announce"): "above:3:31",
    }


def test_a_removed_key_keeps_its_place() -> None:
    below, above = tree("spec: {bgp: {asNumber: 1}}", "below"), tree("spec:\n  bgp: null\n", "above")
    spec = merge([below, above]).entries["spec"]

    assert isinstance(spec, MappingNode)
    assert "bgp" not in spec.entries
    assert str(spec.keys["bgp"]) == "above:2:3"


def test_merging_changes_no_layer() -> None:
    layers = [tree("spec: {pools: [{name: a, x: 1}]}"), tree("spec: {pools: [{name: a, q: null, x: 2}]}")]
    before = [plain(layer) for layer in layers]
    merge(layers)

    assert [plain(layer) for layer in layers] == before


WORDS = st.sampled_from(["a", "b", "c"])
POOLS = st.lists(
    st.fixed_dictionaries({"name": WORDS}, optional={"autoAssign": st.booleans(), "communities": st.lists(WORDS)}),
    max_size=3,
    unique_by=lambda pool: str(pool["name"]),
)
LABELS = st.dictionaries(WORDS, WORDS, max_size=2)
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "routingDomain": WORDS,
        "sysctls": st.fixed_dictionaries({}, optional={"extra": LABELS, "interfaces": st.lists(WORDS, max_size=2)}),
        "pools": POOLS,
    },
)


def layer(spec: Mapping[str, Any], file: str) -> MappingNode:
    """A layer of plain data whose every leaf says from which file it is."""
    node = noted(spec, Span.whole(file))
    return MappingNode({"spec": node}, {"spec": node.span}, node.span)


def noted(data: Any, span: Span) -> Node:
    if isinstance(data, dict):
        return MappingNode({key: noted(value, span) for key, value in data.items()}, dict.fromkeys(data, span), span)
    if isinstance(data, list):
        return SequenceNode([noted(item, span) for item in data], span)
    return ScalarNode(data, span, plain=True)


@given(st.lists(SPECS, min_size=3, max_size=3))
def test_merging_is_associative_while_nothing_is_removed(specs: list[dict[str, Any]]) -> None:
    a, b, c = (layer(spec, str(number)) for number, spec in enumerate(specs))

    assert plain(merge([merge([a, b]), c])) == plain(merge([a, merge([b, c])])) == plain(merge([a, b, c]))


@given(SPECS)
def test_merging_a_layer_with_itself_changes_nothing(spec: dict[str, Any]) -> None:
    one = layer(spec, "one")

    assert plain(merge([one, one])) == plain(merge([one])) == {"spec": spec}


@given(st.lists(SPECS, min_size=1, max_size=4))
def test_each_value_comes_from_the_last_layer_that_says_it(specs: list[dict[str, Any]]) -> None:
    layers = [layer(spec, str(number)) for number, spec in enumerate(specs)]
    said: dict[tuple[str, ...], tuple[object, str]] = {}
    for one in layers:
        for path, node in leaves(one, ()):
            said[path] = (plain(node), node.span.file)

    assert {path: (plain(node), node.span.file) for path, node in leaves(merge(layers), ())} == said


@given(st.binary(max_size=60).map(lambda noise: b"spec: {pools: [" + noise + b"]}"), SPECS)
def test_merging_never_fails_whatever_a_layer_holds(text: bytes, spec: dict[str, Any]) -> None:
    root = read(text, "noise").root
    if isinstance(root, MappingNode):
        merge([layer(spec, "below"), root])
        merge([root, layer(spec, "above")])


def leaves(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Scalars and lists that replace, by their path; entries of a list that merges stand under their name."""
    if isinstance(node, MappingNode):
        for key, child in node.entries.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node, SequenceNode) and path[-1] == "pools":
        for item in node.items:
            yield from leaves(item, (*path, plain(item)["name"]))
    else:
        yield path, node
