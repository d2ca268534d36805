"""What the reader makes of a spec: typed values for a good one, for a bad one where it is wrong and what to write."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from genlb.errors import Severity
from genlb.spec import model
from genlb.spec.read import Kind, read_cluster, read_layer
from genlb.spec.values import AddressBlock, Duration, Version
from tests.spec.texts import COMPLETE, MINIMAL, changed, mistakes, told, tree


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


# A change of MINIMAL, what is told about it, and the help.
MISTAKES = [
    # unknown keys
    ("mode: iptables", "mode: iptables, strictArp: true", '9:30 GLB103 unknown key "strictArp" in kubeProxy', "write strictARP"),
    ("mode: iptables", "mode: iptables, modus: x", '9:30 GLB103 unknown key "modus" in kubeProxy', "did you mean mode?"),
    ("mode: iptables", "mode: iptables, ipvs: {strictARP: true}", '9:37 GLB103 unknown key "strictARP" in ipvs', "strictARP belongs into spec.kubeProxy"),
    ("asNumber: 64800", "asNumber: 64800, nodeCIDRs: []", '7:26 GLB103 unknown key "nodeCIDRs" in bgp', "nodeCIDRs belongs into spec.network"),
    ("asNumber: 64800", "asNumber: 64800, interfaces: [x]", '7:26 GLB103 unknown key "interfaces" in bgp', "interfaces belongs into spec.sysctls or spec.vipBinder.l2"),
    ("name: public,", "name: public, autoasign: true,", '8:25 GLB103 unknown key "autoasign" in an entry of pools', "did you mean autoAssign?"),
    ("name: public,", "name: public, cidr: x,", '8:25 GLB103 unknown key "cidr" in an entry of pools', "did you mean addresses?"),
    ("kubeProxy: {mode: iptables}", "kubeProxy: {mode: iptables, ipvs: {zzz: 1}}", '9:37 GLB103 unknown key "zzz" in ipvs', "known here: scheduler"),
    ("metadata: {name: lab1}", "metadata: {name: lab1}\nbgp: {}", '4:1 GLB103 unknown key "bgp" in a Cluster', "bgp belongs into spec"),
    # numbers
    ("64800", '"64800"', '7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the text "64800"', "remove the quotes: asNumber: 64800"),
    ("64800", "0", "7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the number 0", ""),
    ("64800", "4294967296", "7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the number 4294967296", ""),
    ("64800", "64800.0", "7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the number 64800.0", "write 64800"),
    ("64800", "1.5", "7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the number 1.5", "write the plain number: AS 1.10 is 65546 (1 x 65536 + 10)"),
    ("64800", '"1.10"', '7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the text "1.10"', "AS 1.10 is 65546 in plain notation"),
    ("64800", "true", "7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is the value true", ""),
    # words
    ("mode: iptables", "mode: IPVS", '9:21 GLB104 mode wants ipvs, iptables or nftables, here is the text "IPVS"', "did you mean ipvs?"),
    ("mode: iptables", "mode: nft", '9:21 GLB104 mode wants ipvs, iptables or nftables, here is the text "nft"', ""),
    ("64800", "64800, nodeToNodeMesh: false", "7:42 GLB104 nodeToNodeMesh wants Enabled or Disabled, here is the value false", "write Disabled"),
    ("name: public,", 'name: public, autoAssign: "true",', '8:37 GLB104 autoAssign wants true or false, here is the text "true"', "write true, without quotes"),
    # text that YAML takes for something else
    ('"1.36"', "1.30", '5:26 GLB105 kubernetes wants a version in quotes, such as "1.35" or "3.32.1", without a leading v; unquoted, this is the number 1.3 to YAML', "write it in quotes, as it stands"),
    ("64800", "64800, maxRestartTime: 120", "7:42 GLB105 maxRestartTime wants a duration such as 10s, 2m0s or 500ms; unquoted, this is the number 120 to YAML", "add the unit, for example 10s"),
    ("name: public,", "name: public, communities: [true],", '8:39 GLB105 an entry of communities wants the name of a community: letters, digits, ".", "-" and "_"; unquoted, this is the value true to YAML', "write it in quotes, as it stands"),
    ("name: public,", "name: public, communities: [null],", '8:39 GLB105 an entry of communities wants the name of a community: letters, digits, ".", "-" and "_"; unquoted, this is nothing (null) to YAML', "write the text, or leave it out"),
    # formats
    ('"3.32.1"', '"v3.32.1"', '5:42 GLB104 calico wants a release with its patch number, in quotes, such as "3.32.1", here is the text "v3.32.1"', 'write "3.32.1", without the v'),
    ('"3.32.1"', '"3.32"', '5:42 GLB104 calico wants a release with its patch number, in quotes, such as "3.32.1", here is the text "3.32"', ""),
    ('["10.98.0.0/16"]', '["10.98.0.0"]', '6:57 GLB104 an entry of serviceCIDRs wants a CIDR such as 10.96.0.0/16 or fd00:10:96::/112, here is the text "10.98.0.0"', "an address without a prefix length: write 10.98.0.0/32"),
    ('["10.98.0.0/16"]', '["10.98.0.0/33"]', '6:57 GLB104 an entry of serviceCIDRs wants a CIDR such as 10.96.0.0/16 or fd00:10:96::/112, here is the text "10.98.0.0/33"', "the prefix is at most 32 long"),
    ('["10.98.0.0/16"]', '["10.98.0.256/16"]', '6:57 GLB104 an entry of serviceCIDRs wants a CIDR such as 10.96.0.0/16 or fd00:10:96::/112, here is the text "10.98.0.256/16"', 'Octet 256 (> 255) not permitted in "10.98.0.256"'),
    ('["10.98.0.0/16"]', '[" 10.98.0.0/16"]', '6:57 GLB104 an entry of serviceCIDRs wants a CIDR such as 10.96.0.0/16 or fd00:10:96::/112, here is the text " 10.98.0.0/16"', "remove the blanks around it"),
    ("64800", "64800, maxRestartTime: 2 minutes", '7:42 GLB104 maxRestartTime wants a duration such as 10s, 2m0s or 500ms, here is the text "2 minutes"', ""),
    # pool addresses
    ('["10.210.1.0/24"]', '["10.0.0.9-10.0.0.1"]', '8:37 GLB206 an entry of addresses wants a CIDR or a range such as 10.208.1.0/24 or 10.208.3.32-10.208.3.39, here is the text "10.0.0.9-10.0.0.1"', "the range ends before it begins"),
    ('["10.210.1.0/24"]', '["10.0.0.1-fd00::1"]', '8:37 GLB206 an entry of addresses wants a CIDR or a range such as 10.208.1.0/24 or 10.208.3.32-10.208.3.39, here is the text "10.0.0.1-fd00::1"', "the range begins and ends in different families"),
    ('["10.210.1.0/24"]', '["10.0.0.1-9"]', '8:37 GLB206 an entry of addresses wants a CIDR or a range such as 10.208.1.0/24 or 10.208.3.32-10.208.3.39, here is the text "10.0.0.1-9"', "a range has a whole address at each end: 10.208.3.32-10.208.3.39"),
    # kinds of nodes
    ('["10.210.1.0/24"]', '"10.210.1.0/24"', '8:36 GLB104 addresses wants a list, here is the text "10.210.1.0/24"', 'write a list: addresses: ["10.210.1.0/24"]'),
    ('["10.210.1.0/24"]', "[]", "8:36 GLB104 addresses wants at least one entry, here is an empty list", ""),
    ("64800", "[64800]", "7:19 GLB104 asNumber wants a whole number from 1 to 4294967295, here is a list", "remove the brackets or the dash: this takes a single value"),
    ("kubeProxy: {mode: iptables}", "kubeProxy: iptables", '9:14 GLB104 kubeProxy wants a map with managedBy, ownership, mode, strictARP, ipvs, baseConfig and restart, here is the text "iptables"', ""),
    # names
    ("name: public,", "name: Public_1,", '8:18 GLB106 name wants lower-case letters, digits, dashes and dots, 253 at most, such as "public", here is the text "Public_1"', "for example public-1"),
    ("{name: lab1}", "{name: ../lab1}", '3:18 GLB106 name wants lower-case letters, digits and dashes, 63 at most, such as "fra1-prod", here is the text "../lab1"', "for example lab1"),
    # missing
    (', metallb: "0.16.1"', "", "5:3 GLB104 versions lacks metallb", 'for example metallb: "0.16.1"'),
    (', addresses: ["10.210.1.0/24"]', "", '8:11 GLB104 "public" in pools lacks addresses', 'for example addresses: ["10.208.1.0/24"]'),
    ("kind: Cluster\n", "", "1:1 GLB104 a Cluster lacks kind", "for example kind: Cluster"),
    ("kind: Cluster", "kind: Klaster", '2:7 GLB104 kind wants Cluster, here is the text "Klaster"', "did you mean Cluster?"),
    ("v1alpha1", "v1", '1:13 GLB104 apiVersion wants genlb.io/v1alpha1, here is the text "genlb.io/v1"', "did you mean genlb.io/v1alpha1?"),
    # maps of text
    ("{name: lab1}", "{name: lab1, labels: {env: a b}}", '3:38 GLB104 env wants a label value: letters, digits, ".", "-" and "_", 63 at most, here is the text "a b"', ""),
    ("{name: lab1}", "{name: lab1, labels: {a b: env}}", '3:33 GLB104 a key of labels is a label key such as "topology.genlb.io/rack"; here is "a b"', ""),
    ("{name: lab1}", "{name: lab1, labels: {wave: 2}}", '3:39 GLB105 wave wants a label value: letters, digits, ".", "-" and "_", 63 at most; unquoted, this is the number 2 to YAML', "write it in quotes, as it stands"),
    ("spec:\n", 'spec:\n  sysctls: {extra: {vm.x: "1\\n2"}}\n', '5:29 GLB104 vm.x wants text on one line, without control characters, here is the text "1\\n2"', ""),
    ("spec:\n", "spec:\n  patches: [{kind: Pod, name: x, merge: {a: .nan}}]\n", "5:46 GLB104 merge holds nan, which JSON cannot say", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "cure"), MISTAKES, ids=[case[1][:40] for case in MISTAKES])
def test_a_mistake_is_told_where_it_is(old: str, new: str, message: str, cure: str) -> None:
    found = mistakes(changed(old, new))

    assert [told(diagnostic) for diagnostic in found] == [message]
    assert found[0].help == cure
    assert found[0].severity is Severity.ERROR


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


def test_a_span_covers_the_value() -> None:
    (found,) = mistakes(changed("64800", '"64800"'))

    assert (found.span.column, found.span.end_column) == (19, 26)


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


def test_long_and_unprintable_text_is_shown_short_and_harmless() -> None:
    (found,) = mistakes(changed("iptables", f'"\\e[31m{"x" * 500}"'))

    assert len(found.message) < 200
    assert found.message.isprintable()


def test_integers_of_thousands_of_digits_are_only_numbers_out_of_range() -> None:
    assert [d.rule for d in mistakes(changed("64800", "9" * 5000))] == ["GLB104"]


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
