"""The sysctl daemon's agent.json and what only its DaemonSet has."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from genlb.manifest import Manifest
from genlb.render.sysctl import sysctl_config, sysctl_config_maps, sysctl_daemon_sets
from genlb.resources import schema
from genlb.spec import model
from genlb.spec.model import DaemonState, Dataplane, RpFilter
from tests.builders import a_cluster, a_full_cluster, a_pool
from tests.render.mutations import mutations
from tests.render.skeletons import a_node_context

ON_LINK = a_pool("local", "10.20.1.192/28")
VALIDATOR = jsonschema.Draft7Validator(schema("agent-sysctl"))

VARIANTS = {
    "small": a_cluster(),
    "full": a_full_cluster(),
    "cleanup": a_cluster(sysctls={"state": DaemonState.CLEANUP}),
    "binder off": a_cluster(vip_binder={"state": DaemonState.DISABLED}),
    "l2": a_cluster(pools=(ON_LINK,), vip_binder={"l2": {"interfaces": ("bond*", "eth0.100")}}),
    "strict": a_cluster(sysctls={"rp_filter": RpFilter.STRICT, "interfaces": ("bond0",), "persist": True}),
    "rp_filter off": a_cluster(sysctls={"rp_filter": RpFilter.DISABLED, "interfaces": ("eth[01]",)}),
    "felix owns rp_filter": a_cluster(bgp={"dataplane": Dataplane.BPF}, sysctls={"interfaces": ("bond0",)}),
    "nothing to hold": a_cluster(bgp={"dataplane": Dataplane.BPF}, vip_binder={"state": DaemonState.DISABLED}),
    "extra": a_cluster(sysctls={"extra": {"net/ipv4/conf/eth0.100/rp_filter": "0", "net.ipv4.tcp_rmem": "4096 1 2"}}),
}


def config(cluster: model.Cluster | None = None) -> Manifest:
    return sysctl_config(a_node_context(cluster))


def container(cluster: model.Cluster) -> Any:
    [manifest] = sysctl_daemon_sets(a_node_context(cluster))
    return manifest["spec"]["template"]["spec"]["containers"][0]


def config_hash(cluster: model.Cluster) -> str:
    [manifest] = sysctl_daemon_sets(a_node_context(cluster))
    digest: str = manifest["spec"]["template"]["metadata"]["annotations"]["genlb.io/config-hash"]
    return digest


def test_the_designs_example_becomes_this_file() -> None:
    expected = {
        "schemaVersion": 1,
        "cluster": "fra1-prod",
        "namespace": "genlb-system",
        "daemon": "sysctl",
        "sysctls": {
            "net/ipv4/conf/all/arp_announce": "2",
            "net/ipv4/conf/all/rp_filter": "2",
            "net/ipv4/fib_multipath_hash_policy": "1",
        },
        "perInterface": {"interfaces": ["bond0"], "ipv4": {"rp_filter": "2"}},
        "dropIn": "/etc/sysctl.d/99-genlb.conf",
        "assertIntervalSeconds": 30,
        "stateDirectory": "/var/lib/genlb",
        "http": {"addresses": ["Loopback", "NodeIP"], "port": 19471},
        "report": {
            "leasePrefix": "genlb-report-sysctl-",
            "minIntervalSeconds": 30,
            "renewIntervalSeconds": 60,
            "leaseDurationSeconds": 180,
        },
    }

    [manifest] = sysctl_config_maps(a_node_context(a_full_cluster()))

    assert json.loads(manifest["data"]["agent.json"]) == expected


def test_an_l2_pool_has_nodes_answer_arp_for_their_own_addresses_only() -> None:
    held = config(a_cluster(pools=(ON_LINK,)))["sysctls"]

    assert held["net/ipv4/conf/all/arp_ignore"] == "1"
    assert held["net/ipv4/conf/all/arp_announce"] == "2"


def test_without_interfaces_nothing_is_written_per_interface() -> None:
    assert config(a_cluster())["perInterface"] is None


def test_without_persist_there_is_no_drop_in_and_no_way_to_the_nodes_etc() -> None:
    cluster = a_cluster()

    assert config(cluster)["dropIn"] is None
    assert [mount["name"] for mount in container(cluster)["volumeMounts"]] == ["config", "state"]


def test_persist_opens_the_folder_of_the_drop_in() -> None:
    [manifest] = sysctl_daemon_sets(a_node_context(a_cluster(sysctls={"persist": True})))
    pod = manifest["spec"]["template"]["spec"]

    assert {"name": "sysctl-d", "mountPath": "/etc/sysctl.d"} in pod["containers"][0]["volumeMounts"]
    assert {"name": "sysctl-d", "hostPath": {"path": "/etc/sysctl.d", "type": "DirectoryOrCreate"}} in pod["volumes"]


def test_it_is_privileged_since_proc_sys_is_read_only_for_anybody_else() -> None:
    assert container(a_cluster())["securityContext"] == {
        "runAsUser": 0,
        "privileged": True,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize("cluster", VARIANTS.values(), ids=list(VARIANTS))
def test_every_variant_fits_the_schema(cluster: model.Cluster) -> None:
    VALIDATOR.validate(config(cluster))


def test_the_schema_refuses_every_small_mistake() -> None:
    document = config(a_full_cluster())
    # Which sysctls there are is the spec's business; what they are called and what they hold is not.
    spoilt = dict(mutations(document, open_maps=frozenset({"sysctls", "ipv4"})))

    accepted = [what for what, changed in spoilt.items() if VALIDATOR.is_valid(changed)]

    assert len(spoilt) > 40
    assert accepted == []


@pytest.mark.parametrize(
    "path",
    ["/net/ipv4/ip_forward", "net/../../etc/passwd", "net//ipv4", "net/./x", "ip_forward", "net/ipv4/", "net/a b"],
)
def test_the_schema_refuses_a_path_that_could_lead_elsewhere(path: str) -> None:
    assert not VALIDATOR.is_valid(config() | {"sysctls": {path: "1"}})


@pytest.mark.parametrize("value", ["", "1\n2", "1\x00", "x" * 257])
def test_the_schema_refuses_a_value_that_is_more_than_one_line(value: str) -> None:
    assert not VALIDATOR.is_valid(config() | {"sysctls": {"net/ipv4/ip_forward": value}})


@pytest.mark.parametrize("drop_in", ["/etc/passwd", "/etc/sysctl.d/../x.conf", "/etc/sysctl.d/x", "x.conf"])
def test_the_schema_refuses_a_drop_in_anywhere_else(drop_in: str) -> None:
    assert not VALIDATOR.is_valid(config() | {"dropIn": drop_in})


CONCERNS: dict[str, dict[str, Any]] = {
    "rpFilter": {"sysctls": {"rp_filter": RpFilter.DISABLED}},
    "interfaces": {"sysctls": {"interfaces": ("bond1",)}},
    "persist": {"sysctls": {"persist": True}},
    "extra": {"sysctls": {"extra": {"net.ipv4.ip_forward": "1"}}},
    "the binder's state": {"vip_binder": {"state": DaemonState.DISABLED}},
    "an L2 pool": {"pools": (ON_LINK,)},
}
NO_CONCERN: dict[str, dict[str, Any]] = {
    "another routed pool": {"pools": (a_pool("other", "10.209.0.0/24"),)},
    "guard": {"vip_binder": {"guard": False}},
    "AS number": {"bgp": {"as_number": 64999}},
    "kube-proxy": {"kube_proxy": {"mode": model.ProxyMode.NFTABLES}},
    "image": {"agents": {"image": model.Image(repository="registry.example.com/genlb/genlb", tag="v9")}},
    "GitOps": {"gitops": {"engine": model.Engine.FLUX}},
    "labels of the cluster": {"labels": {"env": "test"}},
    "clean-up": {"sysctls": {"state": DaemonState.CLEANUP}},
}


@pytest.mark.parametrize("changes", CONCERNS.values(), ids=list(CONCERNS))
def test_what_concerns_the_daemon_restarts_it(changes: dict[str, Any]) -> None:
    assert config_hash(a_cluster(**changes)) != config_hash(a_cluster())


@pytest.mark.parametrize("changes", NO_CONCERN.values(), ids=list(NO_CONCERN))
def test_what_does_not_concern_the_daemon_leaves_its_hash(changes: dict[str, Any]) -> None:
    assert config_hash(a_cluster(**changes)) == config_hash(a_cluster())


def test_the_order_of_keys_in_the_spec_does_not_matter() -> None:
    extra = {"net.ipv4.ip_forward": "1", "net.core.somaxconn": "4096"}
    backwards = dict(reversed(extra.items()))

    one, other = (a_node_context(a_cluster(sysctls={"extra": order})) for order in (extra, backwards))

    assert sysctl_config_maps(one) == sysctl_config_maps(other)
