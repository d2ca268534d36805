"""Both sides of an object line beside line: what belongs together on one row, and only differences marked."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from genlb.drift.model import ABSENT, Difference, ObjectDrift
from genlb.drift.path import Item, Member
from genlb.errors import Severity
from genlb.report.drift_hunks import hunks
from genlb.report.drift_locate import locate
from genlb.report.drift_pair import Row, rows
from genlb.yamltext import write
from tests.report.drift_runs import FRA1, a_difference, an_object, kube_proxy


def paired(desired: Any, live: Any, *differences: Difference, kind: str = "ConfigMap") -> list[Row]:
    return rows(an_object(kind, "x", *differences, desired=desired, live=live))


def marked(found: list[Row]) -> list[tuple[str | None, str | None]]:
    return [(row.left and row.left.strip(), row.right and row.right.strip()) for row in found if row.severity]


def fra1(name: str) -> list[Row]:
    (one,) = [one for one in FRA1.objects if one.key.name == name]
    return rows(one)


WORDS = st.text("abcxyz0:#-, ", max_size=8)
SCALARS = st.one_of(WORDS, st.integers(-9, 99), st.booleans(), st.none())
DATA = st.dictionaries(
    WORDS,
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(
            st.dictionaries(WORDS, inner, max_size=3),
            st.lists(st.one_of(SCALARS, st.dictionaries(WORDS, inner, min_size=1, max_size=3)), max_size=3),
        ),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


@given(DATA)
def test_what_both_sides_have_reads_as_it_is_rendered(data: dict[str, Any]) -> None:
    found = paired(data, data)

    assert [row.left for row in found] == [row.right for row in found] == write(data).splitlines()
    assert marked(found) == []


@given(DATA, DATA)
def test_no_line_of_either_side_is_lost(desired: dict[str, Any], live: dict[str, Any]) -> None:
    found = paired(desired, live)

    for side, data in (([row.left for row in found], desired), ([row.right for row in found], live)):
        told = sorted(line.strip(" -") for line in side if line and line.strip(" -"))
        assert told == sorted(line.strip(" -") for line in write(data).splitlines() if line.strip(" -"))


def test_a_changed_field_stands_on_one_row() -> None:
    assert ("nodeToNodeMeshEnabled: false", "nodeToNodeMeshEnabled: true") in marked(fra1("default"))


def test_items_are_matched_by_their_keys_and_not_by_their_places() -> None:
    assert ("- cidr: 10.208.1.0/24", None) in marked(fra1("default"))
    assert len(marked(fra1("default"))) == 2


def test_a_reordered_keyed_list_stands_beside_itself() -> None:
    items = [{"name": name, "value": name * 2} for name in "abc"]
    found = paired({"env": items}, {"env": items[::-1]})

    assert all(row.left == row.right for row in found)


def test_keys_of_items_come_from_the_paths_of_the_differences() -> None:
    difference = a_difference(("spec", Item((("zone", "b"),)), "m"), 2, 3)
    left, right = (
        [{"zone": zone, "m": number} for zone, number in pairs]
        for pairs in ([("a", 1), ("b", 2)], [("b", 3), ("a", 1)])
    )
    found = paired({"spec": left}, {"spec": right}, difference)

    assert marked(found) == [("m: 2", "m: 3")]


def test_what_nobody_calls_a_difference_is_not_marked() -> None:
    found = fra1("genlb-vip")
    (foreign,) = [row for row in found if row.right and "terminationMessagePath" in row.right]

    assert (foreign.left, foreign.severity) == (None, None)


def test_a_configuration_inside_a_text_is_shown_as_the_data_that_is_compared() -> None:
    assert marked(fra1("kube-proxy")) == [("strictARP: true", "strictARP: false")]


def test_a_text_that_is_no_yaml_is_shown_as_it_is() -> None:
    found = a_difference(("data", "config.conf"), ABSENT, ABSENT, embedded=("mode",))
    broken = kube_proxy(strict=True, scheduler="rr") | {"data": {"config.conf": "a: [\nb"}}

    assert [row.right for row in paired(kube_proxy(strict=True, scheduler="rr"), broken, found) if row.right][-2:] == [
        "    a: [",
        "    b",
    ]


def test_lines_of_a_text_are_matched_like_a_diff() -> None:
    found = paired({"a": "1\n2\n3\n"}, {"a": "1\n3\n"}, a_difference(("a",), "1\n2\n3\n", "1\n3\n"))

    assert ("2", None) in marked(found)
    assert ("3", "3") not in marked(found)


def test_values_of_a_secret_are_never_shown() -> None:
    secret = {"data": {"k": "aaaa", "l": "x\ny\n"}, "stringData": {"m": ["bbbb"]}}
    text = str(paired(secret, {"data": {"k": "cccc"}}, kind="Secret"))

    for word in ("aaaa", "bbbb", "cccc", " x", " y"):
        assert word not in text


def test_one_side_alone_is_shown_in_full() -> None:
    found = fra1("genlb-r2-tor-b-v4")

    assert found[0].left == "apiVersion: projectcalico.org/v3"
    assert {row.right for row in found} == {None}


def test_nothing_is_shown_where_neither_side_is_known() -> None:
    assert rows(an_object("BGPPeer", "x")) == []


def test_hunks_hold_what_differs_with_its_keys_and_a_few_lines_around() -> None:
    data = {"a": {"b": {f"k{number:02}": number for number in range(40)}}}
    live = {"a": {"b": data["a"]["b"] | {"k20": 99}}}
    found = hunks(paired(data, live, a_difference(("a", "b", "k20"), 20, 99)))

    assert [[(row.left or "").strip() for row in hunk.rows] for hunk in found] == [
        ["a:", "b:"],
        ["k18: 18", "k19: 19", "k20: 20", "k21: 21", "k22: 22"],
        [],
    ]
    assert [hunk.skipped for hunk in found] == [0, 18, 17]


def test_a_gap_of_one_line_is_shown_instead() -> None:
    data = {f"k{number}": number for number in range(12)}
    pair = paired(data, data | {"k2": 0, "k8": 0}, a_difference(("k2",), 2, 0), a_difference(("k8",), 8, 0))

    assert [(hunk.skipped, len(hunk.rows)) for hunk in hunks(pair)] == [(0, 11), (1, 0)]


def test_what_an_object_is_comes_first() -> None:
    found = paired({"spec": {"a": 1}, "metadata": {"name": "x"}, "kind": "A"}, {"spec": {"a": 2}})

    assert [row.left for row in found][:3] == ["kind: A", "metadata:", "  name: x"]


def test_hunks_of_a_huge_object_are_bounded_and_say_so() -> None:
    found = hunks([Row("x", "y", 0, Severity.ERROR)] * 1000, longest=160)

    assert (len(found[0].rows), found[-1].skipped) == (160, 840)


def test_a_path_leads_to_its_place() -> None:
    data = {"a": [{"name": "x"}, {"containerPort": 80}], "cidrs": ["10.0.0.0/8"]}

    assert locate(data, ("a", Item((("name", "x"),)), "name")) == ("a", 0, "name")
    assert locate(data, ("a", Item((("containerPort", 80), ("protocol", "TCP"))))) == ("a", 1)
    assert locate(data, ("cidrs", Member("10.0.0.0/8"))) == ("cidrs", 0)
    assert locate(data, ("cidrs", 0)) == ("cidrs", 0)
    for path in (("b",), ("a", 7), ("a", Item((("name", "z"),))), ("cidrs", Member("y")), ("cidrs", "x")):
        assert locate(data, path) == ()


def test_an_object_is_not_changed_by_being_shown() -> None:
    one: ObjectDrift = FRA1.objects[3]
    before = repr(one)
    rows(one)

    assert repr(one) == before
