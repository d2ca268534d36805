"""Patched objects that their API server refuses although each field has the right type: CEL rules and formats.

Types, patterns and unknown fields are judged where patches are applied (GLB609). Here stands what fields of one object
have to do with each other, in Calico's and MetalLB's objects, as their CRDs and webhooks have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from genlb.network.versions import Feature, supports
from genlb.rules.as_numbers import INT32_MAX
from genlb.rules.catalogue import Finding, View
from genlb.rules.rendering import PATCH
from genlb.spec.model import Switch
from genlb.spec.values import AddressBlock, parse_network

Spec: TypeAlias = Mapping[str, Any]
Refusals: TypeAlias = Callable[[Spec], Iterator[str]]


@PATCH.check
def refused_patches(view: View) -> Iterator[Finding]:
    """What the last patch of an object makes of it, together with those before it."""
    patched: dict[tuple[str, str], tuple[int, Any]] = {}
    for index, patch in enumerate(view.spec.patches):
        if patch.kind in _JUDGES:
            key = (patch.kind, patch.name)
            before = patched[key][1] if key in patched else _rendered(view, patch.kind)
            patched[key] = (index, _merged(before, patch.merge.get("spec", {})))
    for (kind, name), (index, spec) in patched.items():
        for reason in _reasons(view, kind, spec) if isinstance(spec, Mapping) else ():
            yield Finding(view.at("patches", index), f"the patch of {kind} {name} makes it wrong: {reason}")


def _reasons(view: View, kind: str, spec: Spec) -> Iterator[str]:
    yield from _JUDGES[kind](spec)
    yield from _formats(spec, strict=supports(view.spec.versions, Feature.AS_NUMBER_INT32))


def _rendered(view: View, kind: str) -> Spec:
    """As much of the rendered object as the judges look at."""
    if kind == "BGPConfiguration":
        return {"nodeToNodeMeshEnabled": view.spec.bgp.node_to_node_mesh is Switch.ENABLED}
    return {"nodeSelector": "all()", "peerIP": "rendered", "asNumber": 1} if kind == "BGPPeer" else {}


def _merged(target: Any, patch: Any) -> Any:
    """RFC 7396: null removes, maps merge, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    out = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = _merged(out.get(key), value)
    return out


# ------------------------------------------------------------------------------------------------- one for each kind


def _configuration(spec: Spec) -> Iterator[str]:
    if spec.get("nodeToNodeMeshEnabled", True) is not True:
        for field in ("nodeMeshPassword", "nodeMeshMaxRestartTime"):
            if field in spec:
                yield f"{field} is only for a node mesh that is on"


_EITHER = (
    *(("node", "nodeSelector"), ("peerIP", "peerSelector"), ("peerSelector", "asNumber")),
    *(("localWorkloadSelector", "peerIP"), ("localWorkloadSelector", "peerSelector")),
)
"""Fields of a BGPPeer of which one alone may be set."""


def _peer(spec: Spec) -> Iterator[str]:
    for one, other in _EITHER:
        if spec.get(one) and spec.get(other):
            yield f"{one} and {other} exclude each other"
    if spec.get("localWorkloadSelector") and not spec.get("asNumber"):
        yield "localWorkloadSelector needs asNumber"


def _filter(spec: Spec) -> Iterator[str]:
    for direction in ("exportV4", "exportV6", "importV4", "importV6"):
        for rule in _maps(spec.get(direction)):
            if bool(rule.get("cidr")) != bool(rule.get("matchOperator")):
                yield f"a rule of {direction} has only one of cidr and matchOperator"
            if "prefixLength" in rule and not rule.get("cidr"):
                yield f"a rule of {direction} has prefixLength without cidr"
            if rule.get("operations") and rule.get("action") != "Accept":
                yield f"a rule of {direction} has operations, which are for action Accept"


def _pool(spec: Spec) -> Iterator[str]:
    addresses = spec.get("addresses", ())
    for address in addresses if isinstance(addresses, (list, tuple)) else ():
        if isinstance(address, str) and not _is(AddressBlock.parse, address):
            yield f"{address} is no CIDR and no range"


_JUDGES: Mapping[str, Refusals] = {
    "BGPConfiguration": _configuration,
    "BGPPeer": _peer,
    "BGPFilter": _filter,
    "IPAddressPool": _pool,
}


# ----------------------------------------------------------------------------------------------------------- formats


def _formats(value: Any, *, strict: bool) -> Iterator[str]:
    """CIDRs that are none; with ``strict``, numbers beyond the int32 that the CRDs declare."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            if key == "cidr" and isinstance(child, str) and not _is(parse_network, child):
                yield f"{child} is no CIDR"
            yield from _formats(child, strict=strict)
    elif isinstance(value, (list, tuple)):
        for child in value:
            yield from _formats(child, strict=strict)
    elif strict and isinstance(value, int) and abs(value) > INT32_MAX:
        yield f"{value} is larger than the {INT32_MAX} of an int32"


def _is(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _maps(rules: Any) -> Iterator[Spec]:
    return (rule for rule in rules if isinstance(rule, Mapping)) if isinstance(rules, (list, tuple)) else iter(())
