"""What holds for every cluster that breaks no rule, whatever its pools, racks, releases and engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genlb.manifest import Manifest
from genlb.network.versions import Component
from genlb.render.context import Unit
from genlb.render.tree import Rendered, render
from genlb.spec import model
from tests.contract.verdict import refusals_by_ours
from tests.network.strategies import clusters
from tests.render.skeletons import a_node_context

IMAGE = model.Image(repository="registry.example.com/genlb/genlb", digest="sha256:" + "ab" * 32)
ENGINES = st.sampled_from(
    [
        model.Gitops(),
        model.Gitops(engine=model.Engine.ARGO_CD, repo_url="https://git.example.com/lb.git"),
        model.Gitops(engine=model.Engine.FLUX, repo_url="https://git.example.com/lb.git", target_revision="main"),
    ]
)
PRODUCT = {"projectcalico.org": Component.CALICO, "metallb.io": Component.METALLB}


@st.composite
def whole_clusters(draw: st.DrawFn) -> model.Cluster:
    cluster = draw(clusters())
    agents = replace(cluster.spec.agents, image=IMAGE)
    return replace(cluster, spec=replace(cluster.spec, agents=agents, gitops=draw(ENGINES)))


def objects(rendered: Rendered) -> Iterator[Manifest]:
    for unit in Unit:
        yield from rendered.objects[unit]


def of_kind(rendered: Rendered, kind: str) -> list[Manifest]:
    return [manifest for manifest in objects(rendered) if manifest["kind"] == kind]


def advertised(rendered: Rendered) -> list[Any]:
    (configuration,) = of_kind(rendered, "BGPConfiguration")
    return [ip_network(entry["cidr"]) for entry in configuration["spec"].get("serviceLoadBalancerIPs", [])]


def rendering(cluster: model.Cluster) -> Rendered:
    return render(a_node_context(cluster), "0" * 64)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(whole_clusters())
def test_addresses_of_bgp_pools_are_advertised_and_those_of_l2_pools_never(cluster: model.Cluster) -> None:
    context = a_node_context(cluster)
    announced = advertised(render(context, "0" * 64))

    for pool in context.decisions.pools:
        for network in pool.networks:
            covered = any(network.version == cidr.version and network.subnet_of(cidr) for cidr in announced)
            touched = any(network.version == cidr.version and network.overlaps(cidr) for cidr in announced)
            assert covered if pool.announce is model.Announce.BGP else not touched


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(whole_clusters())
def test_every_ebgp_peer_carries_the_filter_and_the_filter_covers_what_is_advertised(cluster: model.Cluster) -> None:
    rendered = rendering(cluster)
    rules: set[Any] = set()
    for each in of_kind(rendered, "BGPFilter"):
        for side in ("exportV4", "exportV6"):
            for rule in each["spec"].get(side, []):
                assert (rule["action"], rule["source"], rule["matchOperator"]) == ("Reject", "RemotePeers", "In")
                rules.add(ip_network(rule["cidr"]))

    local = {
        str(address): rack.node_as_number or cluster.spec.bgp.as_number
        for rack in cluster.spec.bgp.racks
        for router in rack.routers
        for address in router.addresses
    }
    for peer in of_kind(rendered, "BGPPeer"):
        if peer["spec"]["asNumber"] != local[peer["spec"]["peerIP"]]:
            assert peer["spec"]["filters"] == ["genlb-no-reexport"]
            assert rules >= set(advertised(rendered))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(whole_clusters())
def test_every_file_belongs_to_a_unit_and_every_unit_lists_its_files(cluster: model.Cluster) -> None:
    files = rendering(cluster).files
    folders = {path.split("/")[0] for path in files if "/" in path}

    assert folders <= {"node", "routing", "advertise", "gitops"}
    assert {path for path in files if "/" not in path} == {"genlb.manifest.json", "metallb-values.yaml"}
    for folder in folders:
        listed = files[f"{folder}/kustomization.yaml"]
        inside = {path.split("/")[1] for path in files if path.startswith(f"{folder}/")} - {"kustomization.yaml"}
        assert inside == {line[2:] for line in listed.splitlines() if line.startswith("- ")}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(whole_clusters())
def test_every_custom_resource_is_one_that_its_release_knows(cluster: model.Cluster) -> None:
    rendered = rendering(cluster)
    for manifest in (*objects(rendered), *rendered.gitops):
        component = PRODUCT.get(manifest["apiVersion"].partition("/")[0])
        if component is None and manifest not in rendered.gitops:
            continue
        release = component.of(cluster.spec.versions) if component else None
        known = (release.major, release.minor, release.patch or 0) if release else None
        assert refusals_by_ours(manifest, known) == []
