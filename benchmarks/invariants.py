"""What has to hold in a spec, said once more: by definition, address by address and pair by pair, without genlb.

``broken`` is the judge of the mutation benchmark. It takes plain data and uses nothing of genlb but the published JSON
Schema; what a rule computes by a sweep or from a decision is computed here in the most stupid way that works.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema

Spec: TypeAlias = dict[str, Any]
Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Range: TypeAlias = tuple[Address, Address]

SCHEMA = Path(__file__).resolve().parent.parent / "schemas" / "cluster-merged.schema.json"
SPECIAL = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
            *("::/128", "::1/128", "fe80::/10", "ff00::/8"),
        ),
    )
)
RESERVED_AS = {23456, 65535, 4294967295}
LABEL_VALUE = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
OF_CONTAINERS = {"cpu", "memory", "ephemeral-storage"}
SUFFIXES = {
    **{suffix: Fraction(10) ** (3 * power) for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T"), -3)},
    **{f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGT", 1)},
}


def broken(document: Any) -> list[str]:
    """The invariants that do not hold; one alone where the data is no Cluster or an address cannot be read."""
    if not _validator().is_valid(document):
        return ["the published schema accepts it"]
    try:
        return [told for told, holds in INVARIANTS.items() if not holds(document["spec"])]
    except ValueError:
        return ["every address is one"]


@cache
def _validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


# ------------------------------------------------------------------------------------------------ what a spec says


def addresses_of(entry: str) -> Range:
    """An entry of a pool as MetalLB reads it; ValueError for what MetalLB refuses or silently makes nothing of."""
    if "-" not in entry:
        if not re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]{1,3}", entry):
            raise ValueError(entry)
        network = ip_network(entry, strict=False)
        return network[0], network[-1]
    start, end = (ip_address(part.strip()) for part in entry.split("-", 1))
    if start.version != end.version or int(start) > int(end) or getattr(start, "ipv4_mapped", None):
        raise ValueError(entry)
    return start, end


def pools(spec: Spec) -> Iterator[tuple[Spec, list[Range]]]:
    """Each pool and its addresses."""
    for pool in spec["pools"]:
        yield pool, [addresses_of(entry) for entry in pool["addresses"]]


def racks(spec: Spec) -> list[Spec]:
    """The racks."""
    listed: list[Spec] = spec["bgp"].get("racks", [])
    return listed


def routers(spec: Spec) -> list[Spec]:
    """The routers of all racks."""
    return [router for rack in racks(spec) for router in rack.get("routers", [])]


def networks(spec: Spec, key: str) -> list[Network]:
    """The CIDRs of one list of ``network``."""
    return [ip_network(cidr, strict=False) for cidr in spec["network"][key]]


def ends(network: Network) -> Range:
    """First and last address."""
    return network[0], network[-1]


def meet(one: Range, other: Range) -> bool:
    """Whether two ranges share an address."""
    same = one[0].version == other[0].version
    return same and int(one[0]) <= int(other[1]) and int(other[0]) <= int(one[1])


def inside(one: Range, other: Range) -> bool:
    """Whether all of ``one`` lies in ``other``."""
    same = one[0].version == other[0].version
    return same and int(other[0]) <= int(one[0]) and int(one[1]) <= int(other[1])


def _inside_any(one: Range, others: list[Range]) -> bool:
    return any(inside(one, other) for other in others)


def is_on_link(spec: Spec, ranges: list[Range]) -> bool:
    """Whether a pool has any address in a node subnet."""
    return any(meet(block, ends(cidr)) for block in ranges for cidr in networks(spec, "nodeCIDRs"))


def is_l2(spec: Spec, pool: Spec, ranges: list[Range]) -> bool:
    """Whether L2 announces a pool."""
    said = pool.get("announce", "Auto")
    return bool(said == "L2" or (said == "Auto" and is_on_link(spec, ranges)))


def routed(spec: Spec) -> list[Range]:
    """The addresses that BGP announces."""
    return [block for pool, ranges in pools(spec) if not is_l2(spec, pool, ranges) for block in ranges]


def mesh_is_on(spec: Spec) -> bool:
    """Whether the node mesh is on."""
    return bool(spec["bgp"].get("nodeToNodeMesh", "Enabled") == "Enabled")


def node_as(spec: Spec, rack: Spec) -> int:
    """The AS number of the rack's nodes."""
    number: int = rack.get("nodeASNumber", spec["bgp"]["asNumber"])
    return number


