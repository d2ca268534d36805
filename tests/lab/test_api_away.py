"""The API server is away: what is routed stays, what is on-link is let go in time, and taken again when it is back."""

from __future__ import annotations

import time

import pytest

from tests.lab.host import until
from tests.lab.net import NODES
from tests.lab.proxy import VIPS
from tests.lab.rack import LEASE_SECONDS, LIFETIME, ONLINK, ROUTED, Rack, addresses, guarded, local_routes
from tests.lab.scenario import EVERYWHERE, reached

pytestmark = pytest.mark.lab

VIP = VIPS["onlink", "Cluster"].address
ROUTED_VIP = VIPS["routed", "Cluster"].address


def test_an_owned_address_never_lives_longer_than_a_lease_without_its_margin(rack: Rack) -> None:
    owned = {vip: addresses(rack.host(rack.owner(vip)))[vip] for vip in ONLINK}

    assert {vip: seconds for vip, seconds in owned.items() if not 0 < seconds <= LIFETIME} == {}


def test_an_owner_without_the_api_lets_go_before_another_takes_over(rack: Rack) -> None:
    owner = rack.owner(VIP)
    seen: set[frozenset[str]] = set()

    def moved() -> bool:
        holders = rack.holders(VIP)
        seen.add(holders)
        return holders != set() and owner not in holders

    rack.disconnect(owner)
    until(moved, "moved")

    assert {len(holders) for holders in seen} <= {0, 1}, "two owners at once"
    assert frozenset() in seen, "nobody let go before somebody took over"


def test_without_the_api_routed_vips_stay_and_on_link_ones_go_and_come_again_with_it(rack: Rack) -> None:
    rack.lab.route(ROUTED_VIP, NODES)
    for node in NODES:
        rack.disconnect(node)
    away = time.monotonic()
    until(lambda: not any(rack.holders(vip) for vip in ONLINK), "let go", pause=0.02)
    seconds = time.monotonic() - away

    assert seconds <= LEASE_SECONDS
    # Long enough for everybody to have noticed, and for every lease to have run out.
    until(lambda: time.monotonic() > away + LEASE_SECONDS + 1, "over")
    assert [local_routes(node) for node in rack.lab.nodes] == [frozenset(ROUTED)] * len(NODES)
    assert reached(rack.lab, ROUTED_VIP) == EVERYWHERE
    assert all(ROUTED_VIP in guarded(node) for node in rack.lab.nodes)
    assert not any(rack.holders(vip) for vip in ONLINK)

    for node in NODES:
        rack.reconnect(node)
    until(lambda: all(len(rack.holders(vip)) == 1 for vip in ONLINK), "owned again")
    assert reached(rack.lab, VIP) == EVERYWHERE
