"""What was adopted renders what runs, and what it cannot say is listed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, assume, given, settings

from genlb import api
from genlb.drift.adoption import Gap
from genlb.drift.adoption_trim import DEFAULTS as DEFAULTS_LEFT_OUT
from genlb.drift.compare import compare
from genlb.drift.model import Desired, Live, Source, Wanted
from genlb.errors import Severity
from genlb.manifest import key_of
from genlb.network.base_config import API_VERSION
from genlb.network.versions import Feature, supports
from genlb.render.tree import render
from genlb.spec import model
from tests.api.repositories import DEFAULTS, a_spec, snapshot, write
from tests.cli.genlb import ROOT, Genlb
from tests.cli.live import UID, an_object, by_hand, dump, kube_proxy, rendered, spec_of, surroundings
from tests.network.strategies import clusters
from tests.render.skeletons import a_node_context

EXAMPLES = sorted(path.parent.name for path in (ROOT / "clusters").glob("*/cluster.yaml"))


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Genlb:
    """Genlb in a repository of FleetDefaults alone."""
    root = tmp_path / "empty"
    write(root, "clusters/_defaults.yaml", DEFAULTS)
    return Genlb(root, capsys)


def adopted(genlb: Genlb, tmp_path: Path, objects: list[dict[str, Any]], *more: str) -> dict[str, Any]:
    """Adopt ``objects`` as cluster ``mine`` and give the spec that was written."""
    done = genlb("adopt", "mine", "--live", dump(tmp_path / "live.json", objects), "--live-complete", *more)
    assert done.code == 0, done.err
    text = (genlb.root / "clusters/mine/cluster.yaml").read_text(encoding="utf-8")
    spec: dict[str, Any] = yaml.safe_load(text)["spec"]
    return spec


def drifting(root: Path, name: str, live: list[dict[str, Any]]) -> set[str]:
    """The objects of which drift says that they differ; ``metadata`` for labels, nothing for what weighs nothing."""
    found = next(api.load(api.open_repository(str(root)), [name]))
    assert found.context is not None
    wanted = {key_of(manifest): Wanted(manifest) for manifest in rendered(root, name)}
    everything = {(key_of(one).group, key_of(one).kind, "") for one in [*live, *rendered(root, name)]}
    there = Live(objects={key_of(one): one for one in live}, listed=frozenset(everything), looked_for=frozenset(wanted))
    desired = Desired(source=Source("test"), objects=wanted)
    context = found.context
    told = compare(name, desired, there, cluster=context.cluster, today="2026-11-22")
    return {
        "metadata" if difference.path[:1] == ("metadata",) else str(one.key)
        for one in told.objects
        for difference in one.differences
        if difference.severity is not Severity.INFO
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_cluster_that_genlb_rendered_is_adopted_without_any_difference(
    name: str, empty: Genlb, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "clusters", source / "clusters")
    live = [*rendered(source, name), *surroundings(spec_of(source, name))]
    if not any(key_of(one)[1:] == ("ConfigMap", "kube-system", "kube-proxy") for one in live):
        live.append(kube_proxy(spec_of(source, name).kube_proxy.mode.value))
    done = empty("adopt", name, "--live", dump(tmp_path / "live.json", live), "--live-complete", "-o", "json")
    assert done.code == 0, done.err
    assert [note for note in done.json["notes"] if note["gap"] in ("changes", "outside", "unknown")] == []
    assert drifting(empty.root, name, live) == set()
    assert empty("validate", name).code == 0


def test_a_cluster_of_somebody_elses_making_renders_what_runs_but_for_what_is_listed(
    empty: Genlb, tmp_path: Path
) -> None:
    live = by_hand()
    path = dump(tmp_path / "live.json", live)
    done = empty("adopt", "mine", "--live", path, "--live-complete", "-o", "json")
    assert done.code == 0, done.err
    listed = {note["what"] for note in done.json["notes"] if note["gap"] == "changes"}
    assert drifting(empty.root, "mine", live) <= listed
    # genlb's own filter and role come with the first apply, nothing else does.
    assert listed - {"metadata"} == {
        "BGPFilter genlb-no-reexport",
        "BGPPeer rack1-leaf.a",
        "BGPPeer rack1-leaf.b",
        "ClusterRole genlb-drift-reader",
    }


def test_names_of_peers_stay_and_what_a_spec_has_no_word_for_becomes_a_patch(empty: Genlb, tmp_path: Path) -> None:
    spec = adopted(empty, tmp_path, by_hand())
    (rack,) = spec["bgp"]["racks"]
    assert [(one["name"], one["peerNames"]) for one in rack["routers"]] == [
        ("rack1-leaf-a", {"ipv4": "rack1-leaf.a"}),
        ("rack1-leaf-b", {"ipv4": "rack1-leaf.b"}),
    ]
    patches = {one["name"]: one["merge"]["spec"] for one in spec["patches"]}
    # genlb's filter first: one that accepts would end the evaluation.
    assert patches["rack1-leaf.a"] == {"filters": ["genlb-no-reexport", "acme-import"], "keepaliveTime": "10s"}
    assert patches["default"] == {"listenPort": 1179}
    assert "rack1-leaf.b" not in patches


def test_what_goes_without_saying_is_left_out(empty: Genlb, tmp_path: Path) -> None:
    spec = adopted(empty, tmp_path, by_hand())
    assert set(spec) == {
        *("versions", "access", "network", "bgp", "pools", "kubeProxy", "sysctls", "vipBinder", "patches"),
    }
    assert spec["pools"] == [
        {"name": "dns", "addresses": ["10.208.2.0/24"]},  # in the order in which they are announced
        {"name": "web", "addresses": ["10.208.1.0/24"]},
    ]
    assert "advertise" not in spec["bgp"]
    assert spec["kubeProxy"] == {"mode": "ipvs", "baseConfig": "kube-proxy.base.yaml"}
    assert (spec["sysctls"], spec["vipBinder"]) == ({"state": "Disabled"}, {"state": "Disabled"})
    assert spec["access"] == {"uid": UID}
    assert spec["versions"] == {"kubernetes": "1.35.2", "calico": "3.32.1", "metallb": "0.16.1"}


def test_what_fleet_defaults_say_otherwise_is_said(empty: Genlb, tmp_path: Path) -> None:
    more = "  bgp: {nodeToNodeMesh: Enabled, password: {secretName: s, key: k}}\n  versions: {calico: 3.32.1}\n"
    write(empty.root, "clusters/_defaults.yaml", DEFAULTS + more.replace("3.32.1", '"3.32.1"'))
    spec = adopted(empty, tmp_path, by_hand())
    assert spec["bgp"]["nodeToNodeMesh"] == "Disabled"
    assert spec["bgp"]["password"] is None
    assert "calico" not in spec["versions"]


@pytest.mark.parametrize(
    ("selectors", "label", "racks"),
    [
        (("all()", "all()"), None, ["all"]),
        (("rack == 'r1'", 'rack=="r2"'), "rack", ["r1", "r2"]),
        (("rack == 'r1'", "all()"), "rack", ["r1", "all"]),
        (("has(edge)", "has(core)"), "topology.genlb.io/rack", ["has-edge", "has-core"]),
    ],
)
def test_a_rack_is_what_one_node_selector_selects(
    selectors: tuple[str, str], label: str | None, racks: list[str], empty: Genlb, tmp_path: Path
) -> None:
    live = by_hand()
    peers = [one for one in live if one["kind"] == "BGPPeer"]
    # Racks of one AS number drop each other's routes unless the mesh carries them.
    next(one for one in live if one["kind"] == "BGPConfiguration")["spec"]["nodeToNodeMeshEnabled"] = True
    for peer, selector in zip(peers, selectors, strict=True):
        peer["spec"]["nodeSelector"] = selector
    spec = adopted(empty, tmp_path, live)
    assert spec["bgp"].get("rackLabel") == label
    assert [rack["name"] for rack in spec["bgp"]["racks"]] == racks
    found = {one["metadata"]["name"]: one["spec"] for one in rendered(empty.root, "mine") if one["kind"] == "BGPPeer"}
    told = [found[peer["metadata"]["name"]]["nodeSelector"].replace('"', "'").replace(" ", "") for peer in peers]
    assert told == [selector.replace('"', "'").replace(" ", "") for selector in selectors]


def test_other_cidrs_than_those_of_the_pools_are_said_one_by_one(empty: Genlb, tmp_path: Path) -> None:
    live = by_hand()
    configuration = next(one for one in live if one["kind"] == "BGPConfiguration")
    configuration["spec"]["serviceLoadBalancerIPs"] = [{"cidr": "10.208.0.0/16"}]
    configuration["spec"]["serviceClusterIPs"] = [{"cidr": "10.96.0.0/16"}]
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live), "--live-complete")
    spec = yaml.safe_load((empty.root / "clusters/mine/cluster.yaml").read_text(encoding="utf-8"))["spec"]
    assert spec["bgp"]["advertise"] == {
        "loadBalancerIPs": "Explicit",
        "loadBalancerCIDRs": ["10.208.0.0/16"],
        "clusterIPs": "Enabled",
    }
    assert done.code == 0


def test_the_captured_configuration_is_kept_word_by_word(empty: Genlb, tmp_path: Path) -> None:
    live = [one for one in by_hand() if one["metadata"]["name"] != "kube-proxy"]
    proxy = kube_proxy("nftables")
    proxy["data"]["config.conf"] += "# kept\nclusterCIDR:   10.244.0.0/16\n"
    adopted(empty, tmp_path, [*live, proxy])
    written = (empty.root / "clusters/mine/kube-proxy.base.yaml").read_text(encoding="utf-8")
    assert written == proxy["data"]["config.conf"]


def test_a_cluster_that_is_there_is_never_overwritten(genlb: Genlb, tmp_path: Path) -> None:
    before = snapshot(genlb.root)
    path = dump(tmp_path / "live.json", by_hand())
    done = genlb("adopt", "ams1", "--live", path, "--live-complete")
    assert done.code == 2
    assert "clusters/ams1/cluster.yaml already" in done.err
    assert "--out" in done.err
    assert snapshot(genlb.root) == before
    out = tmp_path / "found"
    assert genlb("adopt", "ams1", "--live", path, "--live-complete", "--out", str(out)).code == 0
    assert sorted(one.name for one in out.iterdir()) == ["cluster.yaml", "kube-proxy.base.yaml"]
    assert snapshot(genlb.root) == before
    assert genlb("adopt", "ams1", "--live", path, "--live-complete", "--out", str(out)).code == 2


def test_a_dry_run_prints_the_spec_and_writes_nothing(empty: Genlb, tmp_path: Path) -> None:
    before = snapshot(empty.root)
    done = empty("adopt", "mine", "--live", dump(tmp_path / "l.json", by_hand()), "--live-complete", "--dry-run")
    assert done.code == 0
    assert yaml.safe_load(done.out)["metadata"] == {"name": "mine"}
    assert snapshot(empty.root) == before


def test_what_a_dump_does_not_hold_is_not_taken_for_absent(empty: Genlb, tmp_path: Path) -> None:
    live = [one for one in by_hand() if one["kind"] != "IPAddressPool"]
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live))
    assert done.code == 3
    assert "ipaddresspools" in done.out
    assert "kubectl" in done.out  # how to make a complete one


def test_a_spec_that_lacks_what_the_cluster_does_not_tell_is_written_and_has_errors(
    empty: Genlb, tmp_path: Path
) -> None:
    live = [one for one in by_hand() if one["kind"] not in ("Node", "ServiceCIDR")]
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live), "--live-complete")
    assert done.code == 1
    assert "network.nodeCIDRs" in done.out
    assert "GLB104" in done.err
    text = (empty.root / "clusters/mine/cluster.yaml").read_text(encoding="utf-8")
    assert "  # network.serviceCIDRs: " in text


def test_objects_that_no_spec_can_hold_are_listed(empty: Genlb, tmp_path: Path) -> None:
    live = [
        *by_hand(),
        an_object("projectcalico.org/v3", "BGPConfiguration", "node.n1", spec={"logSeverityScreen": "Debug"}),
        an_object(
            "projectcalico.org/v3", "BGPPeer", "reflectors", spec={"peerSelector": "has(rr)", "nodeSelector": "all()"}
        ),
        an_object("metallb.io/v1beta1", "L2Advertisement", "lan", "metallb-system", spec={}),
        an_object("metallb.io/v1beta1", "IPAddressPool", "stray", "elsewhere", spec={"addresses": ["10.1.0.0/24"]}),
    ]
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live), "--live-complete", "-o", "json")
    outside = {note["what"] for note in done.json["notes"] if note["gap"] == "outside"}
    assert outside == {
        "BGPConfiguration node.n1",
        "BGPPeer reflectors",
        "BGPFilter acme-import",
        "L2Advertisement lan of metallb.io",
        "IPAddressPool stray",
    }
    text = (empty.root / "clusters/mine/cluster.yaml").read_text(encoding="utf-8")
    assert "# - BGPPeer reflectors: " in text


def test_a_field_that_no_release_knows_is_listed_and_not_patched(empty: Genlb, tmp_path: Path) -> None:
    live = by_hand()
    next(one for one in live if one["metadata"]["name"] == "rack1-leaf.b")["spec"]["keepAlive"] = "10s"
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live), "--live-complete", "-o", "json")
    assert done.code == 0
    outside = {note["what"]: note["text"] for note in done.json["notes"] if note["gap"] == "outside"}
    assert "keepAlive" in outside["BGPPeer rack1-leaf.b"]
    text = (empty.root / "clusters/mine/cluster.yaml").read_text(encoding="utf-8")
    patches = {one["name"] for one in yaml.safe_load(text)["spec"]["patches"]}
    assert patches == {"rack1-leaf.a", "default"}  # what can be said is said all the same


def test_credentials_in_a_live_url_do_not_get_into_git(empty: Genlb, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "clusters", source / "clusters")
    live = [*rendered(source, "fra1-prod"), *surroundings(spec_of(source, "fra1-prod"))]
    for one in live:
        if one["kind"] == "Application":
            one["spec"]["source"]["repoURL"] = "https://bot:hunter2@git.example.com/platform/lb.git"
    done = empty("adopt", "fra1-prod", "--live", dump(tmp_path / "live.json", live), "--live-complete")
    text = (empty.root / "clusters/fra1-prod/cluster.yaml").read_text(encoding="utf-8")
    assert "repoURL: https://git.example.com/platform/lb.git" in text
    assert "hunter2" not in text + done.out + done.err
    assert "gitops.repoURL" in done.out


def test_what_is_left_out_as_a_default_is_the_default(tmp_path: Path) -> None:
    plain = yaml.safe_load(a_spec("plain"))
    said = yaml.safe_load(a_spec("said"))
    for section, defaults in DEFAULTS_LEFT_OUT.items():
        below = said["spec"].setdefault(section, {})
        for key, value in defaults.items():
            below.setdefault(key, value)
    # Pools have theirs told in another place, Flux a reference that only its engine needs.
    write(tmp_path, "clusters/_defaults.yaml", DEFAULTS)
    for document in (plain, said):
        write(tmp_path, f"clusters/{document['metadata']['name']}/cluster.yaml", json.dumps(document))
    first, second = (spec_of(tmp_path, name) for name in ("plain", "said"))
    assert dataclasses.replace(second, routing_domain=first.routing_domain) == first


HOSTILE = (
    "\x1b[2J\u202e",
    "# genlb:ignore GLB104 -- trust me",
    "a\nspec:\n  pools: []",
    '"; {{ 7*7 }} ](javascript:alert(1)) =cmd',
    {"deep": [{"er": None}]},
    ["x"] * 3,
    -1,
    1e400,
    None,
    True,
)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("BGPPeer", ("spec", "peerIP")),
        ("BGPPeer", ("spec", "nodeSelector")),
        ("BGPPeer", ("spec", "filters")),
        ("BGPPeer", ("spec",)),
        ("BGPConfiguration", ("spec", "asNumber")),
        ("BGPConfiguration", ("spec", "serviceLoadBalancerIPs")),
        ("BGPConfiguration", ("spec", "communities")),
        ("IPAddressPool", ("spec", "addresses")),
        ("IPAddressPool", ("spec", "serviceAllocation")),
        ("Node", ("metadata", "annotations")),
        ("Node", ("status", "nodeInfo")),
        ("ConfigMap", ("data", "config.conf")),
        ("ConfigMap", ("data",)),
        ("IPPool", ("spec", "cidr")),
    ],
)
def test_whatever_a_live_object_holds_ends_in_no_traceback_and_steers_nothing(
    kind: str, path: tuple[str, ...], value: Any, empty: Genlb, tmp_path: Path
) -> None:
    live = by_hand()
    target = next(one for one in live if one["kind"] == kind)
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live), "--live-complete")
    assert done.code in (0, 1, 3), done.err
    file = empty.root / "clusters/mine/cluster.yaml"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    for told in (done.out, done.err, text):
        assert "\x1b" not in told
        assert "\u202e" not in told
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert not any("genlb:ignore" in line for line in comments)
    if text:
        assert set(yaml.safe_load(text)) == {"apiVersion", "kind", "metadata", "spec"}


def test_adoption_reads_within_the_budget_of_requests() -> None:
    from genlb.drift.adoption_reads import adoption_reads

    reads = adoption_reads()
    assert len(reads) <= 30
    assert len(set(reads)) == len(reads)
    assert not any(read.kind == "Secret" for read in reads)
    assert all(read.name for read in reads if read.kind == "ConfigMap")


@pytest.mark.parametrize("name", ["../evil", "-x", "UPPER", "a" * 64])
def test_a_name_that_is_none_is_a_usage_error(name: str, empty: Genlb, tmp_path: Path) -> None:
    assert empty("adopt", "--live", dump(tmp_path / "l.json", by_hand()), "--", name).code == 2


def test_a_context_that_is_not_there_is_exit_code_3_and_nothing_is_written(empty: Genlb) -> None:
    before = snapshot(empty.root)
    done = empty("adopt", "mine", "--context", "nowhere", "-o", "json")
    assert done.code == 3
    assert "nowhere" in done.json["error"]["message"]
    assert snapshot(empty.root) == before


def test_complete_is_a_word_about_dumps(empty: Genlb) -> None:
    assert empty("adopt", "mine", "--live-complete").code == 2


def test_help_shows_how_it_is_called(empty: Genlb) -> None:
    done = empty("adopt", "--help")
    assert done.code == 0
    for told in ("Examples:", "--live PATH", "--live-complete", "--out DIR", "--dry-run"):
        assert told in done.out


def test_both_families_of_a_router_are_one_router(empty: Genlb, tmp_path: Path) -> None:
    live = by_hand()
    calico = "projectcalico.org/v3"
    live += [
        an_object(calico, "BGPPeer", "spine-v4", spec={"peerIP": "10.20.1.9", "asNumber": 65109}),
        an_object(calico, "BGPPeer", "spine-v6", spec={"peerIP": "fd00:20:1::9", "asNumber": 65109}),
        # One name but for its spelling, and one family: two routers.
        an_object(calico, "BGPPeer", "core-v4", spec={"peerIP": "10.20.1.11", "asNumber": 65109}),
        an_object(calico, "BGPPeer", "core.v4", spec={"peerIP": "10.20.1.12", "asNumber": 65109}),
        # Two AS numbers cannot be one router.
        an_object(calico, "BGPPeer", "edge-v4", spec={"peerIP": "10.20.1.10", "asNumber": 65110}),
        an_object(calico, "BGPPeer", "edge-v6", spec={"peerIP": "fd00:20:1::10", "asNumber": 65111}),
    ]
    done = empty("adopt", "mine", "--live", dump(tmp_path / "live.json", live), "--live-complete")
    text = (empty.root / "clusters/mine/cluster.yaml").read_text(encoding="utf-8")
    routers = {one["name"]: one for one in yaml.safe_load(text)["spec"]["bgp"]["racks"][0]["routers"]}
    assert routers["spine"]["addresses"] == ["10.20.1.9", "fd00:20:1::9"]
    assert routers["spine"]["peerNames"] == {"ipv4": "spine-v4", "ipv6": "spine-v6"}
    assert [one["addresses"] for name, one in routers.items() if name.startswith("core")] == [
        ["10.20.1.11"],
        ["10.20.1.12"],
    ]
    assert [one["addresses"] for name, one in routers.items() if name.startswith("edge")] == [
        ["10.20.1.10"],
        ["fd00:20:1::10"],
    ]
    assert done.code in (0, 1)  # the example has no IPv6 Services: what validate says of that is its business


def test_one_password_for_all_is_the_spec_s_and_another_one_is_a_patch(empty: Genlb, tmp_path: Path) -> None:
    live = by_hand()
    peers = [one for one in live if one["kind"] == "BGPPeer"]
    third = an_object("projectcalico.org/v3", "BGPPeer", "c", spec={"peerIP": "10.20.1.4", "asNumber": 65101})
    for peer, name in zip([*peers, third], ("common", "common", "own"), strict=True):
        peer["spec"]["password"] = {"secretKeyRef": {"name": name, "key": "tor"}}
    spec = adopted(empty, tmp_path, [*live, third])
    assert spec["bgp"]["password"] == {"secretName": "common", "key": "tor"}
    patches = {one["name"]: one["merge"]["spec"] for one in spec["patches"]}
    assert patches["c"] == {"password": {"secretKeyRef": {"name": "own"}}}


def test_garbage_is_told_in_one_sentence(empty: Genlb, tmp_path: Path) -> None:
    path = tmp_path / "garbage.yaml"
    path.write_text("{", encoding="utf-8")
    done = empty("adopt", "mine", "--live", str(path), "-o", "json")
    assert done.code == 3
    assert done.json["error"]["kind"] == "undetermined"
    assert "Traceback" not in done.err


# A repository each; a cluster that fails is told as it was found, making it smaller takes minutes.
@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(cluster=clusters())
def test_any_cluster_that_genlb_could_have_rendered_is_adopted_without_a_change(
    cluster: model.Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    racks = cluster.spec.bgp.racks
    # A number that this Calico cannot hold is rendered nowhere, and a rule refuses it.
    assume(supports(cluster.spec.versions, Feature.LOCAL_AS_NUMBER) or not any(one.node_as_number for one in racks))
    root = tmp_path_factory.mktemp("any")
    write(root, "clusters/_defaults.yaml", DEFAULTS)
    context = a_node_context(cluster, base_config={"kind": "KubeProxyConfiguration", "apiVersion": API_VERSION})
    found = render(context, "")
    live = [manifest for unit in found.objects.values() for manifest in unit] + surroundings(cluster.spec)
    if not any(one["metadata"]["name"] == "kube-proxy" and one["kind"] == "ConfigMap" for one in live):
        live.append(kube_proxy(cluster.spec.kube_proxy.mode.value))
    kinds = {(key_of(one).group, key_of(one).kind, "") for one in live}
    there = Live(objects={key_of(one): one for one in live}, listed=frozenset(kinds), looked_for=frozenset())
    adoption = api.adopt_cluster(api.open_repository(str(root)), cluster.name, there)
    assert [note for note in adoption.notes if note.gap is Gap.CHANGES] == []
