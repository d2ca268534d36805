from __future__ import annotations

import pytest

from genlb.network.versions import FACTS, Component, Feature, supports, surely_lacks, window
from genlb.spec.values import Version
from tests.builders import versions

# The last release without a feature and the first one with it, or the other way round.
TURNS = [
    (Feature.AGGREGATION, "3.30.7", False),
    (Feature.AGGREGATION, "3.31.0", True),
    (Feature.LOCAL_AS_NUMBER, "3.30.7", False),
    (Feature.LOCAL_AS_NUMBER, "3.31.0", True),
    (Feature.LOG_SEVERITY_DEFAULT, "3.31.7", False),
    (Feature.LOG_SEVERITY_DEFAULT, "3.32.0", True),
    (Feature.FILTER_SOURCE, "3.26.5", False),
    (Feature.FILTER_SOURCE, "3.27.0", True),
    (Feature.CALICO_NFTABLES, "3.30.7", False),
    (Feature.CALICO_NFTABLES, "3.31.0", True),
    (Feature.SERVER_SIDE_APPLY, "3.31.7", True),
    (Feature.SERVER_SIDE_APPLY, "3.32.0", False),
    (Feature.SERVER_SIDE_APPLY, "3.32.1", True),
    (Feature.READY_ENDPOINTS, "3.30.7", True),
    (Feature.READY_ENDPOINTS, "3.31.0", False),
    (Feature.READY_ENDPOINTS, "3.31.6", False),
    (Feature.READY_ENDPOINTS, "3.31.7", True),
    (Feature.READY_ENDPOINTS, "3.32.1", False),
    (Feature.READY_ENDPOINTS, "3.32.2", True),
    (Feature.READY_ENDPOINTS, "3.33.0", True),
    (Feature.SINGLE_ADDRESS_ROUTES, "3.29.7", False),
    (Feature.SINGLE_ADDRESS_ROUTES, "3.30.6", False),
    (Feature.SINGLE_ADDRESS_ROUTES, "3.30.7", True),
    (Feature.SINGLE_ADDRESS_ROUTES, "3.31.4", False),
    (Feature.SINGLE_ADDRESS_ROUTES, "3.31.5", True),
    (Feature.SINGLE_ADDRESS_ROUTES, "3.32.0", True),
    (Feature.IPVS_MAINTAINED, "1.34", True),
    (Feature.IPVS_MAINTAINED, "1.35", False),
    (Feature.IPVS_ON_BY_DEFAULT, "1.39", True),
    (Feature.IPVS_ON_BY_DEFAULT, "1.40", False),
    (Feature.IPVS, "1.42.9", True),
    (Feature.IPVS, "1.43", False),
    (Feature.NFTABLES, "1.28", False),
    (Feature.NFTABLES, "1.29", True),
    (Feature.NFTABLES_ON_BY_DEFAULT, "1.30.4", False),
    (Feature.NFTABLES_ON_BY_DEFAULT, "1.31", True),
    (Feature.NFTABLES_STABLE, "1.32", False),
    (Feature.NFTABLES_STABLE, "1.33", True),
    (Feature.NFTABLES_LOCAL_POLICY, "1.33.5", False),
    (Feature.NFTABLES_LOCAL_POLICY, "1.33.6", True),
    (Feature.NFTABLES_LOCAL_POLICY, "1.34.0", True),
    (Feature.NFTABLES_BY_INTERFACE, "1.33.5", False),
    (Feature.NFTABLES_BY_INTERFACE, "1.33.6", True),
    (Feature.NFTABLES_BY_INTERFACE, "1.34.1", False),
    (Feature.NFTABLES_BY_INTERFACE, "1.34.2", True),
    (Feature.NFTABLES_BY_INTERFACE, "1.35", True),
    (Feature.NODE_PORTS_PRIMARY, "1.30", False),
    (Feature.NODE_PORTS_PRIMARY, "1.31", True),
    (Feature.NODE_PORT_KEYWORDS, "1.36.4", False),
    (Feature.NODE_PORT_KEYWORDS, "1.37", True),
    (Feature.AS_NUMBER_INT32, "1.35.9", False),
    (Feature.AS_NUMBER_INT32, "1.36", True),
    (Feature.POOL_STATUS, "0.14.9", False),
    (Feature.POOL_STATUS, "0.15.0", True),
    (Feature.FRR_K8S_DEFAULT, "0.15.3", False),
    (Feature.FRR_K8S_DEFAULT, "0.16.0", True),
    (Feature.CONTROLLER_PROBES, "0.15.3", True),
    (Feature.CONTROLLER_PROBES, "0.16.0", False),
    (Feature.CONTROLLER_PROBES, "0.16.1", True),
]


