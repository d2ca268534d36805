"""The CEL rules of our object files, said once more in Python, and a walk that applies them to an object.

An expression is the key, so a rule that a file gains or changes has no counterpart here until somebody writes it: a
test sees to that. ``None`` stands for a rule about changes, which a single object cannot break.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Rule: TypeAlias = Callable[[Any], bool]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(duration: str) -> float:
    parts = re.findall(r"([0-9.]+)(ms|s|m|h)", duration)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _both(first: str, second: str) -> Rule:
    return lambda spec: bool(spec.get(first)) and bool(spec.get(second))


def _not(rule: Rule) -> Rule:
    return lambda value: not rule(value)


def _encapsulates(pool: Mapping[str, Any], *modes: str) -> int:
    return sum(pool.get(mode, "") not in {"", "Never"} for mode in modes)


_EMPTY = "(!has(self.{0}) || size(self.{0}) == 0)"
_SET = "(has(self.{0}) && size(self.{0}) > 0)"
_FOR_SERVICES = "!has(self.allowedUses) || !self.allowedUses.exists(u, u == 'LoadBalancer')"
_NO_MESH = "!has(self.{0}) || !has(self.nodeToNodeMeshEnabled) || self.nodeToNodeMeshEnabled == true"
_WORKLOAD = _EMPTY.format("localWorkloadSelector")

RULES: Mapping[str, Rule | None] = {
    # BGPConfiguration
    _NO_MESH.format("nodeMeshPassword"): lambda spec: (
        "nodeMeshPassword" not in spec or spec.get("nodeToNodeMeshEnabled", True)
    ),
    _NO_MESH.format("nodeMeshMaxRestartTime"): lambda spec: (
        "nodeMeshMaxRestartTime" not in spec or spec.get("nodeToNodeMeshEnabled", True)
    ),
    # BGPFilter
    f"{_SET.format('cidr')} == {_SET.format('matchOperator')}": lambda rule: (
        bool(rule.get("cidr")) == bool(rule.get("matchOperator"))
    ),
    f"!has(self.prefixLength) || {_SET.format('cidr')}": lambda rule: "prefixLength" not in rule or rule.get("cidr"),
    "!has(self.operations) || size(self.operations) == 0 || self.action == 'Accept'": lambda rule: (
        not rule.get("operations") or rule["action"] == "Accept"
    ),
    # BGPPeer of Calico
    f"{_EMPTY.format('node')} || {_EMPTY.format('nodeSelector')}": _not(_both("node", "nodeSelector")),
    f"{_EMPTY.format('peerIP')} || {_EMPTY.format('peerSelector')}": _not(_both("peerIP", "peerSelector")),
    f"{_EMPTY.format('peerSelector')} || !has(self.asNumber) || self.asNumber == 0": _not(
        _both("peerSelector", "asNumber")
    ),
    f"{_WORKLOAD} || {_EMPTY.format('peerIP')}": _not(_both("localWorkloadSelector", "peerIP")),
    f"{_WORKLOAD} || {_EMPTY.format('peerSelector')}": _not(_both("localWorkloadSelector", "peerSelector")),
    f"{_WORKLOAD} || (has(self.asNumber) && self.asNumber != 0)": lambda spec: (
        not spec.get("localWorkloadSelector") or spec.get("asNumber")
    ),
    # FelixConfiguration
    "self.metadata.name == 'default' || self.metadata.name.startsWith('node.') "
    "? !has(self.spec.nodeSelector) : true": lambda felix: (
        not re.match(r"default\Z|node\.", felix["metadata"]["name"]) or "nodeSelector" not in felix["spec"]
    ),
    "!has(self.routeTableRange) || !has(self.routeTableRanges)": lambda spec: (
        not {"routeTableRange", "routeTableRanges"} <= spec.keys()
    ),
    # IPPool
    "!has(self.ipipMode) || !has(self.vxlanMode) || self.ipipMode == 'Never' || self.vxlanMode == 'Never' "
    "|| size(self.ipipMode) == 0 || size(self.vxlanMode) == 0": lambda pool: (
        _encapsulates(pool, "ipipMode", "vxlanMode") < 2
    ),
    f"{_FOR_SERVICES} || (!has(self.ipipMode) || size(self.ipipMode) == 0 || self.ipipMode == 'Never') "
    "&& (!has(self.vxlanMode) || size(self.vxlanMode) == 0 || self.vxlanMode == 'Never')": lambda pool: (
        "LoadBalancer" not in pool.get("allowedUses", ()) or not _encapsulates(pool, "ipipMode", "vxlanMode")
    ),
    f"{_FOR_SERVICES} || !self.allowedUses.exists(u, u == 'Workload' || u == 'Tunnel')": lambda pool: (
        "LoadBalancer" not in pool.get("allowedUses", ()) or not {"Workload", "Tunnel"} & {*pool["allowedUses"]}
    ),
    "!self.cidr.contains(':') || !has(self.ipipMode) || self.ipipMode == 'Never' "
    "|| size(self.ipipMode) == 0": lambda pool: ":" not in pool["cidr"] or not _encapsulates(pool, "ipipMode"),
    # MetalLB
    "!has(self.serviceSelectors) || self.serviceSelectors.size() == 0 "
    "|| ((!has(self.aggregationLength) || self.aggregationLength == 32) "
    "&& (!has(self.aggregationLengthV6) || self.aggregationLengthV6 == 128))": lambda spec: (
        not spec.get("serviceSelectors")
        or (spec.get("aggregationLength", 32), spec.get("aggregationLengthV6", 128)) == (32, 128)
    ),
    "duration(self).getSeconds() >= 1 && duration(self).getSeconds() <= 65535": lambda text: (
        1 <= int(_seconds(text)) <= 65535
    ),
    "duration(self).getMilliseconds() % 1000 == 0": lambda text: _seconds(text).is_integer(),
    # Flux
    "has(self.configMapRef) || has(self.secretRef)": lambda ref: bool({"configMapRef", "secretRef"} & ref.keys()),
    "!has(self.configMapRef) || !has(self.secretRef)": lambda ref: not {"configMapRef", "secretRef"} <= ref.keys(),
    "!has(self.serviceAccountName) "
    "|| (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))": lambda spec: (
        "serviceAccountName" not in spec or spec.get("provider") in {"aws", "azure"}
    ),
    # several kinds
    "self == oldSelf": None,
}


def broken_rules(schema: Mapping[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """A line for each CEL rule of ``schema`` that ``value`` breaks, with its place; ``value`` fits the schema."""
    for entry in schema.get("x-kubernetes-validations", ()):
        holds = RULES[entry["rule"]]
        if holds is not None and not holds(value):
            yield f"{path or '.'}: {entry['message']}"
    if isinstance(value, dict):
        for name, field in schema.get("properties", {}).items():
            if name in value:
                yield from broken_rules(field, value[name], f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from broken_rules(schema.get("items", {}), item, f"{path}[{index}]")
