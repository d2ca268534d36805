"""What holds for all specs, whatever is in them."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from genlb.errors import Severity
from genlb.rules.change import judge_change
from genlb.rules.fleet import fleet_entry, judge_fleet
from genlb.spec.model import Cluster
from genlb.yamltext import write
from tests.generated import a_dressed_plan
from tests.network.strategies import clusters
from tests.rules.judged import a_view, as_document, judged
from tests.rules.plans import a_plan

RANDOM = st.randoms(use_true_random=False)

BROKEN_BY_CHANCE = {
    "GLB211",  # an on-link pool while the binder is Disabled
    "GLB301",  # a rack without routers beside others
    "GLB304",  # racks of one AS number
    "GLB309",  # routers of one family
    "GLB409",  # nftables on Kubernetes 1.30
    "GLB411",  # a dataplane that does not go with the proxy mode
    "GLB501",  # rpFilter Disabled without interfaces
    "GLB701",  # nodeASNumber or aggregation on an old Calico
}
"""Errors that ``tests/network/strategies.py`` does not avoid: it is made for decisions, which are total."""


@given(RANDOM)
def test_a_valid_spec_has_no_error(random: Random) -> None:
    found = judged(a_dressed_plan(random))

    assert [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR] == []


@given(clusters())
def test_rules_judge_every_cluster_that_can_be_read_and_find_no_error_but_what_the_draw_breaks(
    cluster: Cluster,
) -> None:
    found = judged(as_document(cluster))

    assert {diagnostic.rule for diagnostic in found if diagnostic.severity is Severity.ERROR} <= BROKEN_BY_CHANCE


@given(clusters())
def test_every_finding_points_at_something_in_the_file(cluster: Cluster) -> None:
    document = as_document(cluster)
    lines = write(document).splitlines()

    for diagnostic in judged(document):
        for span in (diagnostic.span, *(related.span for related in diagnostic.related)):
            assert span.file == f"clusters/{cluster.name}/cluster.yaml"
            assert lines[span.line - 1][span.column - 1 :].strip()


@given(RANDOM)
def test_a_change_of_nothing_is_no_finding(random: Random) -> None:
    view = a_view(a_plan(random))

    assert list(judge_change(view, view)) == []


@given(RANDOM)
def test_a_fleet_of_one_is_no_finding(random: Random) -> None:
    assert list(judge_fleet([fleet_entry(a_view(a_plan(random)))])) == []
