"""The matrix: family, pool, policy, binding, ARP, routes and rp_filter, each with the real kube-proxy in two modes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab.net import Lab
from tests.lab.proxy import VIPS
from tests.lab.scenario import Scenario, Shown, bring_about, fits, load, measure, table

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("scenario", load(), ids=str)
def test_both_labs_show_what_the_scenario_expects(labs: Mapping[str, Lab], scenario: Scenario) -> None:
    vip = VIPS[scenario.pool, scenario.policy].of(scenario.family)

    def shown(lab: Lab) -> Shown:
        bring_about(lab, scenario, vip)
        return measure(lab, scenario, vip)

    with ThreadPoolExecutor(len(labs)) as threads:
        found = dict(zip(labs, threads.map(shown, labs.values()), strict=True))

    for mode, seen in found.items():
        assert fits(scenario, seen), table(scenario, mode, seen)