@pytest.mark.parametrize(("feature", "release", "expected"), TURNS)
def test_a_feature_turns_at_the_release_that_brought_or_took_it(
    feature: Feature, release: str, *, expected: bool
) -> None:
    component = FACTS[feature].component

    assert supports(versions(**{component.value: release}), feature) is expected


def test_every_feature_has_a_fact_and_a_case_for_both_answers() -> None:
    both = {(feature, answer) for feature in Feature for answer in (True, False)}

    assert set(FACTS) == set(Feature)
    assert {(feature, answer) for feature, _, answer in TURNS} == both


def test_a_fact_of_one_component_does_not_look_at_the_others() -> None:
    assert supports(versions(kubernetes="1.30", calico="3.31.0", metallb="0.14.9"), Feature.AGGREGATION)


@pytest.mark.parametrize("feature", Feature)
def test_every_reason_names_a_release(feature: Feature) -> None:
    fact = FACTS[feature]
    ends = [fact.since, fact.until, *(end for pair in fact.except_in for end in pair)]

    assert any(str(end) in fact.reason for end in ends if end is not None)


@pytest.mark.parametrize("feature", Feature)
def test_the_parts_of_a_fact_are_in_order(feature: Feature) -> None:
    fact = FACTS[feature]
    turns = [fact.since, *(end for pair in fact.except_in for end in pair), fact.until]
    known = [turn for turn in turns if turn is not None]

    assert known == sorted(set(known)) != []


@pytest.mark.parametrize("feature", Feature)
def test_what_is_only_announced_ends_an_exception(feature: Feature) -> None:
    fact = FACTS[feature]

    assert set(fact.pending) <= {again for _, again in fact.except_in}


@pytest.mark.parametrize(
    ("feature", "release", "expected"),
    [
        (Feature.READY_ENDPOINTS, "3.31.2", "3.31.7"),
        (Feature.READY_ENDPOINTS, "3.32.1", None),  # corrected in git, not released yet
        (Feature.SINGLE_ADDRESS_ROUTES, "3.29.3", "3.30.7"),
        (Feature.SINGLE_ADDRESS_ROUTES, "3.31.4", "3.31.5"),
        (Feature.CONTROLLER_PROBES, "0.16.0", "0.16.1"),
    ],
)
def test_the_cure_is_the_first_release_that_is_out_and_has_the_feature(
    feature: Feature, release: str, expected: str | None
) -> None:
    assert FACTS[feature].cure(Version.parse(release)) == (expected and Version.parse(expected))


@pytest.mark.parametrize(
    ("feature", "release", "expected"),
    [
        (Feature.NFTABLES_LOCAL_POLICY, "1.32", True),  # no release of that line has it
        (Feature.NFTABLES_LOCAL_POLICY, "1.33", False),  # the newest ones have
        (Feature.NFTABLES_LOCAL_POLICY, "1.33.5", True),
        (Feature.NFTABLES_LOCAL_POLICY, "1.33.6", False),
        (Feature.NFTABLES_BY_INTERFACE, "1.34", False),
        (Feature.NFTABLES_BY_INTERFACE, "1.34.0", True),
        (Feature.IPVS, "1.43", True),
    ],
)
def test_a_line_lacks_for_sure_only_what_none_of_its_releases_has(
    feature: Feature, release: str, *, expected: bool
) -> None:
    assert surely_lacks(versions(**{FACTS[feature].component.value: release}), feature) is expected


@pytest.mark.parametrize(
    ("component", "release", "below", "above"),
    [
        (Component.KUBERNETES, "1.29", True, False),
        (Component.KUBERNETES, "1.29.14", True, False),
        (Component.KUBERNETES, "1.30", False, False),
        (Component.KUBERNETES, "1.37", False, False),
        (Component.KUBERNETES, "1.37.9", False, False),
        (Component.KUBERNETES, "1.38", False, True),
        (Component.CALICO, "3.28.5", True, False),
        (Component.CALICO, "3.29.0", False, False),
        (Component.CALICO, "3.32.99", False, False),
        (Component.CALICO, "3.33.0", False, True),
        (Component.CALICO, "4.0.0", False, True),
        (Component.METALLB, "0.14.8", True, False),
        (Component.METALLB, "0.14.9", False, False),
        (Component.METALLB, "0.16.7", False, False),
        (Component.METALLB, "0.17.0", False, True),
    ],
)
def test_the_support_window_ends_at_whole_lines(
    component: Component, release: str, *, below: bool, above: bool
) -> None:
    version = Version.parse(release)

    assert (window(component).below(version), window(component).above(version)) == (below, above)
