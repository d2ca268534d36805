"""Objects that the cluster has and git has not: left behind by genlb, or made by somebody else beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from genlb.drift import catalogue
from genlb.drift.catalogue import DriftRule
from genlb.drift.effect import Effect
from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB
from genlb.drift.model import Desired, Live, State, Traffic
from genlb.drift.scalars import block
from genlb.drift.within import inside, mapping, name_of, text, texts
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey

MANAGED_BY = "app.kubernetes.io/managed-by"
CLUSTER = "genlb.io/cluster"

_NEVER_ORPHANS = frozenset({"ControllerRevision", "Event", "Lease", "Pod", "EndpointSlice"})
_GITOPS = frozenset({ARGO, FLUX})

_ORPHAN_EFFECTS = {
    "BGPConfiguration": "Calico goes on advertising what it says.",
    "BGPFilter": "It goes on filtering wherever a peer names it.",
    "BGPPeer": "The session stays up: VIPs are announced to a router that git no longer has.",
    "DaemonSet": "The daemon goes on holding its VIPs or sysctls on every node.",
    "IPAddressPool": "MetalLB goes on giving out its addresses, which git no longer announces.",
}


class Found(NamedTuple):
    """One object that git does not have, what it is, and why that matters."""

    key: ResourceKey
    state: State
    rule: DriftRule
    effect: Effect


def surplus(desired: Desired, live: Live, cluster: str) -> Iterator[Found]:
    """Orphans always; what nobody of ours made only for a ``cluster`` of this repository (its name, else empty)."""
    names = {cluster} if cluster else _clusters_of(desired)
    situation = _Situation(_pools(desired), runs_speaker=any(map(_is_speaker, live.objects.values())))
    for key in sorted(live.objects):
        manifest = live.objects[key]
        if key in desired.objects:
            continue
        if _is_ours(key, manifest, names):
            told = _ORPHAN_EFFECTS.get(key.kind, "")
            traffic = Traffic.POSSIBLE if told else Traffic.NONE
            effect = Effect(catalogue.ORPHANED.severity, traffic, told)
            yield Found(key, State.ORPHANED, catalogue.ORPHANED, effect)
        elif cluster:
            judge = _JUDGES.get((key.group, key.kind))
            judged = judge(manifest, situation) if judge else None
            if judged is not None:
                yield Found(key, State.UNMANAGED, *judged)


class _Situation(NamedTuple):
    """What the judgement of a foreign object depends on."""

    blocks: tuple[tuple[str, Any], ...]
    runs_speaker: bool


_Judge = Callable[[Manifest, _Situation], "tuple[DriftRule, Effect] | None"]


def _clusters_of(desired: Desired) -> set[str]:
    named = (_labels(wanted.manifest).get(CLUSTER) for wanted in desired.objects.values())
    return {name for name in named if isinstance(name, str)}


def _is_ours(key: ResourceKey, manifest: Manifest, clusters: set[str]) -> bool:
    """By its labels; whatever has an owner was made by a controller that copied them."""
    labels = _labels(manifest)
    if key.kind in _NEVER_ORPHANS or labels.get(MANAGED_BY) != "genlb" or CLUSTER not in labels:
        return False
    if inside(manifest, "metadata", "ownerReferences"):
        return False
    return text(labels, CLUSTER) in clusters or (bool(clusters) and key.group not in _GITOPS)


def _labels(manifest: Manifest) -> Mapping[str, Any]:
    return mapping(manifest, "metadata", "labels")


def _is_speaker(manifest: Manifest) -> bool:
    """Whether it is the DaemonSet that announces for MetalLB: its speaker, or the FRR beside it."""
    if manifest.get("kind") != "DaemonSet":
        return False
    name = name_of(manifest)
    is_part = _labels(manifest).get("app.kubernetes.io/name") in ("metallb", "frr-k8s") or "metallb" in name
    named = name == "speaker" or name.endswith("-speaker") or "frr-k8s" in name
    return named and (
        is_part or name in ("speaker", "frr-k8s") or text(manifest, "metadata", "namespace") == "metallb-system"
    )


def _speaker(manifest: Manifest, _: _Situation) -> tuple[DriftRule, Effect] | None:
    if not _is_speaker(manifest):
        return None
    told = "MetalLB may announce VIPs beside Calico, by ARP or over sessions of its own."
    return catalogue.SPEAKER, Effect(catalogue.SPEAKER.severity, Traffic.POSSIBLE, told)


def _announcer(rule: DriftRule, told: str) -> _Judge:
    def judge(_: Manifest, situation: _Situation) -> tuple[DriftRule, Effect]:
        if situation.runs_speaker:
            return rule, Effect(Severity.ERROR, Traffic.AFFECTED, f"A speaker runs: {told}")
        return rule, Effect(rule.severity, Traffic.POSSIBLE, "No speaker runs, so nothing acts on it yet.")

    return judge


def _allocator(manifest: Manifest, _: _Situation) -> tuple[DriftRule, Effect] | None:
    if "LoadBalancer" not in texts(manifest, "spec", "allowedUses"):
        return None
    told = "Calico and MetalLB both give addresses to Services of type LoadBalancer."
    return catalogue.CALICO_ALLOCATOR, Effect(catalogue.CALICO_ALLOCATOR.severity, Traffic.POSSIBLE, told)


def _peer(_: Manifest, __: _Situation) -> tuple[DriftRule, Effect]:
    told = "VIPs are announced to this router too, and its routes reach the nodes."
    return catalogue.FOREIGN_PEER, Effect(catalogue.FOREIGN_PEER.severity, Traffic.POSSIBLE, told)


def _pool(manifest: Manifest, situation: _Situation) -> tuple[DriftRule, Effect]:
    for one in blocks_of(manifest):
        other = next((name for name, theirs in situation.blocks if _overlap(one, theirs)), None)
        if other is not None:
            told = f"It shares addresses with pool {other}: MetalLB refuses every change until one of them is gone."
            return catalogue.POOL_OVERLAP, Effect(Severity.ERROR, Traffic.AFFECTED, told)
    if inside(manifest, "spec", "autoAssign") is False:
        told = "Only Services that ask for it get its addresses; nothing in git announces them."
        return catalogue.UNMANAGED, Effect(Severity.INFO, Traffic.NONE, told)
    told = "Services may get an address of it that nothing in git announces."
    return catalogue.POOL_UNKNOWN, Effect(catalogue.POOL_UNKNOWN.severity, Traffic.POSSIBLE, told)


def _beside(told: str) -> _Judge:
    return lambda _, __: (catalogue.UNMANAGED, Effect(Severity.INFO, Traffic.NONE, told))


_JUDGES: Mapping[tuple[str, str], _Judge] = {
    ("apps", "DaemonSet"): _speaker,
    (CALICO, "BGPConfiguration"): _beside("It changes how one node, or another one, speaks BGP."),
    (CALICO, "BGPFilter"): _beside("It filters wherever a peer names it; no peer of git does."),
    (CALICO, "BGPPeer"): _peer,
    (CALICO, "IPPool"): _allocator,
    (METALLB, "BGPAdvertisement"): _announcer(
        catalogue.BGP_ADVERTISEMENT, "it announces VIPs over its own sessions, beside Calico."
    ),
    (METALLB, "BGPPeer"): _announcer(catalogue.METALLB_PEER, "it opens a second session to this router."),
    (METALLB, "IPAddressPool"): _pool,
    (METALLB, "L2Advertisement"): _announcer(
        catalogue.L2_ADVERTISEMENT, "two nodes answer ARP for the same VIP, and switches follow the last one."
    ),
}


def _pools(desired: Desired) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (key.name, one)
        for key, wanted in sorted(desired.objects.items())
        if (key.group, key.kind) == (METALLB, "IPAddressPool")
        for one in blocks_of(wanted.manifest)
    )


def blocks_of(pool: Manifest) -> list[Any]:
    """First and last address of every entry of an IPAddressPool that can be read."""
    read = map(block, texts(pool, "spec", "addresses"))
    return [one for one in read if isinstance(one, tuple) and one[0].version == one[1].version]


def _overlap(one: Any, other: Any) -> bool:
    return bool(one[0].version == other[0].version and one[0] <= other[1] and other[0] <= one[1])