def release(spec: Spec, component: str) -> tuple[int, ...]:
    """A release as numbers."""
    return tuple(map(int, spec["versions"][component].split(".")))


# ---------------------------------------------------------------------------------------------------- what has to hold


def _pools_apart(spec: Spec) -> bool:
    every = [block for _, ranges in pools(spec) for block in ranges]
    return not any(meet(one, other) for one, other in combinations(every, 2))


def _off_the_plan(spec: Spec) -> bool:
    others = [ends(cidr) for key in ("podCIDRs", "serviceCIDRs") for cidr in networks(spec, key)]
    for router in routers(spec):
        gateway = [router["reachableBy"]] if "reachableBy" in router else []
        others += [(address, address) for address in map(ip_address, (*router["addresses"], *gateway))]
    return not any(meet(block, other) for _, ranges in pools(spec) for block in ranges for other in others)


def _nothing_special(spec: Spec) -> bool:
    return not any(meet(block, ends(cidr)) for _, ranges in pools(spec) for block in ranges for cidr in SPECIAL)


def _plan_apart(spec: Spec) -> bool:
    kinds = [networks(spec, key) for key in ("podCIDRs", "serviceCIDRs", "nodeCIDRs")]
    return not any(meet(ends(a), ends(b)) for one, other in combinations(kinds, 2) for a in one for b in other)


def _advertised(spec: Spec) -> bool:
    advertise = spec["bgp"].get("advertise", {})
    listed = [ends(ip_network(cidr, strict=False)) for cidr in advertise.get("loadBalancerCIDRs", [])]
    if advertise.get("loadBalancerIPs", "FromPools") == "FromPools":
        return not listed
    wanted = routed(spec)
    covered = all(_inside_any(block, listed) for block in wanted)
    return bool(listed) and covered and all(any(meet(cidr, block) for block in wanted) for cidr in listed)


def _on_link_answered(spec: Spec) -> bool:
    binder = spec.get("vipBinder", {})
    answers = binder.get("state", "Enabled") != "Disabled" and binder.get("l2", {}).get("interfaces")
    subnets = [ends(cidr) for cidr in networks(spec, "nodeCIDRs")]
    for pool, ranges in pools(spec):
        if not is_on_link(spec, ranges):
            if pool.get("announce", "Auto") == "L2":
                return False
        elif not answers or not is_l2(spec, pool, ranges) or not all(_inside_any(block, subnets) for block in ranges):
            return False
    return True


def _reachable(spec: Spec) -> bool:
    subnets = [ends(cidr) for cidr in networks(spec, "nodeCIDRs")]

    def near(address: Address) -> bool:
        return _inside_any((address, address), subnets)

    for router in routers(spec):
        gateway = ip_address(router["reachableBy"]) if "reachableBy" in router else None
        addresses = [ip_address(address) for address in router["addresses"]]
        if gateway and (not near(gateway) or gateway.version not in {address.version for address in addresses}):
            return False
        if any(not near(one) and (gateway is None or gateway.version != one.version) for one in addresses):
            return False
    return True


def _sessions(spec: Spec) -> bool:
    wanted = {block[0].version for block in routed(spec)}
    for rack in racks(spec):
        spoken = {ip_address(address).version for router in rack.get("routers", []) for address in router["addresses"]}
        if not wanted <= spoken:
            return False
    return bool(racks(spec)) or not wanted


def _redundant(spec: Spec) -> bool:
    return all(len(rack.get("routers", [])) != 1 for rack in racks(spec))


