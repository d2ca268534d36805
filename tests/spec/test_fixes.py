"""Which mistakes have one sure cure, and which are left to the author."""

from __future__ import annotations

import pytest

from genlb.errors import Diagnostic, Fix
from genlb.spec.fixes import sure
from genlb.spec.read import Kind, read_layer
from genlb.yamltext import MappingNode, read
from genlb.yamltext.edit import edited

FILE = "clusters/fra1/cluster.yaml"
HEAD = "apiVersion: genlb.io/v1alpha1\nkind: Cluster\nmetadata: {name: fra1}\nspec:\n"


def diagnostics(spec: str) -> tuple[Diagnostic, ...]:
    document = read((HEAD + spec).encode(), FILE)
    assert isinstance(document.root, MappingNode)
    return (*document.diagnostics, *read_layer(document.root, Kind.CLUSTER))


def fixes(spec: str) -> list[Fix]:
    return [diagnostic.fix for diagnostic in diagnostics(spec) if diagnostic.fix]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # GLB103: another case, or one slip of the keys
        ("  kubeProxy: {strictArp: true}", "  kubeProxy: {strictARP: true}"),
        ('  kubeProxy: {"strictArp": true}', '  kubeProxy: {"strictARP": true}'),
        ("  bgp: {asNumbr: 64600}", "  bgp: {asNumber: 64600}"),
        ("  bgp: {asNumebr: 64600}", "  bgp: {asNumber: 64600}"),
        ("  bgp: {nodeToNodesMesh: Enabled}", "  bgp: {nodeToNodeMesh: Enabled}"),
        ("  Pools: []", "  pools: []"),
        # GLB104: an enum in another case, or misspelt
        ("  kubeProxy: {mode: IPVS}", "  kubeProxy: {mode: ipvs}"),
        ("  kubeProxy: {mode: 'iptable'}", "  kubeProxy: {mode: 'iptables'}"),
        ("  bgp: {nodeToNodeMesh: disabled}", "  bgp: {nodeToNodeMesh: Disabled}"),
        ("  bgp: {nodeToNodeMesh: true}", "  bgp: {nodeToNodeMesh: Enabled}"),
        # GLB104: quotes around what is no text
        ('  kubeProxy: {strictARP: "true"}', "  kubeProxy: {strictARP: true}"),
        ("  kubeProxy: {strictARP: 'no'}", "  kubeProxy: {strictARP: false}"),
        ('  bgp: {asNumber: "64600"}', "  bgp: {asNumber: 64600}"),
        ("  bgp: {asNumber: 64600.0}", "  bgp: {asNumber: 64600}"),
        ('  bgp: {asNumber: "1.10"}', "  bgp: {asNumber: 65546}"),
        ("  bgp: {asNumber: AS64600}", "  bgp: {asNumber: 64600}"),
        # underscores between thousands: YAML 1.1 and Go drop them, YAML 1.2 sees text, and a number belongs here
        ("  bgp: {asNumber: 64_600}", "  bgp: {asNumber: 64600}"),
        ("  bgp: {asNumber: 4_200_000_001}", "  bgp: {asNumber: 4200000001}"),
        # GLB105: no quotes around what is text
        ("  versions: {kubernetes: 1.30}", '  versions: {kubernetes: "1.30"}'),
        ("  bgp: {communities: [{name: p, value: 65001:50}]}", '  bgp: {communities: [{name: p, value: "65001:50"}]}'),
        ("  sysctls: {extra: {net.ipv4.ip_forward: 1}}", '  sysctls: {extra: {net.ipv4.ip_forward: "1"}}'),
        (
            "  lint: {suppress: [{rule: GLB402, reason: x, expires: 2030-03-31}]}",
            '  lint: {suppress: [{rule: GLB402, reason: x, expires: "2030-03-31"}]}',
        ),
        # a version with its v, blanks around, a single value where a list belongs
        ("  versions: {calico: v3.32.1}", '  versions: {calico: "3.32.1"}'),
        ('  versions: {calico: "v3.32.1"}', '  versions: {calico: "3.32.1"}'),
        ('  network: {podCIDRs: [" 10.244.0.0/16"]}', '  network: {podCIDRs: ["10.244.0.0/16"]}'),
        ("  network: {podCIDRs: 10.244.0.0/16}", '  network: {podCIDRs: ["10.244.0.0/16"]}'),
    ],
)
def test_a_sure_cure_mends_the_file(before: str, after: str) -> None:
    offered = fixes(f"{before}  # kept\n")

    text, made = edited(f"{HEAD}{before}  # kept\n", offered)

    assert text == f"{HEAD}{after}  # kept\n"
    assert len(made) == 1
    assert diagnostics(f"{after}  # kept\n") == ()


@pytest.mark.parametrize(
    "spec",
    [
        # the right key is there already, or the wrong one is right elsewhere
        "  kubeProxy: {strictArp: true, strictARP: false}",
        "  pools: [{name: a, address: x}]",
        "  bgp: {pools: []}",
        # too far from any, or as near to two
        "  kubeProxy: {mode: userspace}",
        "  bgp: {nodeToNodeMesh: on}",
        # a boolean for one reader, text for another: the word itself does not tell what was meant
        "  metadata: {}\n  sysctls: {interfaces: [yes]}",
        # a number that readers take for two
        "  bgp: {asNumber: 010}",
        "  bgp: {asNumber: 064600}",
        "  bgp: {asNumber: 6_4600}",
        "  routingDomain: 64_600",
        # out of range, or of no value that would fit
        '  bgp: {asNumber: "0"}',
        "  bgp: {asNumber: 1.10}",
        "  bgp: {asNumber: AS0}",
        "  bgp: {racks: [{name: r1, numAllowedLocalASNumbers: AS1}]}",
        "  vipBinder: {l2: {leaseDuration: 10}}",
        "  versions: {calico: 3.32}",
        "  routingDomain: .inf",
        "  network: {podCIDRs: 10.244.0.0/16 10.245.0.0/16}",
        "  versions: {kubernetes: latest}",
        # a secret is never looked at
        "  bgp: {password: {secretName: a, key: 1}}",
        "  access: {uid: 12345678}",
    ],
)
def test_a_doubtful_cure_is_left_to_the_author(spec: str) -> None:
    assert diagnostics(f"{spec}\n")
    assert fixes(f"{spec}\n") == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("strictarp", "strictARP"),
        ("strictAR", "strictARP"),
        ("strictARPs", "strictARP"),
        ("strictAPR", "strictARP"),
        ("xtrictARP", "strictARP"),
        ("strict", None),
        ("mod", None),
        ("rula", None),
    ],
)
def test_sure_is_another_case_or_one_slip_of_the_keys(word: str, expected: str | None) -> None:
    assert sure(word, ["strictARP", "mode", "rule", "ruls"]) == expected
