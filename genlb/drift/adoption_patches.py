"""What a live object says and the spec cannot: a JSON merge patch (RFC 7396) from what is rendered to what is there.

Only fields below ``spec`` of the objects that the spec stands for are patched, and only those that differ in meaning.
What the API would fill in by itself needs no patch, and genlb's own filter stays in front of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genlb.manifest import Manifest, key_of

PATCHED = frozenset({"BGPConfiguration", "BGPPeer", "IPAddressPool"})
"""The kinds that a spec adopts field by field."""

_FILTERS = "filters"
_DEFAULTS: Mapping[tuple[str, str], Any] = {
    ("BGPConfiguration", "asNumber"): 64512,
    ("BGPConfiguration", "nodeToNodeMeshEnabled"): True,
    ("BGPConfiguration", "logSeverityScreen"): "Info",
    ("BGPConfiguration", "serviceLoadBalancerAggregation"): "Enabled",
    ("BGPPeer", "nodeSelector"): "all()",
    ("IPAddressPool", "autoAssign"): True,
    ("IPAddressPool", "avoidBuggyIPs"): False,
}
"""What an absent field means: genlb writes it out, which changes nothing."""


def patch_of(rendered: Manifest, live: Manifest, fields: Iterable[str]) -> dict[str, Any] | None:
    """The entry of ``patches`` that makes ``fields`` of ``rendered`` what they are in ``live``; None for nothing."""
    key = key_of(rendered)
    there, here = _spec(live), _spec(rendered)
    merge: dict[str, Any] = {}
    for field in sorted(fields):
        if field not in there and _DEFAULTS.get((key.kind, field)) == here.get(field):
            continue
        if field == _FILTERS:
            merge |= _filters(here, there)
        elif field not in there:
            merge[field] = None
        else:
            merge[field] = merge_patch(here.get(field), there[field])
    return {"kind": key.kind, "name": key.name, "merge": {"spec": merge}} if merge else None


def merge_patch(before: Any, after: Any) -> Any:
    """What has to be merged into ``before`` so that it becomes ``after``."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return after
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before or before[key] != value:
            patch[key] = merge_patch(before.get(key), value)
    return patch


def _filters(here: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Genlb's filter first: one that accepts would end the evaluation before it."""
    ours, theirs = _names(here), _names(there)
    wanted = [*ours, *(name for name in theirs if name not in ours)]
    return {_FILTERS: wanted} if wanted != ours else {}


def _names(spec: Mapping[str, Any]) -> list[str]:
    found = spec.get(_FILTERS)
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _spec(manifest: Manifest) -> Mapping[str, Any]:
    found = manifest.get("spec")
    return found if isinstance(found, Mapping) else {}