def _one_router_an_address(spec: Spec) -> bool:
    owners: dict[Address, set[int]] = {}
    for rack in racks(spec):
        of_rack = [ip_address(address) for router in rack.get("routers", []) for address in router["addresses"]]
        if len(set(of_rack)) < len(of_rack):
            return False
        for router in rack.get("routers", []):
            versions = [ip_address(address).version for address in router["addresses"]]
            if len(set(versions)) < len(versions):
                return False
            for address in router["addresses"]:
                owners.setdefault(ip_address(address), set()).add(router["asNumber"])
    return all(len(numbers) == 1 for numbers in owners.values())


def _no_loops(spec: Spec) -> bool:
    speaking = [
        rack for rack in racks(spec) if any(r["asNumber"] != node_as(spec, rack) for r in rack.get("routers", []))
    ]
    return mesh_is_on(spec) or not any(
        node_as(spec, one) == node_as(spec, other)
        and not (one.get("numAllowedLocalASNumbers") and other.get("numAllowedLocalASNumbers"))
        for one, other in combinations(speaking, 2)
    )


def _as_numbers(spec: Spec) -> bool:
    numbers = [spec["bgp"]["asNumber"], *(router["asNumber"] for router in routers(spec))]
    numbers += [rack["nodeASNumber"] for rack in racks(spec) if "nodeASNumber" in rack]
    largest = 2**31 - 1 if release(spec, "kubernetes") >= (1, 36) else 2**32 - 1
    return not any(number in RESERVED_AS or number > largest for number in numbers)


def _communities(spec: Spec) -> bool:
    defined = {community["name"]: community["value"] for community in spec["bgp"].get("communities", [])}
    used = {name for pool in spec["pools"] for name in pool.get("communities", [])}
    widths = {2: 2**16, 3: 2**32}
    fit = all(int(number) < widths[len(value.split(":"))] for value in defined.values() for number in value.split(":"))
    carried = {
        name for pool, ranges in pools(spec) if not is_l2(spec, pool, ranges) for name in pool.get("communities", [])
    }
    return used <= defined.keys() and fit and carried == defined.keys() and used == carried


def _families(spec: Spec) -> bool:
    cluster = {cidr.version for cidr in networks(spec, "serviceCIDRs")}
    for pool, ranges in pools(spec):
        has = {block[0].version for block in ranges}
        said = {int(family[-1]) for family in pool["families"]} if "families" in pool else cluster
        if has != said or not has <= cluster:
            return False
    return True


def _unique_names(spec: Spec) -> bool:
    lists = (spec["pools"], racks(spec), routers(spec), spec["bgp"].get("communities", []))
    names = [[item["name"] for item in items] for items in lists]
    return all(len(set(one)) == len(one) for one in names)


def _usable(spec: Spec) -> bool:
    for pool, ranges in pools(spec):
        old = [block for block in ranges if block[0].version == 4]
        few = [block for block in old if int(block[1]) - int(block[0]) < 3]
        if not pool.get("avoidBuggyIPs") or not old or len(few) < len(old):
            continue
        last = {number % 256 for block in few for number in range(int(block[0]), int(block[1]) + 1)}
        if last <= {0, 255}:
            return False
    return True


def _allocation(spec: Spec) -> bool:
    for pool in spec["pools"]:
        allocation = pool.get("allocateTo", {})
        listed = [allocation.get("namespaces", [])]
        for key in ("namespaceSelectors", "serviceSelectors"):
            listed.append([json.dumps(selector, sort_keys=True) for selector in allocation.get(key, [])])
            for selector in allocation.get(key, []):
                expressions = selector.get("matchExpressions", [])
                listed.append([json.dumps(expression, sort_keys=True) for expression in expressions])
                for expression in expressions:
                    listed.append(expression.get("values", []))
                    if (expression["operator"] in {"In", "NotIn"}) != bool(expression.get("values")):
                        return False
        if any(len(set(values)) < len(values) for values in listed):
            return False
    return True


