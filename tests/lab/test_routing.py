"""What BIRD makes of a bound VIP, and what a VIP that is local cures on a node that announces it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.host import until
from tests.lab.net import ENDPOINTS, NODES, Lab, bindings, is_ipv6
from tests.lab.proxy import PORT, VIPS
from tests.lab.rack import ONLINK, ROUTED, Rack, local_routes
from tests.lab.routing import announcers, bird, fabric, node_config, tor_config
from tests.lab.traffic import connect

pytestmark = pytest.mark.lab

RANGE = "10.208.1.0/24"
SERVED = "10.208.1.2"
"""A Local VIP: n1 and n2 have endpoints and announce it."""

ANY_IP, ON_NIC, ON_STUB, ON_STUB_DOWN, ON_IGNORED, ON_KUBE_IPVS = (f"10.208.1.{number}" for number in range(11, 17))
SENTINEL_ADDRESS, SENTINEL_ROUTE = "10.208.1.98", "10.208.1.99"


@pytest.fixture
def n3_with_bindings(plain_lab: Lab, tmp_path: Path) -> Iterator[Lab]:
    """BIRD everywhere, and VIPs on a node without endpoint, bound in every way that there is.

    The sentinels are seen when BIRD has read interfaces, addresses and routes once more: what has not leaked by then,
    does not.
    """
    announced = {node: [SERVED] for node in ENDPOINTS}
    with fabric(plain_lab, tmp_path, [RANGE], announced=announced, ignored=["ignored*"]):
        until(lambda: announcers(plain_lab) == {SERVED: {*ENDPOINTS}}, "announced by both endpoint nodes")
        plain_lab.hosts["n3"].ip(
            *(f"link add {name} type bridge" for name in ("stub0", "stub1", "ignored0", "kube-ipvs0")),
            *("link set stub0 up", "link set ignored0 up", "link set kube-ipvs0 up"),
            *bindings(ANY_IP)["AnyIP"],
            *bindings(SERVED)["AnyIP"],
            f"addr add {ON_NIC}/32 dev eth0 scope link",
            f"addr add {ON_STUB}/32 dev stub0",
            f"addr add {ON_STUB_DOWN}/32 dev stub1",
            f"addr add {ON_IGNORED}/32 dev ignored0",
            f"addr add {ON_KUBE_IPVS}/32 dev kube-ipvs0",
            f"addr add {SENTINEL_ADDRESS}/32 dev eth0 scope link",
            f"route add {SENTINEL_ROUTE}/32 dev eth0",
        )
        until(lambda: {SENTINEL_ADDRESS, SENTINEL_ROUTE} <= announcers(plain_lab).keys(), "read once more")
        yield plain_lab


def test_a_bound_vip_leaks_unless_its_interface_is_down_or_ignored_and_any_ip_never_does(n3_with_bindings: Lab) -> None:
    leaked = {ON_NIC, ON_STUB, SENTINEL_ADDRESS, SENTINEL_ROUTE}
    expected = {SERVED: frozenset(ENDPOINTS), **dict.fromkeys(leaked, frozenset({"n3"}))}

    until(lambda: leaked <= announcers(n3_with_bindings).keys(), "leaked")

    assert announcers(n3_with_bindings) == expected


def test_a_bound_local_vip_draws_traffic_to_a_node_without_endpoint(n3_with_bindings: Lab) -> None:
    n3_with_bindings.hosts["n3"].ip(
        *(command.replace(" add ", " del ") for command in bindings(SERVED)["AnyIP"]),
        f"addr add {SERVED}/32 dev eth0 scope link",
    )

    until(lambda: announcers(n3_with_bindings)[SERVED] == {*NODES}, "announced by the third node as well")


@pytest.mark.parametrize("family", [4, 6], ids=["IPv4", "IPv6"])
def test_nothing_that_the_daemons_bind_leaks_through_bird(rack: Rack, tmp_path: Path, family: int) -> None:
    (configuration,) = rack.manifests["advertise"]
    advertised = [entry["cidr"] for entry in configuration["spec"]["serviceLoadBalancerIPs"]]
    ranges = [cidr for cidr in advertised if is_ipv6(cidr) == (family == 6)]
    sentinel = {4: SENTINEL_ADDRESS, 6: "fd00:208:1::98"}[family]
    on_link = {4: "10.0.0.192/27", 6: "fd00:20::200/120"}[family]
    with fabric(rack.lab, tmp_path, ranges, family=family):
        rack.lab.bind(sentinel, how="L2", nodes=["n3"])
        until(lambda: sentinel in announcers(rack.lab, ranges[0]), "read by BIRD")

        assert announcers(rack.lab, ranges[0]) == {sentinel: frozenset({"n3"})}
        assert announcers(rack.lab, on_link) == {}
    assert [local_routes(node) for node in rack.lab.nodes] == [frozenset(ROUTED)] * len(NODES)
    assert all(rack.holders(vip) for vip in ONLINK)


def test_a_node_that_announces_a_single_vip_cannot_reach_it_until_it_is_local(lab: Lab, tmp_path: Path) -> None:
    vip = VIPS["routed", "Local"].address
    n1 = lab.hosts["n1"]
    lab.route(f"{vip}/32", ["n1"])
    with bird(n1, node_config("n1", singles=[vip]), tmp_path):
        until(lambda: "blackhole" in n1.check("ip", "route", "show", vip), "in the kernel")
        assert connect(n1, vip, PORT).verdict == "EINVAL"
        assert connect(lab.hosts["q1"], vip, PORT).verdict == "ok"  # translated before any route is asked
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"

        lab.bind(vip, how="AnyIP", nodes=["n1"])

        assert connect(n1, vip, PORT).verdict == "ok"
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"


def test_the_daemon_cures_what_the_announcement_of_a_single_vip_breaks(rack: Rack, tmp_path: Path) -> None:
    vip = VIPS["routed", "Local"].address
    n1 = rack.host("n1")
    rack.lab.route(vip, ["n1"])
    with bird(n1, node_config("n1", singles=[vip]), tmp_path):
        until(lambda: "blackhole" in n1.check("ip", "route", "show", vip), "in the kernel")
        assert connect(n1, vip, PORT).verdict == "ok"
        assert connect(rack.host("client"), vip, PORT).verdict == "ok"

        rack.daemon("vip", "n1").stop()
        n1.check("ip", "route", "flush", "table", "local", "proto", "115")

        assert connect(n1, vip, PORT).verdict == "EINVAL"


def test_a_range_that_is_announced_as_a_whole_puts_nothing_in_the_way_of_the_node(lab: Lab, tmp_path: Path) -> None:
    vip = VIPS["routed", "Cluster"].address
    n1 = lab.hosts["n1"]
    with bird(lab.tor, tor_config(), tmp_path), bird(n1, node_config("n1", ranges=[RANGE]), tmp_path):
        until(lambda: RANGE in lab.tor.check("ip", "route", "show", "proto", "bird"), "announced")

        assert n1.check("ip", "route", "show", "root", RANGE) == ""
        assert connect(n1, vip, PORT).verdict == "ok"
        assert connect(lab.hosts["client"], vip, PORT).verdict == "ok"
