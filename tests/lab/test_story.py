"""The story that genlb grew from: an on-link VIP that nobody holds does not answer, and one that is bound rightly does.

Told by the rendered DaemonSets' own command lines, with kube-proxy in either mode, for Cluster and for Local, for IPv4
and IPv6, and measured in both halves from everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.lab.host import until
from tests.lab.net import ENDPOINTS, Lab
from tests.lab.proxy import MODES, PORT, VIPS
from tests.lab.rack import ONLINK, ROUTED, Rack, addresses, local_routes
from tests.lab.scenario import EVERYWHERE, UNHELD, reached
from tests.lab.traffic import Attempt, Capture, asks_for, connect_all

pytestmark = pytest.mark.lab


class Told(NamedTuple):
    """What becomes of a client's connection to a VIP: what is said on the rack, and what each place sees."""

    is_asked_for: bool
    owners: int
    reached: dict[str, str]


def told(lab: Lab, vip: str) -> Told:
    """A client's connection, the answers to who has the VIP, and everybody's connections."""
    lab.forget()
    with Capture(lab.hosts["rackhost"]) as wire:
        connect_all([Attempt(lab.hosts["client"], vip, PORT)])
        is_asked_for = any(asks_for(frame, vip) for frame in wire.frames(seconds=0.1))
    return Told(is_asked_for, len(lab.owners(vip)), reached(lab, vip))


def all_told(lab: Lab, vips: Sequence[str]) -> dict[str, Told]:
    """The same of several VIPs at once."""
    with ThreadPoolExecutor() as threads:
        return dict(zip(vips, threads.map(lambda vip: told(lab, vip), vips), strict=True))


def test_an_on_link_vip_is_dead_without_the_daemon_and_alive_with_it(rack: Rack) -> None:
    lab, modes = rack.lab, sorted(MODES, key=lambda mode: mode != rack.mode)
    nobody = dict.fromkeys(ONLINK, Told(is_asked_for=True, owners=0, reached=UNHELD))
    one = dict.fromkeys(ONLINK, Told(is_asked_for=True, owners=1, reached=EVERYWHERE))

    with rack.without("vip"):
        for node in lab.nodes:
            assert rack.daemon("vip", node.name).wait() == 0
            assert local_routes(node) == set(ROUTED)  # a roll-out of the daemon does not cut routed VIPs off
            assert set(addresses(node)).isdisjoint(ONLINK)
        for mode in modes:
            rack.proxy(mode)
            assert all_told(lab, ONLINK) == nobody, mode

    until(lambda: all(rack.holders(vip) for vip in ONLINK), "owned")

    for mode in reversed(modes):
        rack.proxy(mode)
        assert all_told(lab, ONLINK) == one, mode
    for vip in VIPS["onlink", "Local"].both:
        assert rack.holders(vip) <= set(ENDPOINTS)


def test_a_routed_vip_is_never_asked_for(rack_in_each_mode: Rack) -> None:
    lab = rack_in_each_mode.lab
    for vip in ROUTED:
        lab.route(vip, ["n1"])

    routed = Told(is_asked_for=False, owners=0, reached=EVERYWHERE)
    assert all_told(lab, ROUTED) == dict.fromkeys(ROUTED, routed)