def _proxy_runs(spec: Spec) -> bool:
    mode, kubernetes = spec["kubeProxy"]["mode"], release(spec, "kubernetes")
    nftables = spec["bgp"].get("dataplane", "Nftables" if mode == "nftables" else "Iptables") == "Nftables"
    oldest, first_without = {"nftables": ((1, 31), (99,)), "ipvs": ((1, 0), (1, 40))}.get(mode, ((1, 0), (99,)))
    same_backend = nftables == (mode == "nftables") or spec["bgp"].get("dataplane") == "BPF"
    return oldest <= kubernetes < first_without and same_backend


def _one_owner(spec: Spec) -> bool:
    on_link = any(is_l2(spec, pool, ranges) for pool, ranges in pools(spec))
    proxy = spec["kubeProxy"]
    held = spec.get("sysctls", {}).get("state", "Enabled") == "Enabled"
    return not on_link or proxy["mode"] != "ipvs" or held or proxy.get("strictARP", False)


def _known_to_calico(spec: Spec) -> bool:
    new = release(spec, "calico") >= (3, 31, 0)
    aggregates = spec["bgp"].get("advertise", {}).get("aggregation", "Enabled") == "Enabled"
    return new or (aggregates and not any(node_as(spec, rack) != spec["bgp"]["asNumber"] for rack in racks(spec)))


def _complete(spec: Spec) -> bool:
    gitops, image = spec.get("gitops", {}), spec.get("agents", {}).get("image", {})
    engine = gitops.get("engine", "None")
    source = engine == "None" or "repoURL" in gitops or (engine == "Flux" and "sourceRef" in gitops.get("flux", {}))
    daemons = [spec.get(daemon, {}).get("state", "Enabled") for daemon in ("sysctls", "vipBinder")]
    pinned = bool({"tag", "digest"} & image.keys()) or (not image and set(daemons) == {"Disabled"})
    return source and pinned and (len(racks(spec)) < 2 or "rackLabel" in spec["bgp"])


def _rp_filter(spec: Spec) -> bool:
    sysctls, binder = spec.get("sysctls", {}), spec.get("vipBinder", {})
    interfaces = sysctls.get("interfaces", binder.get("l2", {}).get("interfaces"))
    off = sysctls.get("rpFilter") == "Disabled" and sysctls.get("state", "Enabled") != "Disabled"
    return not off or bool(interfaces) or spec["bgp"].get("dataplane") == "BPF"


def _connected(spec: Spec) -> bool:
    return mesh_is_on(spec) or (bool(racks(spec)) and all(rack.get("routers") for rack in racks(spec)))


def _tolerations(spec: Spec) -> bool:
    for toleration in spec.get("agents", {}).get("tolerations", []):
        exists, value = toleration.get("operator") == "Exists", toleration.get("value", "")
        evicts = toleration.get("effect") == "NoExecute"
        if not toleration.get("key") and not exists:
            return False
        if value and (exists or not re.fullmatch(LABEL_VALUE, value)):
            return False
        if "tolerationSeconds" in toleration and not evicts:
            return False
    return True


def quantity(text: str) -> Fraction:
    """A Kubernetes quantity as a number."""
    number, suffix = re.fullmatch(r"([0-9.]+)(.*)", text).groups()  # type: ignore[union-attr]  # the schema saw to it
    if re.fullmatch(r"[eE][+-]?[0-9]+", suffix):
        return Fraction(f"{number}{suffix}")
    return Fraction(number) * SUFFIXES[suffix]


def _resources(spec: Spec) -> bool:
    for daemon in spec.get("agents", {}).get("resources", {}).values():
        requests, limits = daemon.get("requests", {}), daemon.get("limits", {})
        for name, size in (*requests.items(), *limits.items()):
            if name not in OF_CONTAINERS and ("/" not in name or quantity(size).denominator != 1):
                return False
            if name != "cpu" and quantity(size).denominator != 1:
                return False
        for name, size in requests.items():
            limit = limits.get(name, size if name in OF_CONTAINERS else "0")
            if quantity(size) > quantity(limit) or (name not in OF_CONTAINERS and quantity(size) != quantity(limit)):
                return False
    return True


