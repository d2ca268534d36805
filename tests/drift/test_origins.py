"""Which line of a spec accounts for a field; the expectations are lines of the example cluster and its profile."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from genlb.api import load, open_repository
from genlb.cli.main import run
from genlb.drift.embedded import PROXY_KEY
from genlb.drift.origins import origin_of
from genlb.drift.path import Item, Member, Step
from genlb.manifest import ResourceKey
from genlb.rules import View

ROOT = Path(__file__).parents[2]
CALICO, METALLB = "projectcalico.org", "metallb.io"
SPEC, PROFILE = "clusters/fra1-prod/cluster.yaml", "clusters/_profiles/bare-metal.yaml"

BGP = ResourceKey(CALICO, "BGPConfiguration", "", "default")
PEER = ResourceKey(CALICO, "BGPPeer", "", "genlb-r2-tor-b-v6")
PATCHED = ResourceKey(CALICO, "BGPPeer", "", "genlb-r1-tor-a-v4")
DNS = ResourceKey(METALLB, "IPAddressPool", "metallb-system", "dns")
CLUSTER = ResourceKey("genlb.io", "Cluster", "", "fra1-prod")
ROUTER = r"- {name: r2-tor-b, asNumber: 65102, addresses: .*"

FOUND: list[tuple[ResourceKey, tuple[Step, ...], str, str]] = [
    (BGP, ("asNumber",), SPEC, r"asNumber: 64600"),
    (BGP, ("nodeToNodeMeshEnabled",), PROFILE, r"nodeToNodeMesh: Disabled"),
    (BGP, ("communities", Item((("name", "public"),)), "value"), SPEC, r'- {name: public, value: "65001:100"}'),
    (BGP, ("serviceLoadBalancerIPs", Item((("cidr", "10.208.2.0/24"),))), SPEC, r'addresses: \["10.208.2.0/24", .*'),
    (PEER, ("asNumber",), SPEC, ROUTER),
    (PEER, ("peerIP",), SPEC, ROUTER),
    (PEER, ("filters",), SPEC, ROUTER),
    (PEER, (), SPEC, ROUTER),
    (PEER, ("localASNumber",), SPEC, r"nodeASNumber: 64602"),
    (PEER, ("nodeSelector",), SPEC, r"- name: r2"),
    (PEER, ("password", "secretKeyRef", "key"), PROFILE, r"password: {secretName: bgp-secrets, key: tor-password}"),
    (PEER, ("maxRestartTime",), PROFILE, r"maxRestartTime: 2m0s"),
    (PATCHED, ("ttlSecurity",), SPEC, r"- {kind: BGPPeer, name: genlb-r1-tor-a-v4, merge: .*"),
    (PATCHED, ("asNumber",), SPEC, r"- {name: r1-tor-a, asNumber: 65101, .*"),
    (DNS, ("addresses", Member("10.208.3.0/28")), SPEC, r'addresses: \["10.208.3.0/28", .*'),
    (DNS, ("serviceAllocation", "priority"), SPEC, r"allocateTo: {priority: 10, .*"),
    (DNS, ("autoAssign",), SPEC, r"- name: dns"),  # nobody wrote it: what it belongs into
    (DNS, (), SPEC, r"- name: dns"),
]


@pytest.fixture(scope="module")
def view() -> View:
    (cluster,) = load(open_repository(str(ROOT), today="2026-11-22"), ["fra1-prod"])
    assert cluster.view is not None
    return cluster.view


def line_of(view: View, key: ResourceKey, path: tuple[Step, ...], embedded: tuple[Step, ...] = ()) -> tuple[str, str]:
    found = origin_of(key, path, embedded, cluster=view.cluster, decisions=view.decisions)
    assert found is not None
    span = view.at(*found)
    return span.file, ROOT.joinpath(span.file).read_text(encoding="utf-8").splitlines()[span.line - 1].strip()


@pytest.mark.parametrize(("key", "path", "file", "line"), FOUND, ids=[f"{key.name} {path}" for key, path, *_ in FOUND])
def test_a_field_comes_from_the_value_that_made_it(
    view: View, key: ResourceKey, path: tuple[Step, ...], file: str, line: str
) -> None:
    found = line_of(view, key, ("spec", *path) if path else ())

    assert found[0] == file
    assert re.fullmatch(line, found[1]), found


@pytest.mark.parametrize(
    ("embedded", "line"),
    [
        (("ipvs", "strictARP"), "strictARP: true"),
        (("ipvs", "scheduler"), "ipvs: {scheduler: rr}"),
        (("mode",), "mode: ipvs"),
        (("clusterCIDR",), "baseConfig: kube-proxy.base.yaml"),
    ],
)
def test_what_kube_proxy_is_told_comes_from_its_section(view: View, embedded: tuple[Step, ...], line: str) -> None:
    assert line_of(view, PROXY_KEY, ("data", "config.conf"), embedded) == (SPEC, line)


def test_versions_come_from_where_they_are_said(view: View) -> None:
    said = line_of(view, CLUSTER, ("spec", "versions", "calico"))

    assert said == (SPEC, 'versions: {kubernetes: "1.35", calico: "3.32.1"}')


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (PEER, ("metadata", "labels", "app.kubernetes.io/name")),
        (BGP, ("spec", "logSeverityScreen")),
        (PROXY_KEY, ("metadata", "labels", "x")),
        (PEER._replace(name="of-somebody-else"), ("spec", "peerIP")),
        (DNS._replace(name="of-somebody-else"), ()),
        (ResourceKey("apps", "DaemonSet", "genlb-system", "genlb-vip"), ("spec", "template")),
    ],
)
def test_what_no_single_value_made_has_no_origin(view: View, key: ResourceKey, path: tuple[Step, ...]) -> None:
    assert origin_of(key, path, (), cluster=view.cluster, decisions=view.decisions) is None


def test_a_report_names_the_value_in_the_spec(capsys: pytest.CaptureFixture[str]) -> None:
    dump = str(ROOT / "docs" / "examples" / "fra1-prod-live.yaml")

    run(["-C", str(ROOT), "drift", "fra1-prod", "--live", dump, "--live-complete", "-o", "json"])

    objects = json.loads(capsys.readouterr().out)["clusters"][0]["objects"]
    told = {one["kind"]: found.get("origin", "").rsplit(":", 2)[0] for one in objects for found in one["differences"]}
    assert told == {
        "BGPConfiguration": PROFILE,
        "BGPPeer": SPEC,
        "ConfigMap": SPEC,
        "IPAddressPool": SPEC,
        "L2Advertisement": "",
    }
