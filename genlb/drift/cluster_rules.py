"""What concerns a cluster as a whole: the versions that run, and live Services whose addresses git would take away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, NamedTuple

from genlb.drift import catalogue
from genlb.drift.effect import Effect
from genlb.drift.findings import finding_id
from genlb.drift.kinds import METALLB
from genlb.drift.masking import masked_at
from genlb.drift.model import Desired, Difference, Live, Sort, Traffic, Versions
from genlb.drift.objects import blocks_of
from genlb.drift.within import maps, text
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey
from genlb.network.versions import FACTS, Component
from genlb.spec.model import Cluster
from genlb.spec.values import Version

_SHOWN = 3
_RELEASE = re.compile(r"v?([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?")


def cluster_key(name: str) -> ResourceKey:
    """By what name the cluster itself stands among the objects."""
    return ResourceKey("genlb.io", "Cluster", "", name)


def version_findings(cluster: Cluster, running: Versions) -> Iterator[Difference]:
    """One for each component that runs in another version than the spec says."""
    key = cluster_key(cluster.name)
    for component in Component:
        said, found = component.of(cluster.spec.versions), _release(getattr(running, component.value))
        if found is None or _is_within(found, said):
            continue
        path = ("spec", "versions", component.value)
        matters = (said.major, said.minor) != (found.major, found.minor) or any(
            fact.holds(said) is not fact.holds(found) for fact in FACTS.values() if fact.component is component
        )
        yield Difference(
            id=finding_id(key, catalogue.VERSIONS.id, path, ()),
            rule=catalogue.VERSIONS.id,
            sort=Sort.CHANGED,
            severity=catalogue.VERSIONS.severity if matters else Severity.INFO,
            path=path,
            desired=str(said),
            live=str(found),
            traffic=Traffic.NONE,
            effect="Fields and rules are chosen for another version than the one that runs."
            if matters
            else "Nothing that genlb renders depends on it.",
            remedy=catalogue.VERSIONS.remedy,
        )


def _release(text: str) -> Version | None:
    match = _RELEASE.match(text)
    return Version(int(match[1]), int(match[2]), None if match[3] is None else int(match[3])) if match else None


def _is_within(found: Version, said: Version) -> bool:
    if (found.major, found.minor) != (said.major, said.minor):
        return False
    return said.patch is None or found.patch is None or said.patch == found.patch


class _Held(NamedTuple):
    pool: ResourceKey
    blocks: list[Any]


def address_findings(desired: Desired, live: Live) -> dict[ResourceKey, Difference]:
    """By pool: live Services whose address the pool has in the cluster, and no pool has in git any more."""
    held = [
        _Held(key, blocks_of(manifest))
        for key, manifest in sorted(live.objects.items())
        if (key.group, key.kind) == (METALLB, "IPAddressPool") and key in desired.objects
    ]
    kept = [
        one
        for key, wanted in desired.objects.items()
        if (key.group, key.kind) == (METALLB, "IPAddressPool")
        for one in blocks_of(wanted.manifest)
    ]
    losers: dict[ResourceKey, list[str]] = {}
    for key, manifest in sorted(live.objects.items()):
        for address in _addresses(key, manifest) if held else ():
            pool = next((one.pool for one in held if _is_in(address, one.blocks)), None)
            if pool is not None and not _is_in(address, kept):
                losers.setdefault(pool, []).append(f"{key.namespace}/{key.name}")
    return {pool: _address_finding(pool, names) for pool, names in losers.items()}


def _address_finding(pool: ResourceKey, names: list[str]) -> Difference:
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    rule = catalogue.SERVICE_ADDRESS
    effect = Effect(rule.severity, Traffic.AFFECTED, f"Applying git gives another address to {shown}.")
    path = ("spec", "addresses")
    return Difference(
        id=finding_id(pool, rule.id, path, ()),
        rule=rule.id,
        sort=Sort.CHANGED,
        severity=effect.severity,
        path=path,
        traffic=effect.traffic,
        effect=masked_at(pool, (), effect.text)[0],
        remedy=rule.remedy,
    )


def _addresses(key: ResourceKey, manifest: Manifest) -> list[Any]:
    """The addresses that a Service of type LoadBalancer has got."""
    if (key.group, key.kind) != ("", "Service"):
        return []
    found = (text(entry, "ip") for entry in maps(manifest, "status", "loadBalancer", "ingress"))
    return [address for address in map(_address, found) if address is not None]


def _address(written: str) -> Any:
    try:
        return ip_address(written)
    except ValueError:
        return None


def _is_in(address: Any, blocks: list[Any]) -> bool:
    return any(one[0].version == address.version and one[0] <= address <= one[1] for one in blocks)
