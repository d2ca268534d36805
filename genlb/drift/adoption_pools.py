"""MetalLB's pools as ``pools`` of a spec, and the namespace that MetalLB runs in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from genlb.drift.adoption_sight import Gap, Note, Part, Sight, agent_settings
from genlb.drift.kinds import METALLB
from genlb.drift.within import mapping, maps, name_of, number, text, texts
from genlb.network.families import families_of
from genlb.spec.model import SUBDOMAIN, Family
from genlb.spec.values import AddressBlock, Network

_NAMESPACE = "metallb-system"
_SPEAKERS = ("BGPAdvertisement", "L2Advertisement", "BGPPeer")


class AdoptedPool(NamedTuple):
    """One pool as data, and its addresses as ranges."""

    name: str
    data: dict[str, Any]
    blocks: tuple[AddressBlock, ...]


def adopt_pools(sight: Sight, service_cidrs: tuple[Network, ...]) -> tuple[tuple[AdoptedPool, ...], Part]:
    """All pools of the namespace that has most of them; ``namespaces.metallb`` unless that is the usual one."""
    live = sight.all(METALLB, "IPAddressPool")
    spaces = Counter(text(pool, "metadata", "namespace") for pool in live)
    namespace = max(spaces, key=lambda space: (spaces[space], space == _NAMESPACE, space), default=_NAMESPACE)
    notes = list(_speakers(sight))
    pools: list[AdoptedPool] = []
    for manifest in live:
        name = name_of(manifest)
        blocks, strange = _blocks(manifest)
        if text(manifest, "metadata", "namespace") != namespace:
            notes.append(Note(Gap.OUTSIDE, f"IPAddressPool {name}", f"it is not in {namespace}: MetalLB ignores it"))
        elif not re.fullmatch(SUBDOMAIN, name) or not blocks or strange:
            told = ", ".join(strange) or "it has no addresses"
            notes.append(Note(Gap.OUTSIDE, f"IPAddressPool {name}", f"MetalLB takes no such pool: {told}"))
        else:
            pools.append(AdoptedPool(name, _pool(manifest, name, blocks, families_of(service_cidrs)), blocks))
            notes += _doubts(manifest, name)
    spec: dict[str, Any] = {} if namespace in ("", _NAMESPACE) else {"namespaces": {"metallb": namespace}}
    return tuple(sorted(pools, key=_order(sight))), Part(spec, tuple(notes))


def _order(sight: Sight) -> Callable[[AdoptedPool], tuple[int, int]]:
    """The order in which genlb's binder or Calico has the pools: another one would be another configuration."""
    named = [text(pool, "name") for pool in maps(agent_settings(sight, "vip"), "pools")]
    announced = [
        text(item, "cidr")
        for one in sight.calico("BGPConfiguration")
        if name_of(one) == "default"
        for item in maps(one, "spec", "serviceLoadBalancerIPs")
    ]

    def place(pool: AdoptedPool) -> tuple[int, int]:
        first = str(pool.blocks[0].networks()[0])
        return (
            named.index(pool.name) if pool.name in named else len(named),
            announced.index(first) if first in announced else len(announced),
        )

    return place


def _blocks(manifest: Mapping[str, Any]) -> tuple[tuple[AddressBlock, ...], list[str]]:
    """The addresses of a pool, and the entries that are none."""
    blocks: list[AddressBlock] = []
    strange: list[str] = []
    for written in texts(manifest, "spec", "addresses"):
        try:
            blocks.append(AddressBlock.parse(written))
        except ValueError:
            strange.append(written)
    return tuple(blocks), strange


def _pool(
    manifest: Mapping[str, Any], name: str, blocks: tuple[AddressBlock, ...], families: tuple[Family, ...]
) -> dict[str, Any]:
    spec = mapping(manifest, "spec")
    here = families_of(blocks)
    pool: dict[str, Any] = {"name": name}
    if here != families and set(here) < set(families):
        pool["families"] = [family.value for family in here]
    pool["addresses"] = [str(block) for block in blocks]
    pool["autoAssign"] = spec.get("autoAssign") is not False
    pool["avoidBuggyIPs"] = spec.get("avoidBuggyIPs") is True
    if isinstance(spec.get("serviceAllocation"), Mapping):
        pool["allocateTo"] = _allocation(spec["serviceAllocation"])
    return pool


def _allocation(data: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "priority": number(data, "priority"),
        "namespaces": texts(data, "namespaces"),
        "namespaceSelectors": [_selector(item) for item in maps(data, "namespaceSelectors")],
        "serviceSelectors": [_selector(item) for item in maps(data, "serviceSelectors")],
    }
    return {field: value for field, value in fields.items() if value not in (None, [])}


def _selector(data: Mapping[str, Any]) -> dict[str, Any]:
    selector: dict[str, Any] = {}
    labels = {key: value for key, value in mapping(data, "matchLabels").items() if isinstance(value, str)}
    if labels:
        selector["matchLabels"] = labels
    expressions = [
        {"key": text(item, "key"), "operator": text(item, "operator")}
        | ({"values": values} if (values := texts(item, "values")) else {})
        for item in maps(data, "matchExpressions")
    ]
    return selector | ({"matchExpressions": expressions} if expressions else {})


def _doubts(manifest: Mapping[str, Any], name: str) -> Iterator[Note]:
    if mapping(manifest, "spec").get("serviceAllocation") == {}:
        told = "serviceAllocation: {} gives no Service an address; remove allocateTo if that is not meant"
        yield Note(Gap.ASSUMED, f"IPAddressPool {name}", told)


def _speakers(sight: Sight) -> Iterator[Note]:
    for kind in _SPEAKERS:
        for manifest in sight.all(METALLB, kind):
            told = "MetalLB's own announcements: as long as a speaker runs, it announces beside Calico"
            yield Note(Gap.OUTSIDE, f"{kind} {name_of(manifest)} of {METALLB}", told)
