from __future__ import annotations

from genlb.network import decide
from genlb.network.advertised import cluster_ips, service_networks
from genlb.spec.model import Advertise, Announce, LoadBalancerIPs, Switch
from tests.builders import a_cluster, a_full_cluster, a_pool, networks

EXPLICIT = {"load_balancer_ips": LoadBalancerIPs.EXPLICIT}


def test_the_cidrs_of_bgp_pools_are_advertised_in_the_spec_s_order() -> None:
    assert decide(a_full_cluster()).advertised == networks(
        "10.208.1.0/24", "fd00:10:208:1::/112", "10.208.3.0/28", "10.208.3.32/29"
    )


def test_the_cidrs_of_l2_pools_are_not_advertised() -> None:
    pools = (a_pool("rack", "10.20.1.128/28"), a_pool("public", "10.208.1.0/24"))

    assert decide(a_cluster(pools=pools)).advertised == networks("10.208.1.0/24")


def test_a_routed_pool_that_shall_be_l2_is_not_advertised() -> None:
    pools = (a_pool("public", "10.208.1.0/24", announce=Announce.L2),)

    assert decide(a_cluster(pools=pools)).advertised == ()


def test_an_advertised_cidr_is_named_once() -> None:
    pools = (a_pool("one", "10.208.1.0/24"), a_pool("two", "10.208.1.0-10.208.1.255"))

    assert decide(a_cluster(pools=pools)).advertised == networks("10.208.1.0/24")


def test_explicit_cidrs_take_the_place_of_the_pools() -> None:
    cidrs = networks("10.208.0.0/16", "10.209.0.0/16", "10.208.0.0/16")
    cluster = a_cluster(bgp={"advertise": EXPLICIT | {"load_balancer_cidrs": cidrs}})

    assert decide(cluster).advertised == networks("10.208.0.0/16", "10.209.0.0/16")


def test_cluster_ips_are_announced_only_when_asked_for() -> None:
    enabled = a_full_cluster(bgp={"advertise": {"cluster_ips": Switch.ENABLED}})

    assert cluster_ips(a_full_cluster().spec) == ()
    assert cluster_ips(enabled.spec) == networks("10.96.0.0/16", "fd00:10:96::/112")


def test_services_are_announced_inside_vips_external_ips_and_cluster_ips() -> None:
    advertise = Advertise(cluster_ips=Switch.ENABLED, external_cidrs=networks("192.0.2.0/24", "10.208.1.0/24"))
    cluster = a_cluster(bgp={"advertise": advertise})

    assert service_networks(cluster.spec, decide(cluster).advertised) == networks(
        "10.208.1.0/24", "192.0.2.0/24", "10.96.0.0/16"
    )
