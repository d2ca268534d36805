"""What BIRD makes of a bound VIP, and what a VIP that is local cures on a node that announces it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lab.host import until
from tests.lab.net import NODES, Lab, bindings, rack_address
from tests.lab.proxy import PORT, VIPS
from tests.lab.routing import announcers, bird, node_config, tor_config
from tests.lab.traffic import connect

pytestmark = pytest.mark.lab

RANGE = "10.208.1.0/24"
SERVED = "10.208.1.2"
"""A Local VIP: n1 and n2 have endpoints and announce it."""

ANY_IP, ON_NIC, ON_STUB, ON_STUB_DOWN, ON_IGNORED = (f"10.208.1.{number}" for number in range(11, 16))
SENTINEL_ADDRESS, SENTINEL_ROUTE = "10.208.1.98", "10.208.1.99"


@pytest.fixture
def rack(plain_lab: Lab, tmp_path: Path) -> Lab:
    """A lab without kube-proxy; BIRD is the test's."""
    return plain_lab


def test_a_bound_vip_leaks_unless_its_interface_is_down_or_ignored_and_any_ip_never_does(
    rack: Lab, tmp_path: Path
) -> None:
    n3 = rack.hosts["n3"]
    with ExitStack() as running:
        running.enter_context(bird(rack.tor, tor_config(), tmp_path))
        for node in NODES:
            singles = [SERVED] if node != "n3" else []
            config = node_config(rack_address(node), ranges=[RANGE], singles=singles, ignored=["ignored*"])
            running.enter_context(bird(rack.hosts[node], config, tmp_path))
        until(lambda: announcers(rack) == {SERVED: {"n1", "n2"}}, "announced by both endpoint nodes")

        n3.ip(
            *("link add stub0 type bridge", "link add stub1 type bridge", "link add ignored0 type bridge"),
            *("link set stub0 up", "link set ignored0 up"),
            *bindings(ANY_IP)["AnyIP"],
            *bindings(SERVED)["AnyIP"],
            f"addr add {ON_NIC}/32 dev eth0 scope link",
            f"addr add {ON_STUB}/32 dev stub0",
            f"addr add {ON_STUB_DOWN}/32 dev stub1",
            f"addr add {ON_IGNORED}/32 dev ignored0",
            # Seen when BIRD has read interfaces, addresses and routes once more: what is not there by then, is not.
            f"addr add {SENTINEL_ADDRESS}/32 dev eth0 scope link",
            f"route add {SENTINEL_ROUTE}/32 dev eth0",
        )
        leaked = {ON_NIC, ON_STUB, SENTINEL_ADDRESS, SENTINEL_ROUTE}
        until(lambda: leaked <= announcers(rack).keys(), "leaked")

        assert announcers(rack) == {SERVED: {"n1", "n2"}, **dict.fromkeys(leaked, frozenset({"n3"}))}


def test_a_bound_local_vip_draws_traffic_to_a_node_without_endpoint(rack: Lab, tmp_path: Path) -> None:
    with ExitStack() as running:
        running.enter_context(bird(rack.tor, tor_config(), tmp_path))
        for node in NODES:
            singles = [SERVED] if node != "n3" else []
            config = node_config(rack_address(node), ranges=[RANGE], singles=singles)
            running.enter_context(bird(rack.hosts[node], config, tmp_path))
        until(lambda: announcers(rack) == {SERVED: {"n1", "n2"}}, "announced by both endpoint nodes")

        rack.hosts["n3"].ip(f"addr add {SERVED}/32 dev eth0 scope link")

        until(lambda: announcers(rack) == {SERVED: set(NODES)}, "announced by the third node as well")


def test_a_node_that_announces_a_single_vip_cannot_reach_it_until_it_is_local(lab: Lab, tmp_path: Path) -> None:
    vip = VIPS["routed", "Local"].address
    n1 = lab.hosts["n1"]
    lab.route(f"{vip}/32", ["n1"])
    with bird(n1, node_config(rack_address("n1"), singles=[vip]), tmp_path):
        until(lambda: "blackhole" in n1.check("ip", "route", "show", vip), "in the kernel")
        assert connect(n1, vip, PORT).verdict == "EINVAL"
        assert connect(lab.hosts["q1"], vip, PORT).verdict == "ok"  # translated before any route is asked
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"

        lab.bind(vip, how="AnyIP", nodes=["n1"])

        assert connect(n1, vip, PORT).verdict == "ok"
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"


def test_a_range_that_is_announced_as_a_whole_puts_nothing_in_the_way_of_the_node(lab: Lab, tmp_path: Path) -> None:
    vip = VIPS["routed", "Cluster"].address
    n1 = lab.hosts["n1"]
    with bird(lab.tor, tor_config(), tmp_path), bird(n1, node_config(rack_address("n1"), ranges=[RANGE]), tmp_path):
        until(lambda: RANGE in lab.tor.check("ip", "route", "show", "proto", "bird"), "announced")

        assert n1.check("ip", "route", "show", "root", RANGE) == ""
        assert connect(n1, vip, PORT).verdict == "ok"
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"