def _patches(spec: Spec) -> bool:
    return all(_meets(spec, patch) and _keeps(patch) for patch in spec.get("patches", []))


def _meets(spec: Spec, patch: Spec) -> bool:
    peers: dict[str, bool] = {}
    for rack in racks(spec):
        for router in rack.get("routers", []):
            for address in router["addresses"]:
                name = f"genlb-{router['name']}-v{ip_address(address).version}"
                peers[name] = router["asNumber"] != node_as(spec, rack)
    known = {
        "BGPPeer": list(peers),
        "BGPFilter": ["genlb-no-reexport"] if any(peers.values()) else [],
        "BGPConfiguration": ["default"],
        "IPAddressPool": [pool["name"] for pool in spec["pools"]],
    }
    return patch["name"] in known.get(patch["kind"], []) and "namespace" not in patch


def _keeps(patch: Spec) -> bool:
    """Whether the object stays what it is: the same one, with fields that its kind has, and with its protections."""
    merge, fields = patch["merge"], PATCHED[patch["kind"]]
    body = merge.get("spec", {})
    if set(merge) - {"spec"} or not isinstance(body, dict):
        return False
    return all(fields.get(name, _is_nothing)(value) for name, value in body.items())


def _is_nothing(value: Any) -> bool:
    """A merge patch that takes out a field which is not there changes nothing."""
    return value is None


def _rejects(value: Any) -> bool:
    rejection = {"action": "Reject", "source": "RemotePeers"}
    return isinstance(value, list) and any(rejection.items() <= item.items() for item in value)


PATCHED: dict[str, dict[str, Callable[[Any], bool]]] = {
    "BGPPeer": {
        "ttlSecurity": lambda value: type(value) is int,
        "keepOriginalNextHop": lambda value: type(value) is bool,
        "filters": lambda value: isinstance(value, list) and "genlb-no-reexport" in value,
    },
    "BGPFilter": {"exportV4": _rejects, "exportV6": _rejects},
    "BGPConfiguration": {"logSeverityScreen": lambda value: isinstance(value, str)},
    "IPAddressPool": {},
}
"""The fields that plans and slips patch, and what they have to hold."""


INVARIANTS: dict[str, Callable[[Spec], bool]] = {
    "no address is in two pools, or twice in one": _pools_apart,
    "no VIP is a pod's, a Service's or a router's address": _off_the_plan,
    "no VIP is a special-purpose address": _nothing_special,
    "pods, Services and nodes keep apart": _plan_apart,
    "every BGP VIP is advertised, and nothing else": _advertised,
    "an on-link pool is answered for, a routed one routed": _on_link_answered,
    "nodes reach their routers": _reachable,
    "every rack has a session of each announced family": _sessions,
    "every rack has more than one router": _redundant,
    "an address is one router's, one of each family": _one_router_an_address,
    "no rack drops another one's routes": _no_loops,
    "AS numbers are usable": _as_numbers,
    "communities are defined, fit and are carried": _communities,
    "a pool has the families it says, or the cluster's": _families,
    "names are unique": _unique_names,
    "a pool has a usable address": _usable,
    "MetalLB takes the allocation": _allocation,
    "kube-proxy starts, on the backend that Calico uses": _proxy_runs,
    "one node answers ARP for a VIP": _one_owner,
    "Calico knows the field": _known_to_calico,
    "rp_filter is off where it should be": _rp_filter,
    "nodes learn each other's routes": _connected,
    "what other fields ask for is there": _complete,
    "Kubernetes takes the tolerations": _tolerations,
    "Kubernetes takes the resources": _resources,
    "a patch meets its object, which keeps its protections": _patches,
}
