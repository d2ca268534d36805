"""What a node daemon publishes about its node, and what drift and trace read: counts and a digest, no full lists.

It stands as JSON in one annotation of the Lease ``genlb-report-<daemon>-<node>``. Two reports with equal digests say
that two nodes are in the same state, however many VIPs that is; which VIPs they are, the spec and the API tell.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

ANNOTATION = "genlb.io/report"
"""Annotation of the report Lease."""

SCHEMA_VERSION = 1
MOST_EXAMPLES = 10
"""Examples told of one kind; the count says how many there are."""

_LONGEST = 200
_PROXY_SETTINGS = ("ipvs.excludeCIDRs", "ipvs.scheduler", "ipvs.strictARP", "nodePortAddresses")
_MEANT = {"ipvs.scheduler": "rr"}
"""What kube-proxy makes of an empty setting."""

Read = TypeVar("Read")


class Daemon(enum.Enum):
    """Which of the two daemons reports."""

    SYSCTL = "sysctl"
    VIP = "vip"


class Tally(NamedTuple):
    """How many there are of something, and a few of them, sorted."""

    total: int = 0
    examples: tuple[str, ...] = ()

    @classmethod
    def of(cls, items: Iterable[str]) -> Tally:
        """Of all ``items``; each is told with at most 200 characters."""
        listed = sorted(items)
        return cls(len(listed), tuple(item[:_LONGEST] for item in listed[:MOST_EXAMPLES]))


class SysctlState(NamedTuple):
    """What the sysctl daemon found: values that cannot be held, keys that are missing, corrections since its start."""

    declared: int
    deviating: Tally = Tally()
    missing: Tally = Tally()
    unwritable: Tally = Tally()
    corrections: int = 0


class VipState(NamedTuple):
    """What the VIP binder found.

    ``refused`` counts by reason; ``refusals`` are told as ``REASON namespace/name address``, those of the oldest
    Services, so that all nodes tell the same ones. ``foreign``: VIPs that somebody else holds on the node. ``unheld``:
    VIPs that kube-proxy should hold (Observe) and does not. ``leaks``: VIPs on an interface that BIRD reads.
    ``proxy_mode`` and ``proxy_config`` (as ``proxy_settings`` spells it) are what the kube-proxy that runs says of
    itself; None where it did not answer, and then nobody knows. ``withheld`` counts VIPs that stay although the API's
    lists lack them, until that is certain.
    """

    bound: int
    owned: int
    digest: str
    refused: Mapping[str, int]
    foreign: Tally = Tally()
    unheld: Tally = Tally()
    leaks: Tally = Tally()
    proxy_mode: str | None = None
    proxy_config: Mapping[str, str] | None = None
    refusals: Tally = Tally()
    withheld: int = 0


State: TypeAlias = SysctlState | VipState


class NodeReport(NamedTuple):
    """One daemon's report. ``version`` is genlb's; ``config`` the digest of the agent.json that it runs with."""

    daemon: Daemon
    node: str
    version: str
    config: str
    state: State


def proxy_settings(config: Mapping[str, object]) -> dict[str, str]:
    """Of a KubeProxyConfiguration, what decides how the node treats VIPs: those fields that it has, each as one text.

    ``{"ipvs.strictARP": "true", "nodePortAddresses": "10.0.0.0/8, primary"}``; null is the empty text. Capitals do not
    count: before it spoke of ``strictARP``, ``/configz`` had the names of Go's own fields. No scheduler is ``rr``.
    """
    fields = {name.lower(): value for name, value in config.items()}
    ipvs = fields.get("ipvs")
    inner = ipvs.items() if isinstance(ipvs, Mapping) else ()
    fields |= {f"ipvs.{name.lower()}": value for name, value in inner if isinstance(name, str)}
    found = {name: _one_text(fields[name.lower()]) for name in _PROXY_SETTINGS if name.lower() in fields}
    return {name: text or _MEANT.get(name, "") for name, text in found.items()}


def digest_of(items: Iterable[str]) -> str:
    """``sha256:<64 hex digits>`` of a set of texts, whatever their order."""
    digest = hashlib.sha256()
    for item in sorted(set(items)):
        digest.update(item.encode("utf-8", "surrogatepass") + b"\n")
    return f"sha256:{digest.hexdigest()}"


def encoded(report: NodeReport) -> str:
    """The annotation's value; the same text for equal reports."""
    data = {
        "schemaVersion": SCHEMA_VERSION,
        "daemon": report.daemon.value,
        "node": report.node,
        "version": report.version,
        "config": report.config,
        "state": _plain(report.state._asdict()),
    }
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def decoded(text: str) -> NodeReport:
    """The report in an annotation; ValueError says what is wrong with it. Members of a later release are ignored."""
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    version = _member(data, "schemaVersion", int)
    if version != SCHEMA_VERSION:
        raise ValueError(f"schemaVersion {version} is not {SCHEMA_VERSION}: the daemon is of another release")
    daemon = Daemon(_member(data, "daemon", str))
    state = _member(data, "state", dict)
    return NodeReport(
        daemon=daemon,
        node=_member(data, "node", str),
        version=_member(data, "version", str),
        config=_member(data, "config", str),
        state=_sysctl_state(state) if daemon is Daemon.SYSCTL else _vip_state(state),
    )


def _sysctl_state(data: object) -> SysctlState:
    return SysctlState(
        declared=_count(data, "declared"),
        deviating=_tally(data, "deviating"),
        missing=_tally(data, "missing"),
        unwritable=_tally(data, "unwritable"),
        corrections=_count(data, "corrections"),
    )


def _vip_state(data: object) -> VipState:
    refused = _member(data, "refused", dict)
    return VipState(
        bound=_count(data, "bound"),
        owned=_count(data, "owned"),
        digest=_member(data, "digest", str),
        refused={reason: _count(refused, reason) for reason in sorted(refused)},
        foreign=_tally(data, "foreign"),
        unheld=_tally(data, "unheld"),
        leaks=_tally(data, "leaks"),
        proxy_mode=_optional_text(data, "proxy_mode"),
        proxy_config=_optional_texts(data, "proxy_config"),
        refusals=_tally(data, "refusals"),
        withheld=_count(data, "withheld"),
    )


def _one_text(value: object) -> str:
    if isinstance(value, list):
        value = ", ".join(sorted(map(str, value)))
    words = {None: "", True: "true", False: "false"}
    return (words[value] if value is None or isinstance(value, bool) else str(value))[:_LONGEST]


def _plain(value: object) -> object:
    if isinstance(value, Tally):
        return {"count": value.total, "examples": list(value.examples)}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value


def _tally(data: object, key: str) -> Tally:
    found = _member(data, key, dict)
    examples = _member(found, "examples", list)
    if not all(isinstance(example, str) for example in examples):
        raise ValueError(f"{key}.examples must be strings")
    return Tally(_count(found, "count"), tuple(examples))


def _count(data: object, key: str) -> int:
    count = _member(data, key, int)
    if isinstance(count, bool) or count < 0:
        raise ValueError(f"{key} must be a count")
    return count


def _optional_text(data: object, key: str) -> str | None:
    return None if isinstance(data, dict) and data.get(key) is None else _member(data, key, str)


def _optional_texts(data: object, key: str) -> dict[str, str] | None:
    if isinstance(data, dict) and data.get(key) is None:
        return None
    texts = _member(data, key, dict)
    return {name: _member(texts, name, str) for name in sorted(texts)}


def _member(data: object, key: str, kind: type[Read]) -> Read:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"{key} is missing or not of its type")  # noqa: TRY004 -- bad input, no mistake of ours
    return value
