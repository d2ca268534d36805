"""Fields that weigh more than their difference says: an addition can stop an allocation or widen what is announced."""

from __future__ import annotations

from typing import NamedTuple

from genlb.drift import catalogue
from genlb.drift.catalogue import DriftRule
from genlb.drift.effect import Effect, When, always
from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB
from genlb.drift.model import Sort, Traffic
from genlb.drift.path import Path
from genlb.drift.walk import RawDifference
from genlb.manifest import ResourceKey


class _Row(NamedTuple):
    group: str
    kind: str
    path: Path
    when: When
    rule: DriftRule
    traffic: Traffic
    text: str


def _is_added(raw: RawDifference) -> bool:
    return raw.sort in (Sort.FOREIGN, Sort.EXTRA)


def _allocates_to_nobody(raw: RawDifference) -> bool:
    return _is_added(raw) and isinstance(raw.live, dict) and not any(raw.live.values())


def _is_added_list(raw: RawDifference) -> bool:
    return _is_added(raw) and isinstance(raw.live, list) and bool(raw.live)


def _is_off(raw: RawDifference) -> bool:
    return _is_added(raw) and raw.live is False


def _is_on(raw: RawDifference) -> bool:
    return raw.live is True


_ROWS = (
    _Row(
        METALLB,
        "IPAddressPool",
        ("spec", "serviceAllocation"),
        _allocates_to_nobody,
        catalogue.EMPTY_ALLOCATION,
        Traffic.AFFECTED,
        "No new Service gets an address of this pool.",
    ),
    _Row(
        METALLB,
        "IPAddressPool",
        ("spec", "autoAssign"),
        _is_off,
        catalogue.FOREIGN_AUTO_ASSIGN,
        Traffic.POSSIBLE,
        "New Services that name no pool get no address of this one.",
    ),
    *(
        _Row(
            CALICO,
            "BGPConfiguration",
            ("spec", field),
            _is_added_list,
            catalogue.FOREIGN_ADVERTISED,
            Traffic.POSSIBLE,
            f"The ToRs learn routes to {what} that git does not advertise.",
        )
        for field, what in (
            ("serviceLoadBalancerIPs", "VIPs"),
            ("serviceExternalIPs", "external IPs"),
            ("serviceClusterIPs", "cluster IPs"),
        )
    ),
    _Row(
        ARGO,
        "Application",
        ("spec", "syncPolicy", "automated"),
        always,
        catalogue.PAUSED_SYNC,
        Traffic.NONE,
        "Argo CD no longer applies this unit by itself.",
    ),
    _Row(
        ARGO,
        "Application",
        ("spec", "syncPolicy"),
        always,
        catalogue.PAUSED_SYNC,
        Traffic.NONE,
        "Argo CD no longer applies this unit by itself.",
    ),
    _Row(
        FLUX,
        "Kustomization",
        ("spec", "suspend"),
        _is_on,
        catalogue.PAUSED_SYNC,
        Traffic.NONE,
        "Flux no longer applies this unit.",
    ),
)


def special(key: ResourceKey, raw: RawDifference) -> tuple[DriftRule, Effect] | None:
    """The rule that knows this very field, and what the difference does; None for all others."""
    if raw.sort is Sort.ORDER:
        return None
    for row in _ROWS:
        if (row.group, row.kind, row.path) == (key.group, key.kind, raw.path) and row.when(raw):
            return row.rule, Effect(row.rule.severity, row.traffic, row.text)
    return None
