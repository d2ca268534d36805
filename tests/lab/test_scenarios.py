"""The matrix: pool, policy, binding, ARP, routes and rp_filter, each with the real kube-proxy in two modes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.net import Lab
from tests.lab.proxy import VIPS
from tests.lab.scenario import Scenario, bring_about, fits, load, measure, table

pytestmark = pytest.mark.lab


@pytest.fixture
def untouched(lab: Lab) -> Iterator[Lab]:
    """The lab, which is afterwards as it was before."""
    yield lab
    for vip in VIPS.values():
        lab.bind(vip.address, how="none", nodes=())
        lab.route(f"{vip.address}/32", ())


@pytest.mark.parametrize("scenario", load(), ids=str)
def test_the_lab_shows_what_the_scenario_expects(untouched: Lab, scenario: Scenario) -> None:
    vip = VIPS[scenario.pool, scenario.policy]
    bring_about(untouched, scenario, vip)

    measured = measure(untouched, scenario, vip)

    assert fits(scenario, measured), table(scenario, measured)
    if scenario.owners is not None:
        assert untouched.owners(vip.address) == scenario.owners
