"""The VIP binder's agent.json and what only its DaemonSet has."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.manifest import Manifest
from genlb.render.vip import vip_config, vip_config_maps, vip_daemon_sets
from genlb.resources import schema
from genlb.spec import model
from genlb.spec.model import Bind, DaemonState, LoadBalancerIPs, ProxyMode, Scope
from genlb.spec.values import Duration
from tests.builders import a_cluster, a_full_cluster, a_pool, networks
from tests.render.mutations import mutations
from tests.render.skeletons import a_node_context

ROUTED = a_pool("public", "10.208.1.0/24")
ON_LINK = a_pool("local", "10.20.1.192/28", "10.20.1.224-10.20.1.226")
VALIDATOR = jsonschema.Draft7Validator(schema("agent-vip"))


def l2_cluster(**changes: Any) -> model.Cluster:
    """A routed pool and an on-link one."""
    both_ways: dict[str, Any] = {"pools": (ROUTED, ON_LINK), "vip_binder": {"l2": {"interfaces": ("bond0",)}}}
    return a_cluster(**(both_ways | changes))


VARIANTS = {
    "small": a_cluster(),
    "full": a_full_cluster(),
    "cleanup": a_cluster(vip_binder={"state": DaemonState.CLEANUP}),
    "both ways": l2_cluster(),
    "l2 alone": a_cluster(pools=(ON_LINK,)),
    "an interface twice": l2_cluster(vip_binder={"l2": {"interfaces": ("bond0", "bond0")}}),
    "fast election": a_cluster(
        pools=(ON_LINK,),
        vip_binder={"l2": {"lease_duration": Duration(6_000), "renew_interval": Duration(1_000)}},
    ),
    "impossible election": a_cluster(
        pools=(ON_LINK,), vip_binder={"l2": {"lease_duration": Duration(2_000), "renew_interval": Duration(2_000)}}
    ),
    "nftables": a_cluster(kube_proxy={"mode": ProxyMode.NFTABLES}),
    "endpoint nodes": a_cluster(vip_binder={"routed": {"bind": Bind.ANY_IP, "scope": Scope.ENDPOINT_NODES}}),
    "no bind": a_cluster(vip_binder={"routed": {"bind": Bind.NONE}, "guard": False}),
    "explicit CIDRs": a_cluster(
        bgp={
            "advertise": {
                "load_balancer_ips": LoadBalancerIPs.EXPLICIT,
                "load_balancer_cidrs": networks("10.208.0.0/16", "fd00::/8"),
            }
        }
    ),
    "one address": a_cluster(pools=(a_pool("one", "10.208.1.7/32", "fd00::7/128"),)),
}


def config(cluster: model.Cluster | None = None, base: dict[str, Any] | None = None) -> Manifest:
    return vip_config(a_node_context(cluster, base_config=base))


def daemon_set(cluster: model.Cluster | None = None) -> Manifest:
    [manifest] = vip_daemon_sets(a_node_context(cluster))
    return manifest


def security_context(cluster: model.Cluster | None = None) -> Any:
    return daemon_set(cluster)["spec"]["template"]["spec"]["containers"][0]["securityContext"]


def config_hash(cluster: model.Cluster) -> str:
    digest: str = daemon_set(cluster)["spec"]["template"]["metadata"]["annotations"]["genlb.io/config-hash"]
    return digest


def test_the_designs_example_becomes_this_file() -> None:
    cidrs = ["10.208.1.0/24", "fd00:10:208:1::/112"]
    dns = ["10.208.3.0/28", "10.208.3.32/29"]
    expected = {
        "schemaVersion": 1,
        "cluster": "fra1-prod",
        "namespace": "genlb-system",
        "daemon": "vip",
        "pools": [
            {"name": "public", "announce": "BGP", "cidrs": cidrs},
            {"name": "dns", "announce": "BGP", "cidrs": dns},
        ],
        "advertised": cidrs + dns,
        "routed": {"bind": "Observe", "scope": "AllNodes"},
        "l2": None,
        "guard": True,
        "kubeProxy": {"mode": "ipvs", "metricsAddress": "127.0.0.1:10249"},
        "resyncIntervalSeconds": 30,
        "stateDirectory": "/var/lib/genlb",
        "http": {"addresses": ["Loopback", "NodeIP"], "port": 19472},
        "report": {
            "leasePrefix": "genlb-report-vip-",
            "minIntervalSeconds": 30,
            "renewIntervalSeconds": 60,
            "leaseDurationSeconds": 180,
        },
    }

    [manifest] = vip_config_maps(a_node_context(a_full_cluster()))

    assert json.loads(manifest["data"]["agent.json"]) == expected


def test_an_on_link_pool_brings_the_election_with_the_researched_timing() -> None:
    file = config(l2_cluster())

    assert file["pools"][1] == {
        "name": "local",
        "announce": "L2",
        "cidrs": ["10.20.1.192/28", "10.20.1.224/31", "10.20.1.226/32"],
    }
    assert file["routed"] == {"bind": "AnyIP", "scope": "AllNodes"}
    assert file["l2"] == {
        "interfaces": ["bond0"],
        "leasePrefix": "genlb-vip-",
        "leaseDurationSeconds": 10,
        "renewIntervalSeconds": 2,
        "requestTimeoutSeconds": 1.5,
        "safetyMarginSeconds": 2,
    }


def test_l2_pools_are_never_among_what_is_advertised() -> None:
    assert config(l2_cluster())["advertised"] == ["10.208.1.0/24"]


def test_without_a_routed_pool_there_is_nothing_to_make_local() -> None:
    assert config(a_cluster(pools=(ON_LINK,)))["routed"] is None


# Whole seconds of lease with room for at least a tenth of a second per request.
@given(lease=st.integers(4, 120), renew=st.integers(200, 20_000))
def test_an_owner_survives_the_loss_of_one_renewal(lease: int, renew: int) -> None:
    durations = {"lease_duration": Duration(lease * 1_000), "renew_interval": Duration(renew)}
    timing = config(a_cluster(pools=(ON_LINK,), vip_binder={"l2": durations}))["l2"]
    lifetime = math.floor(timing["leaseDurationSeconds"] - timing["safetyMarginSeconds"])

    fits = 2 * (timing["renewIntervalSeconds"] + timing["requestTimeoutSeconds"]) <= lifetime

    assert fits or 2 * (renew / 1_000 + 0.1) > lifetime


def test_the_fast_election_of_the_research_is_possible() -> None:
    timing = config(VARIANTS["fast election"])["l2"]

    assert timing["safetyMarginSeconds"] == 1.5
    assert timing["requestTimeoutSeconds"] == 0.75


def test_kube_proxy_is_asked_where_its_captured_configuration_says() -> None:
    file = config(base={"metricsBindAddress": "0.0.0.0:11249"})

    assert file["kubeProxy"] == {"mode": "iptables", "metricsAddress": "127.0.0.1:11249"}


def test_it_has_the_one_capability_that_routes_and_addresses_need() -> None:
    assert security_context() == {
        "runAsUser": 0,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]},
        "seLinuxOptions": {"type": "spc_t"},
    }


def test_only_l2_may_send_raw_packets() -> None:
    assert security_context(l2_cluster())["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}


def test_it_gets_time_to_take_its_vips_off() -> None:
    assert daemon_set()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 15


def test_with_l2_the_roll_out_waits_until_a_restarted_node_may_own_again() -> None:
    durations = {"lease_duration": Duration(20_500), "renew_interval": Duration(3_000)}
    slow = a_cluster(pools=(ON_LINK,), vip_binder={"l2": durations})

    assert daemon_set(l2_cluster())["spec"]["minReadySeconds"] == 12
    assert daemon_set(slow)["spec"]["minReadySeconds"] == 24


@pytest.mark.parametrize("cluster", VARIANTS.values(), ids=list(VARIANTS))
def test_every_variant_fits_the_schema(cluster: model.Cluster) -> None:
    VALIDATOR.validate(config(cluster))


def test_the_schema_refuses_every_small_mistake() -> None:
    spoilt = dict(mutations(config(l2_cluster())))

    accepted = [what for what, changed in spoilt.items() if VALIDATOR.is_valid(changed)]

    assert len(spoilt) > 80
    assert accepted == []


@pytest.mark.parametrize("cidr", ["10.208.1.0", "10.208.1.0/33", "10.208.1.0/024", "FD00::/8", "fd00::/129", "any"])
def test_the_schema_refuses_a_cidr_that_is_not_canonical(cidr: str) -> None:
    assert not VALIDATOR.is_valid(config() | {"advertised": [cidr]})


@pytest.mark.parametrize("address", ["kube-proxy.example.com:80", "127.0.0.1", "127.0.0.1:0", "::1:10249", ":10249"])
def test_the_schema_refuses_to_ask_anybody_but_an_address_for_kube_proxy(address: str) -> None:
    assert not VALIDATOR.is_valid(config() | {"kubeProxy": {"mode": "ipvs", "metricsAddress": address}})


CONCERNS: dict[str, dict[str, Any]] = {
    "addresses of a pool": {"pools": (a_pool("public", "10.208.1.0/25"), ON_LINK)},
    "name of a pool": {"pools": (a_pool("private", "10.208.1.0/24"), ON_LINK)},
    "another pool": {"pools": (ROUTED, ON_LINK, a_pool("more", "10.209.0.0/24"))},
    "mode": {"kube_proxy": {"mode": ProxyMode.NFTABLES}},
    "bind": {"vip_binder": {"routed": {"bind": Bind.NONE}, "l2": {"interfaces": ("bond0",)}}},
    "scope": {"vip_binder": {"routed": {"scope": Scope.ENDPOINT_NODES}, "l2": {"interfaces": ("bond0",)}}},
    "interfaces": {"vip_binder": {"l2": {"interfaces": ("bond1",)}}},
    "leaseDuration": {"vip_binder": {"l2": {"interfaces": ("bond0",), "lease_duration": Duration(12_000)}}},
    "guard": {"vip_binder": {"guard": False, "l2": {"interfaces": ("bond0",)}}},
}
NO_CONCERN: dict[str, dict[str, Any]] = {
    "how MetalLB allocates": {
        "pools": (a_pool("public", "10.208.1.0/24", auto_assign=False, avoid_buggy_ips=True), ON_LINK)
    },
    "how addresses are written": {"pools": (a_pool("public", "10.208.1.0-10.208.1.255"), ON_LINK)},
    "sysctls": {"sysctls": {"rp_filter": model.RpFilter.STRICT}},
    "AS number": {"bgp": {"as_number": 64999}},
    "who owns kube-proxy": {"kube_proxy": {"ownership": model.Ownership.NONE, "restart": model.Restart.ANNOTATE}},
    "image": {"agents": {"image": model.Image(repository="registry.example.com/genlb/genlb", tag="v9")}},
    "GitOps": {"gitops": {"engine": model.Engine.FLUX}},
    "labels of the cluster": {"labels": {"env": "test"}},
}


@pytest.mark.parametrize("changes", CONCERNS.values(), ids=list(CONCERNS))
def test_what_concerns_the_daemon_restarts_it(changes: dict[str, Any]) -> None:
    assert config_hash(l2_cluster(**changes)) != config_hash(l2_cluster())


@pytest.mark.parametrize("changes", NO_CONCERN.values(), ids=list(NO_CONCERN))
def test_what_does_not_concern_the_daemon_leaves_its_hash(changes: dict[str, Any]) -> None:
    assert config_hash(l2_cluster(**changes)) == config_hash(l2_cluster())


def test_the_timing_of_an_election_concerns_nobody_where_there_is_none() -> None:
    slow = a_cluster(vip_binder={"l2": {"lease_duration": Duration(20_000), "interfaces": ("bond0",)}})

    assert config_hash(slow) == config_hash(a_cluster())


def test_the_way_routed_vips_are_bound_concerns_nobody_where_there_are_none() -> None:
    one = a_cluster(pools=(ON_LINK,))
    other = a_cluster(pools=(ON_LINK,), vip_binder={"routed": {"bind": Bind.NONE, "scope": Scope.ENDPOINT_NODES}})

    assert config_hash(one) == config_hash(other)
