"""What a change does on the nodes: DaemonSets that roll out, kube-proxy, VIPs with one owner, sysctls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genlb.manifest import Manifest, ResourceKey
from genlb.network.impact_model import (
    OwnershipChange,
    ProxyChange,
    RollOut,
    RollOutFate,
    Side,
    SysctlChange,
)
from genlb.spec.model import Announce, DaemonState, Ownership, ProxyMode

VIP_DAEMON = "genlb-vip"
KUBE_PROXY = "kube-proxy"
_HASH = "genlb.io/config-hash"
_PROXY_CONFIG = ResourceKey("", "ConfigMap", "kube-system", KUBE_PROXY)

_OF_A_CONTAINER = {"image": "the image", "resources": "resources", "args": "arguments"}
_OF_A_POD = {
    "nodeSelector": "the nodes that it runs on",
    "tolerations": "tolerations",
    "imagePullSecrets": "pull secrets",
    "volumes": "volumes",
}


def roll_outs(before: Side | None, after: Side | None) -> Iterator[RollOut]:
    """Every DaemonSet whose pod template differs, in the order of their names."""
    old, new = _daemon_sets(before), _daemon_sets(after)
    for key in sorted(old | new):
        was, is_ = old.get(key), new.get(key)
        if key.name == KUBE_PROXY:
            # Its object is a stamp on what another one owns: taken away it stays in the cluster, and restarts nobody.
            if is_ is not None and _template(was) != _template(is_):
                yield _roll_out(RollOutFate.ROLLS, key, is_, ("its configuration",))
        elif was is None or is_ is None:
            yield _roll_out(RollOutFate.STARTS if was is None else RollOutFate.GOES, key, is_ or was or {})
        elif _template(was) != _template(is_):
            causes = tuple(_causes(_template(was), _template(is_), _settings(before, key), _settings(after, key)))
            yield _roll_out(RollOutFate.ROLLS, key, is_, causes)


def proxy_change(before: Side | None, after: Side | None) -> ProxyChange | None:
    """What becomes of kube-proxy's configuration; nothing for a cluster that comes or goes as a whole."""
    if before is None or after is None:
        return None
    was, is_ = before.cluster.spec.kube_proxy, after.cluster.spec.kube_proxy
    mode = (was.mode.value, is_.mode.value) if was.mode is not is_.mode else None
    details: list[str] = []
    if ProxyMode.IPVS in (was.mode, is_.mode) and was.strict_arp != is_.strict_arp:
        details.append(f"strictARP {_said(was.strict_arp)} → {_said(is_.strict_arp)}")
    if is_.mode is ProxyMode.IPVS and was.ipvs.scheduler != is_.ipvs.scheduler:
        details.append(f"ipvs scheduler {was.ipvs.scheduler or 'as it is'} → {is_.ipvs.scheduler or 'as it is'}")
    rewritten = _PROXY_CONFIG in after.objects and _data(before) != _data(after)
    if not (mode or details or rewritten):
        return None
    return ProxyChange(mode, tuple(details), is_.restart if is_.ownership is Ownership.MERGE else None)


def ownership_changes(before: Side | None, after: Side | None, rolled: Sequence[RollOut]) -> Iterator[OwnershipChange]:
    """L2 pools whose VIPs are answered for by another node, or otherwise than before."""
    old, new = _l2_pools(before), _l2_pools(after)
    for name in new:
        if name not in old and before is not None:
            yield OwnershipChange(name, "one elected node begins to answer for each of its VIPs")
    for name in old:
        if name not in new and after is not None:
            yield OwnershipChange(name, "no elected node answers for its VIPs any more")
    both = [name for name in new if name in old]
    if both and any(one.name == VIP_DAEMON and one.fate is RollOutFate.ROLLS for one in rolled):
        for name in both:
            yield OwnershipChange(name, "as the VIP binder restarts on a node, the VIPs that it owns go to other nodes")


