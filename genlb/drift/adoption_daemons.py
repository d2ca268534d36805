"""Genlb's own daemons as ``agents``, ``sysctls`` and ``vipBinder``; Disabled where they do not run yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genlb.drift.adoption_sight import Gap, Note, Part, Sight, agent_settings
from genlb.drift.reads import NAMESPACE
from genlb.drift.within import inside, mapping, maps, number, text, texts
from genlb.manifest import Manifest
from genlb.spec.model import DIGEST, REPOSITORY, TAG
from genlb.spec.values import Duration

_CLEANUP = frozenset({"--cleanup", "--restore"})
_ALL = "net/ipv4/conf/all"
_RP_FILTER = {"0": "Disabled", "1": "Strict", "2": "Loose"}
_BY_BINDER = frozenset({f"{_ALL}/arp_announce", f"{_ALL}/arp_ignore"})
_PLACEMENT = ("imagePullSecrets", "nodeSelector", "tolerations")
_OBSERVING = "ipvs"


def adopt_daemons(sight: Sight) -> Part:
    """Both daemons as they are set up now."""
    sysctl, vip = (sight.one("apps", "DaemonSet", f"genlb-{name}", NAMESPACE) for name in ("sysctl", "vip"))
    spec: dict[str, Any] = {}
    if agents := _agents(sysctl, vip):
        spec["agents"] = agents
    spec["sysctls"], spec["vipBinder"] = {"state": _state(sysctl)}, {"state": _state(vip)}
    if sysctl:
        spec["sysctls"] |= _sysctls(agent_settings(sight, "sysctl"), binder=_state(vip) == "Enabled")
    if vip:
        spec["vipBinder"] |= _vip_binder(agent_settings(sight, "vip"))
    notes = []
    if not (sysctl or vip):
        told = "genlb's daemons do not run here: take over what is there first, then set state: Enabled"
        notes.append(Note(Gap.ASSUMED, "sysctls.state, vipBinder.state", told))
    return Part(spec, tuple(notes))


def _state(daemon: Manifest) -> str:
    if not daemon:
        return "Disabled"
    container = _container(daemon)
    return "Cleanup" if _CLEANUP & {*texts(container, "args"), *texts(container, "command")} else "Enabled"


def _agents(sysctl: Manifest, vip: Manifest) -> dict[str, Any]:
    daemon = vip or sysctl
    if not daemon:
        return {}
    pod = mapping(daemon, "spec", "template", "spec")
    agents: dict[str, Any] = {}
    if image := _image(text(_container(daemon), "image")):
        agents["image"] = image
    for field in _PLACEMENT:
        if field == "nodeSelector":
            agents[field] = dict(mapping(pod, field))
        else:
            agents[field] = [dict(item) for item in maps(pod, field)]
    resources = {name: _resources(one) for name, one in (("vip", vip), ("sysctl", sysctl)) if one}
    return agents | {"resources": resources}


def _resources(daemon: Manifest) -> dict[str, Any]:
    found = mapping(_container(daemon), "resources")
    return {part: dict(mapping(found, part)) for part in ("requests", "limits")}


def _container(daemon: Manifest) -> Mapping[str, Any]:
    found = maps(daemon, "spec", "template", "spec", "containers")
    return found[0] if found else {}


def _image(written: str) -> dict[str, str]:
    rest, _, digest = written.partition("@")
    repository, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = rest, ""
    if not re.fullmatch(REPOSITORY, repository):
        return {}
    image = {"repository": repository}
    if re.fullmatch(TAG, tag):
        image["tag"] = tag
    return image | ({"digest": digest} if re.fullmatch(DIGEST, digest) else {})


def _sysctls(settings: Mapping[str, Any], *, binder: bool) -> dict[str, Any]:
    held = {key: value for key, value in mapping(settings, "sysctls").items() if isinstance(value, str)}
    found: dict[str, Any] = {"persist": inside(settings, "dropIn") is not None}
    rp_filter = _RP_FILTER.get(held.pop(f"{_ALL}/rp_filter", ""))
    if rp_filter:
        found["rpFilter"] = rp_filter
    interfaces = texts(settings, "perInterface", "interfaces")
    if interfaces:
        found["interfaces"] = interfaces
    extra = {_dotted(path): value for path, value in held.items() if not (binder and path in _BY_BINDER)}
    return found | ({"extra": extra} if extra else {})


def _dotted(path: str) -> str:
    return path if "." in path else path.replace("/", ".")


def _vip_binder(settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"guard": settings.get("guard") is not False}
    routed = mapping(settings, "routed")
    if routed:
        automatic = "Observe" if text(settings, "kubeProxy", "mode") == _OBSERVING else "AnyIP"
        bind = text(routed, "bind")
        found["routed"] = {"bind": "Auto" if bind == automatic else bind, "scope": text(routed, "scope")}
    l2 = mapping(settings, "l2")
    if l2:
        found["l2"] = {"interfaces": texts(l2, "interfaces")}
        for key, field in (("leaseDuration", "leaseDurationSeconds"), ("renewInterval", "renewIntervalSeconds")):
            if (span := _duration(l2, field)) is not None:
                found["l2"][key] = span
    return found


def _duration(data: Mapping[str, Any], field: str) -> str | None:
    whole = number(data, field)
    value = data.get(field) if whole is None else whole
    return str(Duration(round(value * 1000))) if isinstance(value, int | float) and 0 < value < 10**6 else None
