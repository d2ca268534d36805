"""Findings: what differs, weighed, told, masked, and with whoever wrote it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from genlb.drift import catalogue
from genlb.drift.attribution import Entry, attribute, entries_of
from genlb.drift.catalogue import DriftRule
from genlb.drift.domain_fields import special
from genlb.drift.effect import Effect
from genlb.drift.effects import effect_of
from genlb.drift.masking import masked_at
from genlb.drift.model import UNKNOWN_WRITER, Attribution, Confidence, Difference, Sort, Traffic
from genlb.drift.owned import Owners
from genlb.drift.path import Path, spelled
from genlb.drift.walk import RawDifference, differences
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey

_RULES = {
    Sort.CHANGED: catalogue.CHANGED,
    Sort.MISSING: catalogue.MISSING,
    Sort.EXTRA: catalogue.EXTRA,
    Sort.FOREIGN: catalogue.FOREIGN,
    Sort.ORDER: catalogue.ORDER,
}

_TRACKING_LABEL: Path = ("metadata", "labels", "app.kubernetes.io/instance")

_SHARED = frozenset(
    {
        ResourceKey("", "ConfigMap", "kube-system", "kube-proxy"),
        ResourceKey("apps", "DaemonSet", "kube-system", "kube-proxy"),
    }
)
"""Objects of which git has a few fields only; the rest is their installer's, and no finding."""


def field_findings(
    key: ResourceKey, desired: Manifest, live: Manifest, *, strict: bool, partial: bool = False
) -> list[Difference]:
    """All findings inside one object, the gravest first; ``partial``: what others set beside is nobody's business."""
    found = list(differences(key, desired, live, filled_in=True))
    if not found:
        return []
    entries = entries_of(live)
    owners = Owners(key, desired, live) if any(raw.sort is Sort.FOREIGN for raw in found) else None
    judged = [one for raw in found if not _is_tracking(raw, entries) for one in _judged(key, raw, owners)]
    if partial:
        judged = [raw for raw in judged if raw.sort is not Sort.FOREIGN]
    return in_order([_finding(key, raw, entries, strict=strict) for raw in judged])


def _is_tracking(raw: RawDifference, entries: Sequence[Entry]) -> bool:
    """Whether Argo CD put the name of its Application over a label of git, as it does to know its own objects."""
    if raw.path != _TRACKING_LABEL or raw.sort is not Sort.CHANGED:
        return False
    return any(writer.manager.startswith("argocd") for writer in attribute(entries, raw.path).writers)


def _judged(key: ResourceKey, raw: RawDifference, owners: Owners | None) -> Iterator[RawDifference]:
    if owners is None or raw.sort is not Sort.FOREIGN or raw.embedded:
        yield raw
        return
    for one in owners.judged(raw):
        if one.sort is not Sort.FOREIGN or key not in _SHARED:
            yield one


def _finding(key: ResourceKey, raw: RawDifference, entries: Sequence[Entry], *, strict: bool) -> Difference:
    rule, effect = _weighed(key, raw, strict=strict)
    desired, live, masked = _masked(key, raw)
    return Difference(
        id=finding_id(key, rule.id, raw.path, raw.embedded),
        rule=rule.id,
        sort=raw.sort,
        severity=effect.severity,
        path=raw.path,
        embedded=raw.embedded,
        desired=desired,
        live=live,
        masked=masked,
        traffic=effect.traffic,
        effect=effect.text,
        remedy=rule.remedy,
        attribution=attribute(entries, raw.path),
    )


def _weighed(key: ResourceKey, raw: RawDifference, *, strict: bool) -> tuple[DriftRule, Effect]:
    if raw.unreadable:
        text = f"kube-proxy does not start with this text: {raw.unreadable}."
        return catalogue.UNREADABLE, Effect(Severity.ERROR, Traffic.AFFECTED, text)
    known = special(key, raw)
    if known is not None:
        return known
    rule = _RULES[raw.sort]
    if raw.sort is Sort.ORDER:
        return rule, Effect(Severity.INFO, Traffic.NONE, "No effect on traffic.")
    if raw.sort is Sort.FOREIGN:
        severity = Severity.WARNING if strict else Severity.INFO
        return rule, Effect(severity, Traffic.NONE, "")
    return rule, effect_of(key, raw)


def _masked(key: ResourceKey, raw: RawDifference) -> tuple[Any, Any, bool]:
    path = raw.embedded or raw.path
    desired, hid_desired = masked_at(key, path, raw.desired)
    live, hid_live = masked_at(key, path, raw.live)
    return desired, live, hid_desired or hid_live


def object_finding(
    key: ResourceKey, rule: DriftRule, effect: Effect, live: Manifest | None, *, path: Path = ()
) -> Difference:
    """A finding about an object as a whole."""
    return Difference(
        id=finding_id(key, rule.id, path, ()),
        rule=rule.id,
        sort=Sort.OBJECT,
        severity=effect.severity,
        path=path,
        traffic=effect.traffic,
        effect=effect.text,
        remedy=rule.remedy,
        attribution=newest_writer(live) if live else UNKNOWN_WRITER,
    )


def newest_writer(live: Manifest) -> Attribution:
    """Who wrote the object last, whatever it was."""
    entries = entries_of(live)
    return Attribution((entries[0].writer,), Confidence.ANCESTOR) if entries else UNKNOWN_WRITER


def finding_id(key: ResourceKey, rule: str, path: Path, embedded: Path) -> str:
    """Stable over runs: object, rule and place; no value of a field."""
    words = "\0".join((*key, rule, spelled(path), spelled(embedded)))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def in_order(findings: Sequence[Difference]) -> list[Difference]:
    """The gravest first, then by place."""
    return sorted(findings, key=lambda one: (one.severity.rank, spelled(one.path), spelled(one.embedded), one.rule))
