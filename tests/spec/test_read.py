"""What the reader makes of a spec: typed values for a good one, for a bad one where it is wrong and what to write."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from genlb.errors import Severity
from genlb.spec import model
from genlb.spec.read import Kind, read_cluster, read_layer
from genlb.spec.values import AddressBlock, Duration, Version
from genlb.yamltext import load
from tests.spec.texts import COMPLETE, MINIMAL, changed, marked, mistakes, told, tree, unmarked


def a_cluster(text: str) -> model.Cluster:
    cluster, problems = read_cluster(tree(text))
    assert cluster is not None, problems
    return cluster


def test_values_are_typed() -> None:
    spec = a_cluster(COMPLETE).spec
    router = spec.bgp.racks[0].routers[1]

    assert spec.versions.kubernetes == Version(1, 35)
    assert spec.network.pod_cidrs == (ip_network("10.244.0.0/16"), ip_network("fd00:10:244::/56"))
    assert spec.bgp.node_to_node_mesh is model.Switch.DISABLED
    assert spec.bgp.max_restart_time == Duration(120_000)
    assert router.addresses == (ip_address("10.30.1.3"),)
    assert router.reachable_by == ip_address("10.20.1.1")
    assert spec.pools[1].addresses[1] == AddressBlock(ip_address("10.208.3.32"), ip_address("10.208.3.39"))
    assert spec.pools[1].families == (model.Family.IPV4,)
    assert spec.pools[0].auto_assign is False
    assert spec.sysctls.extra == {"net.ipv4.fib_multipath_hash_policy": "1"}
    assert spec.patches[0].merge == {"spec": {"ttlSecurity": 1, "node": None}}


def test_what_is_not_said_has_its_default() -> None:
    spec = a_cluster(MINIMAL).spec

    assert spec.routing_domain == "default"
    assert spec.bgp.node_to_node_mesh is model.Switch.ENABLED
    assert spec.bgp.dataplane is None
    assert spec.bgp.advertise.aggregation is model.Switch.ENABLED
    assert spec.pools[0].auto_assign is True
    assert spec.pools[0].avoid_buggy_ips is False
    assert spec.pools[0].announce is model.Announce.AUTO
    assert spec.kube_proxy.ownership is model.Ownership.OBSERVE
    assert spec.kube_proxy.restart is model.Restart.MANUAL
    assert spec.kube_proxy.strict_arp is False
    assert spec.sysctls.state is model.DaemonState.ENABLED
    assert spec.sysctls.rp_filter is model.RpFilter.LOOSE
    assert spec.vip_binder.state is model.DaemonState.ENABLED
    assert spec.vip_binder.guard is True
    assert spec.gitops.engine is model.Engine.NONE


CASES = load((Path(__file__).parent / "mistakes.yaml").read_bytes(), "mistakes.yaml")


@pytest.mark.parametrize("case", CASES, ids=[case["write"].strip()[:40] for case in CASES])
def test_a_mistake_is_told_where_it_is(case: dict[str, str]) -> None:
    expected = changed(case["instead of"], case["write"])
    (found,) = mistakes(unmarked(expected))

    assert f"{found.rule} {found.message}" == case["told"]
    assert marked(unmarked(expected), found.span) == expected
    assert found.help == case.get("help", "")
    assert found.severity is Severity.ERROR


def test_what_concerns_the_whole_file_stands_at_its_beginning() -> None:
    (found,) = mistakes(changed("kind: Cluster\n", ""))

    assert told(found) == "1:1 GLB104 a Cluster lacks kind"
    assert found.help == "for example kind: Cluster"


def test_ten_mistakes_are_ten_located_messages() -> None:
    text = """\
    apiVersion: genlb.io/v1alpha1
    kind: Cluster
    metadata: {name: Lab_1}
    spec:
      versions: {kubernetes: 1.30, calico: "3.32.1", metallb: "0.16.1"}
      network: {podCIDRs: ["10.246.0.0"], serviceCIDRs: ["10.98.0.0/16"]}
      bgp:
        asNumber: "64800"
        nodeToNodeMesh: disabled
        password: hunter2
      pools:
        - {name: public, addresses: ["10.210.1.9-10.210.1.1"]}
        - {name: dns, addresses: ["10.211.0.0/24"], autoAsign: false}
      kubeProxy: {mode: iptables, strictArp: true}
    """
    found = mistakes(text)

    assert sorted((d.span.line, d.span.column, d.rule) for d in found) == [
        (3, 18, "GLB106"),
        (5, 26, "GLB105"),
        (6, 3, "GLB104"),
        (6, 24, "GLB104"),
        (8, 15, "GLB104"),
        (9, 21, "GLB104"),
        (10, 15, "GLB310"),
        (12, 34, "GLB206"),
        (13, 49, "GLB103"),
        (14, 31, "GLB103"),
    ]
    assert all(d.help for d in found)


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        ("64800, password: hunter2", "GLB310"),
        ("64800, password: {secretName: s, key: k, value: hunter2}", "GLB310"),
        ("64800, password: {secretName: s, key: 'hunter2!'}", "GLB104"),
        ("64800, password: {secretname: hunter2, key: k}", "GLB103"),
    ],
)
def test_a_secret_is_never_repeated(new: str, rule: str) -> None:
    found = mistakes(changed("64800", new))

    assert rule in {d.rule for d in found}
    assert not [d for d in found if "hunter2" in f"{d.message} {d.why} {d.help}"]


@pytest.mark.parametrize("value", ["https://bot:hunter2@git.example.com/x", "[https://bot:hunter2@git.example.com]"])
def test_credentials_in_a_url_are_never_repeated(value: str) -> None:
    found = mistakes(MINIMAL + f"  gitops: {value}\n")

    assert [d.rule for d in found] == ["GLB104"]
    assert "hunter2" not in f"{found[0].message} {found[0].help}"


def test_long_and_unprintable_text_is_shown_short_and_harmless() -> None:
    (found,) = mistakes(changed("iptables", f'"\\e[31m{"x" * 500}"'))

    assert len(found.message) < 200
    assert found.message.isprintable()


def test_everything_that_is_missing_is_told_at_once() -> None:
    found = mistakes("apiVersion: genlb.io/v1alpha1\nkind: Cluster\nmetadata: {name: x}\nspec: {}\n")

    assert [told(d) for d in found] == [
        f"4:1 GLB104 spec lacks {key}" for key in ("versions", "network", "bgp", "pools", "kubeProxy")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: Profile\nspec: {pools: [{autoAssign: true}]}", "GLB104 an entry of pools lacks name"),
        ("kind: Profile\nspec: {profiles: [x]}", "GLB103 a Profile names no profiles"),
        ("kind: FleetDefaults\nspec: {profiles: [x]}", "GLB103 a FleetDefaults names no profiles"),
        ("kind: Profile\nspec: {pools: [{name: x, $remove: 1}]}", "GLB104 $remove wants true"),
        (
            "kind: Profile\nspec: {pools: [{name: x, $remove: true, autoAssign: true}]}",
            "GLB104 autoAssign beside $remove: true has no effect",
        ),
    ],
)
def test_a_layer_is_judged_by_itself(text: str, message: str) -> None:
    found = read_layer(tree(f"apiVersion: genlb.io/v1alpha1\nmetadata: {{name: x}}\n{text}\n"))

    assert [told(d).partition(" ")[2] for d in found] == [message]


def test_a_layer_may_lack_and_remove_anything() -> None:
    text = """\
    apiVersion: genlb.io/v1alpha1
    kind: Profile
    metadata: {name: x}
    spec:
      bgp: {password: null, advertise: {aggregation: null}}
      sysctls: {extra: {net.ipv4.x: null}}
      pools: [{name: a}, {name: b, $remove: true}]
    """

    assert read_layer(tree(text)) == ()


def test_the_place_of_a_file_decides_its_kind() -> None:
    text = "apiVersion: genlb.io/v1alpha1\nkind: Cluster\nmetadata: {name: x}\n"

    assert [told(d) for d in read_layer(tree(text), Kind.PROFILE)] == [
        '2:7 GLB104 kind wants Profile, here is the text "Cluster"'
    ]