def sysctl_changes(before: Side | None, after: Side | None) -> Iterator[SysctlChange]:
    """Values that differ, by path; ``<interface>`` stands for each interface that a pattern matches."""
    old, new = _held(before), _held(after)
    state = _state(after)
    for path in sorted(old | new):
        if old.get(path) != new.get(path):
            yield SysctlChange(path, old.get(path), new.get(path), state)


def _daemon_sets(side: Side | None) -> dict[ResourceKey, Manifest]:
    objects = side.objects if side else {}
    return {key: manifest for key, manifest in objects.items() if key.kind == "DaemonSet"}


def _roll_out(fate: RollOutFate, key: ResourceKey, manifest: Manifest, causes: tuple[str, ...] = ()) -> RollOut:
    strategy = _inside(manifest, "spec", "updateStrategy", "rollingUpdate")
    return RollOut(fate, key.namespace, key.name, causes, str(strategy.get("maxUnavailable", 1)))


def _causes(
    was: Mapping[str, Any], is_: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    """What differs about two pod templates, in words; ``old`` and ``new`` are the daemon's settings."""
    containers = _container(was), _container(is_)
    for field, words in _OF_A_CONTAINER.items():
        if containers[0].get(field) != containers[1].get(field):
            told = (
                f" {_short(containers[0].get(field))} → {_short(containers[1].get(field))}" if field == "image" else ""
            )
            yield f"{words}{told}"
    hashes = [_inside(template, "metadata", "annotations").get(_HASH) for template in (was, is_)]
    if hashes[0] != hashes[1]:
        differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        yield f"its settings ({', '.join(differing)})" if differing else "its settings"
    pods = _inside(was, "spec"), _inside(is_, "spec")
    yield from (words for field, words in _OF_A_POD.items() if pods[0].get(field) != pods[1].get(field))
    rest = [key for key in {**pods[0], **pods[1]} if key not in (*_OF_A_POD, "containers")]
    if any(pods[0].get(key) != pods[1].get(key) for key in rest):
        yield "its pod template"


def _settings(side: Side | None, key: ResourceKey) -> Mapping[str, Any]:
    """The agent.json of a daemon."""
    config_map = side.objects.get(ResourceKey("", "ConfigMap", key.namespace, key.name)) if side else None
    try:
        settings = json.loads(_inside(config_map or {}, "data").get("agent.json", ""))
    except (TypeError, ValueError):  # a patch may have put anything there
        return {}
    return settings if isinstance(settings, dict) else {}


def _template(manifest: Manifest | None) -> Mapping[str, Any]:
    return _inside(manifest or {}, "spec", "template")


def _container(template: Mapping[str, Any]) -> Mapping[str, Any]:
    containers = _inside(template, "spec").get("containers")
    first = containers[0] if isinstance(containers, list) and containers else {}
    return first if isinstance(first, Mapping) else {}


def _inside(data: Any, *path: str) -> Mapping[str, Any]:
    """The map at ``path``; an empty one where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _data(side: Side) -> object:
    return _inside(side.objects.get(_PROXY_CONFIG), "data").get("config.conf")


def _l2_pools(side: Side | None) -> tuple[str, ...]:
    if side is None or side.cluster.spec.vip_binder.state is not DaemonState.ENABLED:
        return ()
    return tuple(decision.pool.name for decision in side.decisions.announced_by(Announce.L2))


def _held(side: Side | None) -> dict[str, str]:
    if side is None or _state(side) is not DaemonState.ENABLED:
        return {}
    decision = side.decisions.sysctls
    held = dict(decision.fixed)
    for interface in decision.interfaces:
        held |= {f"net/ipv4/conf/{interface}/{key}": value for key, value in decision.per_interface.items()}
    return held


def _state(side: Side | None) -> DaemonState:
    return side.cluster.spec.sysctls.state if side else DaemonState.DISABLED


def _short(image: object) -> str:
    """An image with as much of its digest as tells it from another one."""
    head, digest, rest = str(image).partition("@sha256:")
    return f"{head}{digest}{rest[:12]}"


def _said(value: object) -> str:
    return str(value).lower()
