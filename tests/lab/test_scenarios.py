"""The matrix: pool, policy, binding, ARP, routes and rp_filter, each with the real kube-proxy in two modes."""

from __future__ import annotations

import pytest

from tests.lab.net import Lab
from tests.lab.proxy import VIPS
from tests.lab.scenario import Scenario, bring_about, fits, load, measure, table

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("scenario", load(), ids=str)
def test_the_lab_shows_what_the_scenario_expects(lab: Lab, scenario: Scenario) -> None:
    vip = VIPS[scenario.pool, scenario.policy]
    bring_about(lab, scenario, vip)

    measured = measure(lab, scenario, vip)

    assert fits(scenario, measured), table(scenario, measured)
    if scenario.owners is not None:
        assert lab.owners(vip.address) == scenario.owners
