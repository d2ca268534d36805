"""The verdict on every pair, and what is told about it."""

from __future__ import annotations

import copy

import pytest

from genlb.drift.compare import compare
from genlb.drift.model import ClusterDrift, Difference, State
from genlb.drift.path import spelled
from genlb.errors import Severity
from tests.drift.objects import desired_of, live_of
from tests.drift.pairs import FOREIGNERS, PAIRS, Pair


def verdict(pair: Pair, *, strict: bool = False) -> ClusterDrift:
    return compare(
        "test",
        desired_of(pair.desired),
        live_of(pair.live),
        cluster=None,
        today="2026-11-22",
        strict=strict,
    )


def told(difference: Difference) -> tuple[str, str]:
    inside = f" > {spelled(difference.embedded)}" if difference.embedded else ""
    return difference.sort.name, spelled(difference.path) + inside


def name_of(pair: Pair) -> str:
    return pair.name


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(PAIRS) >= 90
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_the_verdict_is_right(pair: Pair) -> None:
    found = verdict(pair)

    assert found.drifts is pair.drifts, [told(one) for one in found.differences]
    assert (found.objects[0].state is State.DRIFTED) is pair.drifts
    if pair.found is not None:
        assert sorted(map(told, found.differences)) == sorted((sort.name, path) for sort, path in pair.found)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_neither_side_is_changed_by_looking(pair: Pair) -> None:
    before = copy.deepcopy((pair.desired, pair.live))

    verdict(pair)

    assert (pair.desired, pair.live) == before


@pytest.mark.parametrize("pair", [pair for pair in FOREIGNERS if pair.found and not pair.drifts], ids=name_of)
def test_what_others_added_is_drift_when_strict(pair: Pair) -> None:
    assert verdict(pair, strict=True).drifts


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.drifts], ids=name_of)
def test_every_finding_that_counts_has_a_rule_and_a_remedy(pair: Pair) -> None:
    grave = [one for one in verdict(pair).differences if one.severity is not Severity.INFO]

    assert grave
    assert all(one.rule.startswith("GLB8") and one.remedy and len(one.id) == 16 for one in grave)
