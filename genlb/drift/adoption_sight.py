"""What was read of a cluster, looked at with care: live objects come from anybody and may hold anything."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from genlb.drift.kinds import CALICO
from genlb.drift.model import Live
from genlb.drift.reads import NAMESPACE
from genlb.drift.within import text
from genlb.manifest import Manifest, ResourceKey
from genlb.spec.values import Network, parse_network

_NO_LABEL = re.compile(r"[^a-z0-9]+")
_LONGEST = 63


class Gap(enum.Enum):
    """Why a note was taken."""

    OUTSIDE = "outside"  # the spec cannot say it: it stays in the cluster, and no apply of genlb touches it
    UNKNOWN = "unknown"  # it could not be found out: somebody has to fill it in
    ASSUMED = "assumed"  # taken as likely; somebody has to look
    CHANGES = "changes"  # applying what is rendered changes or adds it


class Note(NamedTuple):
    """What a spec made of a cluster does not say, or says differently; ``what`` names an object or a field."""

    gap: Gap
    what: str
    text: str


class Part(NamedTuple):
    """Some sections of a spec, as plain data, and what there is to say about them."""

    spec: dict[str, Any]
    notes: tuple[Note, ...] = ()


class Sight:
    """The objects of a cluster by kind; Calico's group is always ``projectcalico.org``."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._kinds: dict[tuple[str, str], list[Manifest]] = {}
        for key in sorted(live.objects):
            self._kinds.setdefault((key.group, key.kind), []).append(live.objects[key])

    def all(self, group: str, kind: str) -> list[Manifest]:
        """Every object of a kind, sorted by namespace and name."""
        return self._kinds.get((group, kind), [])

    def one(self, group: str, kind: str, name: str, namespace: str = "") -> Manifest:
        """One object; an empty one where there is none."""
        return self.live.objects.get(ResourceKey(group, kind, namespace, name), {})

    def misses(self, group: str, kind: str, name: str = "", namespace: str = "") -> bool:
        """Whether it was never looked for: that there is none means nothing then."""
        return not self.live.covers(ResourceKey(group, kind, namespace, name))

    def calico(self, kind: str) -> list[Manifest]:
        """Every object of one of Calico's kinds."""
        return self.all(CALICO, kind)


def agent_settings(sight: Sight, daemon: str) -> Mapping[str, Any]:
    """The agent.json of ``sysctl`` or ``vip``; empty where that daemon is not there."""
    try:
        settings = json.loads(text(sight.one("", "ConfigMap", f"genlb-{daemon}", NAMESPACE), "data", "agent.json"))
    except (RecursionError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def networks(written: Iterable[str]) -> tuple[Network, ...]:
    """The CIDRs among ``written``, each once, IPv4 first."""
    found: dict[Network, None] = {}
    for one in written:
        try:
            found[parse_network(one.strip())] = None
        except ValueError:
            continue
    return tuple(sorted(found, key=lambda network: network.version))


def label(raw: str, taken: Iterable[str] = ()) -> str:
    """``raw`` as an RFC 1123 label that is not ``taken``; "x" where nothing of it can stay."""
    base = _NO_LABEL.sub("-", raw.lower()).strip("-")[:_LONGEST].strip("-") or "x"
    found, number_ = base, 1
    used = set(taken)
    while found in used:
        number_ += 1
        suffix = f"-{number_}"
        found = base[: _LONGEST - len(suffix)].rstrip("-") + suffix
    return found
