"""A random single change that breaks a stated invariant is never passed over in silence."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.invariants import INVARIANTS, broken
from benchmarks.mutations import RULES, aimed, verdict
from benchmarks.slips import SLIPS
from genlb.rules import rules
from tests.rules.plans import a_plan

RANDOM = st.randoms(use_true_random=False)


@given(RANDOM)
def test_the_independent_judge_finds_nothing_broken_in_a_valid_spec(random: Random) -> None:
    assert broken(a_plan(random)) == []


@given(RANDOM)
def test_what_breaks_an_invariant_is_told(random: Random) -> None:
    judged = verdict(random)

    assert judged is None or not judged.broken or judged.caught, judged


@pytest.mark.parametrize("invariant", INVARIANTS)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_a_mistake_that_people_make_is_told(invariant: str, seed: int) -> None:
    judged = aimed(invariant, Random(seed))  # noqa: S311 -- drawn until it fits, which is more than Hypothesis takes

    assert judged.caught, judged


def test_every_invariant_has_rules_that_stand_for_it() -> None:
    assert set(INVARIANTS) == set(SLIPS)
    assert set(INVARIANTS) <= set(RULES)
    assert {rule for listed in RULES.values() for rule in listed} <= set(rules())
