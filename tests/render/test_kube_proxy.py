"""kube-proxy's ConfigMap by ownership, manager and mode, and the stamp that restarts it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from genlb.render.kube_proxy import kube_proxy_config_maps, kube_proxy_daemon_sets, merged_config, metrics_address
from genlb.spec import model
from genlb.spec.model import ManagedBy, Ownership, ProxyMode, Restart
from tests.builders import a_cluster
from tests.render.skeletons import a_node_context

# What kubeadm writes for a dual-stack cluster, as far as kinds of values go: nulls, empty strings, nested maps.
BASE: dict[str, Any] = {
    "kind": "KubeProxyConfiguration",
    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
    "bindAddress": "0.0.0.0",  # noqa: S104  # kubeadm's
    "bindAddressHardFail": False,
    "clientConnection": {"qps": 0, "kubeconfig": "/var/lib/kube-proxy/kubeconfig.conf", "burst": 0},
    "clusterCIDR": "10.244.0.0/16,fd00:10:244::/56",
    "configSyncPeriod": "0s",
    "conntrack": {"maxPerCore": None, "min": None, "tcpBeLiberal": False},
    "ipvs": {"syncPeriod": "0s", "strictARP": False, "scheduler": "", "excludeCIDRs": None, "minSyncPeriod": "0s"},
    "mode": "",
    "nodePortAddresses": None,
    "oomScoreAdj": None,
}


def a_merging_cluster(**changes: Any) -> model.Cluster:
    return a_cluster(kube_proxy={"ownership": Ownership.MERGE, "restart": Restart.ANNOTATE, **changes})


def merged(base: Mapping[str, Any] | None = BASE, **changes: Any) -> dict[str, Any]:
    return merged_config(a_node_context(a_merging_cluster(**changes), base_config=base))


def stamp(base: Mapping[str, Any] = BASE, **changes: Any) -> str:
    [manifest] = kube_proxy_daemon_sets(a_node_context(a_merging_cluster(**changes), base_config=base))
    digest: str = manifest["spec"]["template"]["metadata"]["annotations"]["genlb.io/kube-proxy-config-hash"]
    return digest


@pytest.mark.parametrize("managed_by", [ManagedBy.KUBEADM, ManagedBy.KUBESPRAY])
def test_merge_writes_config_conf_and_nothing_else_of_the_config_map(managed_by: ManagedBy) -> None:
    context = a_node_context(a_merging_cluster(managed_by=managed_by), base_config=BASE)

    [manifest] = kube_proxy_config_maps(context)

    assert list(manifest) == ["apiVersion", "kind", "metadata", "data"]
    assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "ConfigMap")
    assert manifest["metadata"] == {"name": "kube-proxy", "namespace": "kube-system"}
    assert list(manifest["data"]) == ["config.conf"]
    assert yaml.safe_load(manifest["data"]["config.conf"]) == {**BASE, "mode": "iptables"}


def test_the_text_has_the_keys_of_every_map_in_order() -> None:
    [manifest] = kube_proxy_config_maps(a_node_context(a_merging_cluster(), base_config=BASE))
    written = yaml.safe_load(manifest["data"]["config.conf"])

    assert manifest["data"]["config.conf"].endswith("\n")
    assert list(written) == sorted(BASE)
    assert list(written["ipvs"]) == ["excludeCIDRs", "minSyncPeriod", "scheduler", "strictARP", "syncPeriod"]
    assert list(written["clientConnection"]) == ["burst", "kubeconfig", "qps"]


@pytest.mark.parametrize("strict_arp", [True, False])
def test_ipvs_gets_strict_arp_and_the_scheduler_of_the_spec(*, strict_arp: bool) -> None:
    config = merged(mode=ProxyMode.IPVS, strict_arp=strict_arp, ipvs={"scheduler": "mh"})

    assert config["mode"] == "ipvs"
    assert config["ipvs"] == {
        "excludeCIDRs": None,
        "minSyncPeriod": "0s",
        "scheduler": "mh",
        "strictARP": strict_arp,
        "syncPeriod": "0s",
    }


def test_a_spec_without_a_scheduler_keeps_the_bases() -> None:
    base = {**BASE, "ipvs": {"scheduler": "wrr"}}

    assert merged(base, mode=ProxyMode.IPVS)["ipvs"] == {"scheduler": "wrr", "strictARP": False}


@pytest.mark.parametrize("mode", [ProxyMode.IPTABLES, ProxyMode.NFTABLES])
def test_the_other_modes_leave_the_ipvs_section_as_it_is(mode: ProxyMode) -> None:
    config = merged(mode=mode, strict_arp=True, ipvs={"scheduler": "mh"})

    assert config == {**BASE, "mode": mode.value}


def test_a_base_without_an_ipvs_section_gets_one_in_ipvs_mode_only() -> None:
    base = {key: value for key, value in BASE.items() if key != "ipvs"}

    assert merged(base, mode=ProxyMode.IPVS)["ipvs"] == {"strictARP": False}
    assert "ipvs" not in merged(base)


@pytest.mark.parametrize("ipvs", [None, [], "rr", 1])
def test_an_ipvs_section_that_is_no_map_gives_way(ipvs: object) -> None:
    assert merged({**BASE, "ipvs": ipvs}, mode=ProxyMode.IPVS)["ipvs"] == {"strictARP": False}


def test_fields_nobody_knows_and_a_wrong_kind_stay_as_they_are() -> None:
    base = {"apiVersion": "v1", "kind": "Secret", "future": [{"b": 1, "a": [2, 1]}]}

    assert merged(base) == {**base, "mode": "iptables"}


def test_the_base_itself_is_not_touched() -> None:
    before = json.dumps(BASE)
    merged(mode=ProxyMode.IPVS, strict_arp=True, ipvs={"scheduler": "mh"})

    assert json.dumps(BASE) == before


def test_without_a_base_the_merge_is_what_the_spec_owns() -> None:
    assert merged(None, mode=ProxyMode.IPVS, strict_arp=True) == {"ipvs": {"strictARP": True}, "mode": "ipvs"}


@pytest.mark.parametrize(
    ("changes", "base"),
    [
        ({"ownership": Ownership.OBSERVE}, BASE),
        ({"ownership": Ownership.NONE}, BASE),
        ({"managed_by": ManagedBy.K3S}, BASE),
        ({"managed_by": ManagedBy.RKE2}, BASE),
        ({"managed_by": ManagedBy.TALOS}, BASE),
        ({"managed_by": ManagedBy.NONE}, BASE),
        ({}, None),
    ],
    ids=["Observe", "None", "k3s", "rke2", "talos", "nobody", "no base"],
)
def test_nothing_is_rendered_of_a_kube_proxy_that_is_not_ours_to_write(
    changes: dict[str, Any], base: Mapping[str, Any] | None
) -> None:
    context = a_node_context(a_merging_cluster(**changes), base_config=base)

    assert kube_proxy_config_maps(context) == []
    assert kube_proxy_daemon_sets(context) == []


def test_annotate_renders_a_daemon_set_that_is_nothing_but_the_stamp() -> None:
    [manifest] = kube_proxy_daemon_sets(a_node_context(a_merging_cluster(), base_config=BASE))
    canonical = json.dumps({**BASE, "mode": "iptables"}, sort_keys=True, separators=(",", ":"))
    digest = f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"

    assert manifest == {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
        "spec": {"template": {"metadata": {"annotations": {"genlb.io/kube-proxy-config-hash": digest}}}},
    }


def test_manual_writes_the_config_map_and_restarts_nobody() -> None:
    context = a_node_context(a_merging_cluster(restart=Restart.MANUAL), base_config=BASE)

    assert kube_proxy_daemon_sets(context) == []
    assert len(kube_proxy_config_maps(context)) == 1


def test_the_stamp_changes_with_the_meaning_and_not_with_the_words() -> None:
    backwards = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value
        for key, value in reversed(BASE.items())
    }

    assert stamp(backwards) == stamp()
    assert stamp(BASE | {"mode": "ipvs"}) == stamp()  # the spec's mode wins anyway
    assert stamp(BASE | {"clusterCIDR": "10.245.0.0/16"}) != stamp()
    assert stamp(mode=ProxyMode.NFTABLES) != stamp()


@pytest.mark.parametrize(
    ("base", "address"),
    [
        (None, "127.0.0.1:10249"),
        ({}, "127.0.0.1:10249"),
        ({"bindAddress": "::"}, "[::1]:10249"),
        ({"metricsBindAddress": ""}, "127.0.0.1:10249"),
        ({"metricsBindAddress": None, "bindAddress": "::"}, "[::1]:10249"),
        ({"metricsBindAddress": "127.0.0.1:10250"}, "127.0.0.1:10250"),
        ({"metricsBindAddress": "0.0.0.0:10249"}, "127.0.0.1:10249"),
        ({"metricsBindAddress": "[::]:10249"}, "[::1]:10249"),
        ({"metricsBindAddress": "10.20.1.7:10249"}, "10.20.1.7:10249"),
        ({"metricsBindAddress": "kube-proxy:10249"}, "127.0.0.1:10249"),
        ({"metricsBindAddress": "127.0.0.1:http"}, "127.0.0.1:10249"),
        ({"metricsBindAddress": "127.0.0.1:99999"}, "127.0.0.1:10249"),
        ({"metricsBindAddress": "127.0.0.1:0"}, "127.0.0.1:10249"),
        ({"metricsBindAddress": "[fe80::1%eth0]:10249"}, "127.0.0.1:10249"),
        ({"metricsBindAddress": ["127.0.0.1:10249"]}, "127.0.0.1:10249"),
        ({"metricsBindAddress": 10249}, "127.0.0.1:10249"),
    ],
)
def test_the_metrics_are_where_the_configuration_says_or_where_they_are_by_default(
    base: Mapping[str, Any] | None, address: str
) -> None:
    assert metrics_address(base) == address
