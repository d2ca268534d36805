"""Calico's BGPConfiguration and BGPFilters as ``bgp`` of a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genlb.drift.adoption_peers import adopt_peers, duration_of, secret_of
from genlb.drift.adoption_pools import AdoptedPool
from genlb.drift.adoption_sight import Gap, Note, Part, Sight, networks
from genlb.drift.within import inside, mapping, maps, name_of, number, text, texts
from genlb.network.decisions import Reach
from genlb.network.reach import reach_of
from genlb.spec.model import COMMUNITY, COMMUNITY_NAME
from genlb.spec.values import Network

_DEFAULT_AS = 64512
_OUR_FILTER = "genlb-no-reexport"


def adopt_bgp(
    sight: Sight, pools: Sequence[AdoptedPool], *, service_cidrs: Sequence[Network], node_cidrs: Sequence[Network]
) -> Part:
    """``bgp``; pools that are announced otherwise than Auto would have it get their ``announce`` and communities."""
    configuration = next((one for one in sight.calico("BGPConfiguration") if name_of(one) == "default"), {})
    live = mapping(configuration, "spec")
    notes = list(_beside(sight))
    as_number = number(live, "asNumber")
    if as_number is None:
        notes.append(Note(Gap.ASSUMED, "bgp.asNumber", f"none is set, and Calico takes {_DEFAULT_AS} then"))
    mesh = live.get("nodeToNodeMeshEnabled") is not False
    spec: dict[str, Any] = {
        "asNumber": as_number or _DEFAULT_AS,
        "nodeToNodeMesh": "Enabled" if mesh else "Disabled",
    }
    spec |= _dataplane(sight)
    peers = adopt_peers(sight)
    spec |= peers.spec
    if not peers.spec["racks"]:
        # The mesh is all there is; its password and restart time are told where the peers' would be.
        spec |= {
            field: value
            for field, value in {
                "password": secret_of(live, "nodeMeshPassword"),
                "maxRestartTime": duration_of(live, "nodeMeshMaxRestartTime"),
            }.items()
            if value is not None
        }
    spec["advertise"] = _advertise(live, pools, service_cidrs, node_cidrs)
    spec |= _communities(live, pools)
    return Part({"bgp": spec}, (*notes, *peers.notes))


def _dataplane(sight: Sight) -> dict[str, str]:
    """Calico's dataplane where its configuration names one; Auto follows kube-proxy, as the spec's default does."""
    felix = next((one for one in sight.calico("FelixConfiguration") if name_of(one) == "default"), {})
    if inside(felix, "spec", "bpfEnabled") is True:
        return {"dataplane": "BPF"}
    named = {"Enabled": "Nftables", "Disabled": "Iptables"}
    mode = text(felix, "spec", "nftablesMode")
    return {"dataplane": named[mode]} if mode in named else {}


def _advertise(
    live: Mapping[str, Any],
    pools: Sequence[AdoptedPool],
    service_cidrs: Sequence[Network],
    node_cidrs: Sequence[Network],
) -> dict[str, Any]:
    announced = _cidrs(live, "serviceLoadBalancerIPs")
    for pool in pools:
        on_link = reach_of(pool.blocks, node_cidrs) is Reach.ON_LINK
        if on_link and all(network in announced for network in _networks(pool)):
            pool.data["announce"] = "BGP"
    routed = {
        network
        for pool in pools
        if pool.data.get("announce") == "BGP" or reach_of(pool.blocks, node_cidrs) is not Reach.ON_LINK
        for network in _networks(pool)
    }
    explicit = set(announced) != routed
    cluster_ips = _cidrs(live, "serviceClusterIPs")
    return {
        "loadBalancerIPs": "Explicit" if explicit else "FromPools",
        "loadBalancerCIDRs": [str(cidr) for cidr in announced] if explicit else [],
        "aggregation": "Disabled" if live.get("serviceLoadBalancerAggregation") == "Disabled" else "Enabled",
        "clusterIPs": "Enabled" if cluster_ips and set(cluster_ips) == set(service_cidrs) else "Disabled",
        "externalCIDRs": [str(cidr) for cidr in _cidrs(live, "serviceExternalIPs")],
    }


def _communities(live: Mapping[str, Any], pools: Sequence[AdoptedPool]) -> dict[str, Any]:
    """Named communities, and the pools whose every prefix carries the same ones."""
    named = {
        text(item, "name"): text(item, "value")
        for item in maps(live, "communities")
        if re.fullmatch(COMMUNITY_NAME, text(item, "name")) and re.fullmatch(COMMUNITY, text(item, "value"))
    }
    tags = {
        network: texts(item, "communities")
        for item in maps(live, "prefixAdvertisements")
        for network in networks([text(item, "cidr")])
    }
    used: set[str] = set()
    for pool in pools:
        lists = [tags.get(network, []) for network in _networks(pool)]
        if lists[0] and all(one == lists[0] for one in lists) and set(lists[0]) <= set(named):
            pool.data["communities"] = lists[0]
            used.update(lists[0])
    kept = [{"name": name, "value": value} for name, value in named.items() if name in used]
    return {"communities": kept} if kept else {}


def _networks(pool: AdoptedPool) -> list[Network]:
    return [network for block in pool.blocks for network in block.networks()]


def _cidrs(live: Mapping[str, Any], field: str) -> tuple[Network, ...]:
    return networks(text(item, "cidr") for item in maps(live, field))


def _beside(sight: Sight) -> Iterator[Note]:
    """Objects of Calico's BGP for which a spec has no words."""
    for manifest in sight.calico("BGPConfiguration"):
        if name_of(manifest) != "default":
            told = "what only one node does differently; it stays in force beside the common one"
            yield Note(Gap.OUTSIDE, f"BGPConfiguration {name_of(manifest)}", told)
    for manifest in sight.calico("BGPFilter"):
        if name_of(manifest) != _OUR_FILTER:
            told = "a filter of your own: it stays, and patches keep what peers say of it"
            yield Note(Gap.OUTSIDE, f"BGPFilter {name_of(manifest)}", told)
